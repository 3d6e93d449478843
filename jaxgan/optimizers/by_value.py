"""Optax transformations that compare, hash and print by their arguments.

Optax's own transformations are pairs of closures: `optax.adam(1e-4) != optax.adam(1e-4)`, so two
equal recipes would be compiled twice and could not be printed. `by_value` changes that. A recipe
takes any `optax.GradientTransformation`; these are the ones that our recipes use.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec

import optax

from jaxgan.optimizers.schedules import Schedule
from jaxgan.types import check_number

__all__ = [
    "adam",
    "by_value",
    "chain",
    "clip_norm",
    "rmsprop",
    "scheduled_adam",
    "scheduled_sgd",
    "sgd",
    "weight_decay",
]

P = ParamSpec("P")

ARGUMENTS = {
    "learning_rate": ("learning_rate", "at least 0", "give 0 to keep the parameters"),
    "b1": ("beta1 (b1)", "in [0, 1)", "give the decay of the first moment, 0 for none"),
    "b2": ("beta2 (b2)", "in [0, 1)", "give the decay of the second moment, such as 0.999"),
    "decay": ("decay", "in [0, 1)", "give the decay of the second moment, such as 0.9"),
    "momentum": ("momentum", "in [0, 1)", "give 0 for none"),
    "eps": ("eps", "at least 0", "give a small number, such as 1e-8"),
    "weight_decay": ("weight_decay", "at least 0", "give 0 for none"),
    "max_norm": ("max_norm", "positive", "give the largest norm of a gradient"),
}
"""The arguments of Optax's constructors that are checked: their names, ranges and remedies."""


class _ByValue(optax.GradientTransformationExtraArgs):
    """A gradient transformation that stores the call that created it."""

    call: tuple[Callable[..., Any], tuple[Any, ...], tuple[tuple[str, Any], ...]]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByValue) and self.call == other.call

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.call)

    def __repr__(self) -> str:
        make, args, kwargs = self.call
        return (
            f"{make.__name__}({', '.join([*map(repr, args), *(f'{k}={v!r}' for k, v in kwargs)])})"
        )


def by_value(
    make: Callable[P, optax.GradientTransformation],
) -> Callable[P, optax.GradientTransformation]:
    """Makes a constructor return transformations that compare equal if their arguments do.

    Args:
        make: a function that returns an `optax.GradientTransformation`.

    Returns:
        The same function; what it returns compares, hashes and prints by function and arguments.
        It refuses learning rates, decays and other numbers that `ARGUMENTS` names, if they are
        outside their range, also those at both ends of our schedules.

    >>> lion = by_value(optax.lion)
    >>> lion(1e-4), lion(1e-4) == lion(1e-4), lion(1e-4) == lion(2e-4)
    (lion(0.0001), True, False)
    """

    @functools.wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> optax.GradientTransformation:
        _check(inspect.signature(make), args, kwargs)
        transformation = optax.with_extra_args_support(make(*args, **kwargs))
        value = _ByValue(transformation.init, transformation.update)
        value.call = (make, args, tuple(sorted(kwargs.items())))
        return value

    return made


def _check(signature: inspect.Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    for name, given in signature.bind(*args, **kwargs).arguments.items():
        optional = given is None and signature.parameters[name].default is None
        if name in ARGUMENTS and not optional:
            shown, wanted, remedy = ARGUMENTS[name]
            for value in given.ends if isinstance(given, Schedule) else (given,):
                if not callable(value):  # any other schedule
                    check_number(shown, value, wanted, remedy)


adam = by_value(optax.adam)
rmsprop = by_value(optax.rmsprop)
sgd = by_value(optax.sgd)
scheduled_adam = by_value(optax.inject_hyperparams(optax.adam))
scheduled_sgd = by_value(optax.inject_hyperparams(optax.sgd))
clip_norm = by_value(optax.clip_by_global_norm)
weight_decay = by_value(optax.add_decayed_weights)


@by_value
def chain(*transformations: optax.GradientTransformation) -> optax.GradientTransformation:
    """`optax.chain`: applies transformations one after the other.

    Args:
        *transformations: what to apply, in this order.

    Returns:
        One transformation.

    Raises:
        TypeError: an argument is not a transformation, such as a constructor that was not called.

    >>> chain(clip_norm(1.0), sgd(0.1))
    chain(clip_by_global_norm(1.0), sgd(0.1))
    """
    for one in transformations:
        if not isinstance(one, optax.GradientTransformation):
            raise TypeError(
                f"chain: each argument must be an optax.GradientTransformation, got {one!r}: call "
                "its constructor, as in optax.adam(1e-4)"
            )
    return optax.chain(*transformations)
