"""The points at which penalties evaluate the critic, and the costs of a slope."""

from __future__ import annotations

from typing import Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from jaxgan.types import Number, assert_pairs

__all__ = ["Form", "Place", "check_keys", "excess", "interpolate", "norm_per_example", "places"]

Form = Literal["two_sided", "one_sided", "one_sided_linear"]
"""(s - target)^2, max(s - target, 0)^2 or max(s, target) of a slope s."""

Place = Literal["interpolates", "real", "fake", "both"]
"""Points between real and fake, or the examples themselves; `both` averages over real and fake."""


def norm_per_example(x: Float[Array, "batch *shape"]) -> Float[Array, " batch"]:
    """The Euclidean norm of each example over all axes but the first.

    Exact, with derivative 0 where the norm is 0: the square root is never evaluated at 0, so
    neither its infinite slope nor `inf * 0 = NaN` appears in the first or the second derivative.

    Args:
        x: `[batch, ...]`, of any rank.

    Returns:
        `[batch]` norms, in the units of `x`.

    >>> norm_per_example(jnp.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [5.0, 0.0]
    >>> jax.grad(lambda x: norm_per_example(x).sum())(jnp.zeros((1, 2))).tolist()
    [[0.0, 0.0]]
    """
    squares = jnp.square(x).reshape(x.shape[0], -1).sum(axis=1)
    positive = squares > 0
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, squares, 1.0)), 0.0)


def check_keys(keys: Key[Array, " batch"], x: Float[Array, "batch *shape"]) -> None:
    """Checks that there is one key per example.

    Args:
        keys: `[batch]`.
        x: `[batch, ...]`.

    Raises:
        ValueError: there are other keys, such as one for the whole batch.

    >>> check_keys(jax.random.split(jax.random.key(0), 2), jnp.ones((2, 3)))
    """
    if keys.shape != x.shape[:1]:
        raise ValueError(
            f"keys must be one key per example, [{len(x)}], got {keys.shape}: give "
            f"jax.random.split(key, {len(x)}) of a key made by jax.random.key"
        )


def interpolate(
    real: Float[Array, "batch *shape"],
    fake: Float[Array, "batch *shape"],
    keys: Key[Array, " batch"],
) -> Float[Array, "batch *shape"]:
    """One point on the segment from each fake example to its real one.

    fake + e (real - fake) with one e ~ U[0, 1] per example: not per batch, not per pixel.

    Args:
        real: `[batch, ...]`.
        fake: `[batch, ...]`, of the same shape.
        keys: one key per example.

    Returns:
        `[batch, ...]` points.

    Raises:
        ValueError: real and fake differ in shape, or there is not one key per example.

    >>> keys = jax.random.split(jax.random.key(0), 2)
    >>> points = interpolate(jnp.ones((2, 3)), jnp.zeros((2, 3)), keys)
    >>> bool((points == points[:, :1]).all()), bool(points[0, 0] == points[1, 0])
    (True, False)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Algorithm 1.
    https://arxiv.org/abs/1704.00028
    """
    assert_pairs(real, fake)
    check_keys(keys, real)
    share = jax.vmap(lambda key: jax.random.uniform(key, dtype=real.dtype))(keys)
    share = share.reshape(-1, *(1,) * (real.ndim - 1))
    return fake + share * (real - fake)


def places(
    at: Place,
    real: Float[Array, "batch *shape"],
    fake: Float[Array, "batch *shape"],
    keys: Key[Array, " batch"],
) -> tuple[Float[Array, "batch *shape"], ...]:
    """The batches of points at which a penalty is evaluated; it is the mean over all of them.

    Args:
        at: the kind of points.
        real: `[batch, ...]`.
        fake: `[batch, ...]`, of the same shape.
        keys: one key per example, for the interpolates.

    Returns:
        One batch of points, or two for "both".

    >>> keys = jax.random.split(jax.random.key(0), 2)
    >>> len(places("both", jnp.ones((2, 3)), jnp.zeros((2, 3)), keys))
    2
    """
    if at == "interpolates":
        return (interpolate(real, fake, keys),)
    return {"real": (real,), "fake": (fake,), "both": (real, fake)}[at]


def excess(form: Form, slope: Float[Array, " batch"], target: Number) -> Float[Array, " batch"]:
    """The cost of a slope.

    Args:
        form: the cost as a function of the slope.
        slope: `[batch]`, in scores per unit of the data.
        target: the wanted slope (two-sided), or the largest that is not penalized (one-sided).

    Returns:
        `[batch]` costs.

    >>> slopes = jnp.array([0.0, 3.0])
    >>> [excess(form, slopes, 1.0).tolist() for form in ("two_sided", "one_sided")]
    [[1.0, 4.0], [0.0, 4.0]]
    >>> excess("one_sided_linear", slopes, 1.0).tolist()
    [1.0, 3.0]
    """
    if form == "two_sided":
        return jnp.square(slope - target)
    if form == "one_sided":
        return jnp.square(jax.nn.relu(slope - target))
    return jnp.maximum(slope, target)
