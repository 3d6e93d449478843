"""The critic of direct matching: the identity."""

from __future__ import annotations

from flax import linen as nn
from jaxtyping import Array, Float

__all__ = ["Identity"]


class Identity(nn.Module):
    """Returns the flattened examples as features; it has nothing to train (n_critic = 0).

    >>> import jax.numpy as jnp
    >>> Identity().apply({}, jnp.zeros((5, 2, 2, 1))).shape
    (5, 4)
    """

    @nn.compact
    def __call__(self, x: Float[Array, "batch *shape"]) -> Float[Array, "batch features"]:
        """`[batch, ...] -> [batch, features]`."""
        return x.reshape(x.shape[0], -1)
