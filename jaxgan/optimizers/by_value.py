"""Optax transformations that compare, hash and print by their arguments.

Optax's own transformations are pairs of closures: `optax.adam(1e-4) != optax.adam(1e-4)`, so two
equal recipes would be compiled twice and could not be printed. `by_value` changes that. A recipe
takes any `optax.GradientTransformation`; these are the ones that our recipes use.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

import optax

__all__ = [
    "adam",
    "by_value",
    "chain",
    "clip_norm",
    "rmsprop",
    "scheduled_sgd",
    "sgd",
    "weight_decay",
]

P = ParamSpec("P")


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

    >>> lion = by_value(optax.lion)
    >>> lion(1e-4), lion(1e-4) == lion(1e-4), lion(1e-4) == lion(2e-4)
    (lion(0.0001), True, False)
    """

    @functools.wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> optax.GradientTransformation:
        transformation = optax.with_extra_args_support(make(*args, **kwargs))
        value = _ByValue(transformation.init, transformation.update)
        value.call = (make, args, tuple(sorted(kwargs.items())))
        return value

    return made


adam = by_value(optax.adam)
rmsprop = by_value(optax.rmsprop)
sgd = by_value(optax.sgd)
scheduled_sgd = by_value(optax.inject_hyperparams(optax.sgd))
chain = by_value(optax.chain)
clip_norm = by_value(optax.clip_by_global_norm)
weight_decay = by_value(optax.add_decayed_weights)
