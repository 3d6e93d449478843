"""Optax transformations that compare, hash and print by their arguments, and parameter clipping.

Optax's own transformations are pairs of closures: `optax.adam(1e-4) != optax.adam(1e-4)`, so two
equal recipes would be compiled twice and could not be printed. `by_value` mends that. A recipe
takes any `optax.GradientTransformation` as it is; these are the ones that our recipes use.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

import jax
import jax.numpy as jnp
import optax

from jaxgan.types import Scalar

__all__ = [
    "adam",
    "by_value",
    "chain",
    "clip_norm",
    "clip_params",
    "rmsprop",
    "scheduled_sgd",
    "sgd",
    "weight_decay",
]

P = ParamSpec("P")


class _ByValue(optax.GradientTransformationExtraArgs):
    """A gradient transformation that remembers the call that made it."""

    call: tuple[str, tuple[Any, ...], tuple[tuple[str, Any], ...]]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByValue) and self.call == other.call

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.call)

    def __repr__(self) -> str:
        name, args, kwargs = self.call
        return f"{name}({', '.join([*map(repr, args), *(f'{k}={v!r}' for k, v in kwargs)])})"


def by_value(
    make: Callable[P, optax.GradientTransformation],
) -> Callable[P, optax.GradientTransformation]:
    """Makes a constructor return transformations that are values: equal if their arguments are.

    Args:
        make: a function that returns an `optax.GradientTransformation`.

    Returns:
        The same function; what it returns compares, hashes and prints by name and arguments.

    >>> lion = by_value(optax.lion)
    >>> lion(1e-4), lion(1e-4) == lion(1e-4), lion(1e-4) == lion(2e-4)
    (lion(0.0001), True, False)
    """

    @functools.wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> optax.GradientTransformation:
        transformation = optax.with_extra_args_support(make(*args, **kwargs))
        value = _ByValue(transformation.init, transformation.update)
        value.call = (make.__name__, args, tuple(sorted(kwargs.items())))
        return value

    return made


adam = by_value(optax.adam)
rmsprop = by_value(optax.rmsprop)
sgd = by_value(optax.sgd)
scheduled_sgd = by_value(optax.inject_hyperparams(optax.sgd))
chain = by_value(optax.chain)
clip_norm = by_value(optax.clip_by_global_norm)
weight_decay = by_value(optax.add_decayed_weights)


@by_value
def clip_params(
    c: Scalar, where: Callable[[str], bool] | None = None
) -> optax.GradientTransformation:
    """Keeps every parameter in [-c, c] after its update; chain it last.

    The update u becomes clip(p + u, -c, c) - p. Adding that to p rounds twice, by at most
    eps * max(|p|, c) together, so the clip aims that far inside: the bound holds exactly.

    Args:
        c: the bound, in the units of the parameters, positive.
        where: tells from a leaf's path ("Dense_0/kernel") whether to clip it; all if None, as in
            the paper's code, which clips biases and norm scales too.

    Returns:
        A stateless transformation whose update needs `params`.

    Raises:
        ValueError: c is not positive.

    >>> clip = clip_params(0.5, where=lambda path: path.endswith("kernel"))
    >>> params = {"kernel": jnp.array([0.4, -2.0]), "scale": jnp.array(3.0)}
    >>> updates, _ = clip.update(jax.tree.map(jnp.ones_like, params), clip.init(params), params)
    >>> new = optax.apply_updates(params, updates)
    >>> new["kernel"].round(6).tolist(), float(abs(new["kernel"]).max()) <= 0.5, float(new["scale"])
    ([0.5, -0.5], True, 4.0)

    Reference: Arjovsky, Chintala, Bottou, Wasserstein GAN, 2017, Algorithm 1.
    https://arxiv.org/abs/1701.07875
    """
    if isinstance(c, (int, float)) and not c > 0:
        raise ValueError(f"clip_params: c must be positive, got {c}; the paper uses 0.01")

    def clip(path: tuple[Any, ...], update: jax.Array, param: jax.Array) -> jax.Array:
        if where and not where(jax.tree_util.keystr(path, simple=True, separator="/")):
            return update
        rounding = jnp.finfo(param.dtype).eps * jnp.maximum(jnp.abs(param), c)
        bound = jnp.maximum(c - rounding, 0)
        return jnp.clip(param + update, -bound, bound) - param

    def update(updates: optax.Updates, state: optax.OptState, params: optax.Params | None = None):
        if params is None:
            raise ValueError(
                "clip_params needs the parameters: call update(updates, state, params)"
            )
        return jax.tree_util.tree_map_with_path(clip, updates, params), state

    return optax.GradientTransformation(lambda params: optax.EmptyState(), update)
