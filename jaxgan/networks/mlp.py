"""Fully connected networks, as in the papers' experiments on two-dimensional data."""

from __future__ import annotations

import math

from flax import linen as nn
from jaxtyping import Array, Float

__all__ = ["MLPCritic", "MLPGenerator"]

HIDDEN = nn.initializers.variance_scaling(2.0, "fan_in", "uniform")
OUTPUT = nn.initializers.glorot_uniform()


def _hidden(x: Array, width: int, depth: int) -> Array:
    for _ in range(depth):
        x = nn.relu(nn.Dense(width, kernel_init=HIDDEN)(x))
    return x


class MLPGenerator(nn.Module):
    """depth x (dense, ReLU), then a dense layer to the shape of an example.

    The initialization is that of the WGAN-GP toy code: uniform with variance 2 / fan_in in hidden
    layers, Glorot in the last. `squash` ends in tanh, for images in [-1, 1].

    >>> import jax, jax.numpy as jnp
    >>> MLPGenerator((2,)).init_with_output(jax.random.key(0), jnp.zeros((5, 2)))[0].shape
    (5, 2)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Section 3.
    https://arxiv.org/abs/1704.00028
    """

    shape: tuple[int, ...]
    width: int = 512
    depth: int = 3
    squash: bool = False

    @nn.compact
    def __call__(self, latent: Float[Array, "batch size"]) -> Float[Array, "batch *shape"]:
        """`[batch, latent] -> [batch, *shape]`."""
        x = _hidden(latent, self.width, self.depth)
        x = nn.Dense(math.prod(self.shape), kernel_init=OUTPUT)(x)
        x = x.reshape(-1, *self.shape)
        return nn.tanh(x) if self.squash else x


class MLPCritic(nn.Module):
    """depth x (dense, ReLU) on the flattened example, then one score.

    >>> import jax, jax.numpy as jnp
    >>> MLPCritic().init_with_output(jax.random.key(0), jnp.zeros((5, 2)))[0].shape
    (5,)
    """

    width: int = 512
    depth: int = 3

    @nn.compact
    def __call__(self, x: Float[Array, "batch *shape"]) -> Float[Array, " batch"]:
        """`[batch, ...] -> [batch]` scores."""
        x = _hidden(x.reshape(x.shape[0], -1), self.width, self.depth)
        return nn.Dense(1, kernel_init=OUTPUT)(x)[:, 0]
