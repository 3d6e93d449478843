"""Weight clipping, as a gradient transformation that is chained last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax

from jaxgan.optimizers.by_value import by_value
from jaxgan.types import Number, check_number

__all__ = ["clip_params"]


@by_value
def clip_params(
    c: Number, where: Callable[[str], bool] | None = None
) -> optax.GradientTransformation:
    """Keeps every parameter in [-c, c] after its update; chain it last.

    The update u becomes clip(p + u, -c, c) - p. Adding that to p rounds twice, so the clip uses the
    largest multiples of the spacing of floats at max(|p|, c) that cannot round beyond c: [-c, c]
    holds exactly, and a parameter ends within two spacings of where the projection puts it.

    Args:
        c: the bound, in the units of the parameters, positive; it is rounded to their type.
        where: function of a leaf's path ("Dense_0/kernel") that returns whether to clip it; None
            clips all leaves, as the paper's code does, including biases and norm scales.

    Returns:
        A stateless transformation whose update needs `params`.

    Raises:
        TypeError: c is not a number.
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
    check_number("clip_params: c", c, "positive", "the paper uses 0.01")
    if where is not None and not callable(where):
        raise TypeError(f"where must be a function of a path, got {where!r}: give None for all")

    def clip(path: tuple[Any, ...], update: jax.Array, param: jax.Array) -> jax.Array:
        if where and not where(jax.tree_util.keystr(path, simple=True, separator="/")):
            return update
        bound = jnp.asarray(c, param.dtype)
        largest = jnp.maximum(jnp.abs(param), bound)
        spacing = jnp.nextafter(largest, jnp.full_like(largest, jnp.inf)) - largest
        on_grid = jnp.floor(bound / spacing) * spacing
        # A parameter that is outside moves on this grid, and cannot round beyond the near bound.
        upper = jnp.maximum(on_grid - jnp.where(param > bound, 0, spacing), 0)
        lower = jnp.maximum(on_grid - jnp.where(param < -bound, 0, spacing), 0)
        return jnp.clip(param + update, -lower, upper) - param

    def update(updates: optax.Updates, state: optax.OptState, params: optax.Params | None = None):
        if params is None:
            raise ValueError(
                "clip_params needs the parameters: call update(updates, state, params)"
            )
        return jax.tree_util.tree_map_with_path(clip, updates, params), state

    return optax.GradientTransformation(lambda params: optax.EmptyState(), update)
