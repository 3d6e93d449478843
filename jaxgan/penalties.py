"""Penalties on the critic as a function of the data, nested inside the gradient of its loss.

`__all__` is the registry of the penalties and of the two functions that they are made of.
"""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from jaxgan.types import Critic, Scalar

__all__ = ["GradientPenalty", "interpolate", "norm_per_example"]


def norm_per_example(x: Float[Array, "batch *shape"]) -> Float[Array, " batch"]:
    """The Euclidean norm of each example over all axes but the first.

    Exact, with derivative 0 where the norm is 0: the square root never sees the zero, so that
    neither its infinite slope nor `inf * 0 = NaN` reaches the first or the second derivative.

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

    >>> keys = jax.random.split(jax.random.key(0), 2)
    >>> points = interpolate(jnp.ones((2, 3)), jnp.zeros((2, 3)), keys)
    >>> bool((points == points[:, :1]).all()), bool(points[0, 0] == points[1, 0])
    (True, False)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Algorithm 1.
    https://arxiv.org/abs/1704.00028
    """
    share = jax.vmap(lambda key: jax.random.uniform(key, dtype=real.dtype))(keys)
    share = share.reshape(-1, *(1,) * (real.ndim - 1))
    return fake + share * (real - fake)


@dataclasses.dataclass(frozen=True)
class GradientPenalty:
    """The two-sided penalty, weight * E (||grad_x critic(x)|| - target)^2 on interpolates.

    The norm is exact and over all axes of an example; the critic's gradient is taken through the
    sum of its scores, which is each example's own gradient if no example sees another (so: no
    batch normalization in the critic). `weight` is 10 in the paper, 0.1 in its 2-D toys.

    >>> w = jnp.array([3.0, 4.0])
    >>> keys = jax.random.split(jax.random.key(0), 8)
    >>> zeros = jnp.zeros((8, 2))
    >>> float(GradientPenalty(10.0)(lambda x: x @ w, zeros, zeros, keys))  # 10 (5 - 1)^2
    160.0

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Eq. 3.
    https://arxiv.org/abs/1704.00028
    """

    weight: Scalar = 10.0
    target: Scalar = 1.0

    def __call__(
        self,
        critic: Critic,
        real: Float[Array, "batch *shape"],
        fake: Float[Array, "batch *shape"],
        keys: Key[Array, " batch"],
    ) -> Float[Array, ""]:
        """The mean penalty over the batch."""
        points = interpolate(real, fake, keys)
        gradients = jax.grad(lambda x: critic(x).sum())(points)
        return self.weight * jnp.square(norm_per_example(gradients) - self.target).mean()
