"""Fully connected networks, as in the papers' experiments on points and small images."""

from __future__ import annotations

import math

from flax import linen as nn
from jaxtyping import Array, Float

from jaxgan.networks.conditional import Labels, join
from jaxgan.networks.initializers import uniform
from jaxgan.networks.layers import Dense
from jaxgan.networks.norms import Norm, Weights, normalize, reweight
from jaxgan.networks.settings import check_settings

__all__ = ["MLPCritic", "MLPGenerator"]

HIDDEN = nn.initializers.variance_scaling(2.0, "fan_in", "uniform")
OUTPUT = nn.initializers.glorot_uniform()

Width = int | tuple[int, ...]
"""The width of every hidden layer, or a tuple with the width of each."""


def _widths(width: Width, depth: int) -> tuple[int, ...]:
    return width if isinstance(width, tuple) else (width,) * depth


def _initializers(
    reach: float | None,
) -> tuple[nn.initializers.Initializer, nn.initializers.Initializer]:
    """The initializers of the hidden layers and of the last layer."""
    return (HIDDEN, OUTPUT) if reach is None else (uniform(reach), uniform(reach))


class MLPGenerator(nn.Module):
    """depth x (dense, ReLU), then a dense layer to the shape of an example.

    The initialization is that of the WGAN-GP toy code: uniform with variance 2 / fan_in in hidden
    layers, Glorot in the last. With `reach` it is uniform in [-reach, reach] in all layers.
    `squash` adds a final tanh, for images in [-1, 1]. A tuple for `width` gives the width of each
    hidden layer. With `classes` the one-hot label is joined to the latent.

    >>> import jax, jax.numpy as jnp
    >>> MLPGenerator((2,)).init_with_output(jax.random.key(0), jnp.zeros((5, 2)))[0].shape
    (5, 2)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Section 3.
    https://arxiv.org/abs/1704.00028
    """

    shape: tuple[int, ...]
    width: Width = 512
    depth: int = 3
    squash: bool = False
    reach: float | None = None
    classes: int | None = None

    def __post_init__(self) -> None:
        check_settings(self, per_layer=["width"])
        super().__post_init__()

    @nn.compact
    def __call__(
        self, latent: Float[Array, "batch size"], labels: Labels = None
    ) -> Float[Array, "batch *shape"]:
        """`[batch, latent] -> [batch, *shape]`."""
        hidden, output = _initializers(self.reach)
        x = join(latent, labels, self.classes)
        for width in _widths(self.width, self.depth):
            x = nn.relu(Dense(width, kernel_init=hidden)(x))
        x = Dense(math.prod(self.shape), kernel_init=output)(x)
        x = x.reshape(-1, *self.shape)
        return nn.tanh(x) if self.squash else x


class MLPCritic(nn.Module):
    """depth x (dense, ReLU) on the flattened example, then one score.

    `norm`, `weights`, `dropout` and `features` are those of `DCGANCritic`, `width` and `reach`
    those of `MLPGenerator`. With `classes` the one-hot label is joined to the example.

    >>> import jax, jax.numpy as jnp
    >>> MLPCritic().init_with_output(jax.random.key(0), jnp.zeros((5, 2)))[0].shape
    (5,)
    """

    width: Width = 512
    depth: int = 3
    norm: Norm = "none"
    dropout: float = 0.0
    features: int | None = None
    reach: float | None = None
    weights: Weights = "none"
    classes: int | None = None

    def __post_init__(self) -> None:
        check_settings(self, per_layer=["width"])
        super().__post_init__()

    @nn.compact
    def __call__(
        self, x: Float[Array, "batch *shape"], train: bool = True, labels: Labels = None
    ) -> Float[Array, "batch *features"]:
        """`[batch, ...] -> [batch]` scores, or `[batch, features]`."""
        hidden, output = _initializers(self.reach)
        x = join(x.reshape(x.shape[0], -1), labels, self.classes)
        for width in _widths(self.width, self.depth):
            dense = Dense(width, kernel_init=hidden)
            x = reweight(dense, self.weights, train=train)(x)
            x = nn.relu(normalize(x, self.norm, train=train))
            x = nn.Dropout(self.dropout, deterministic=not train)(x)
        dense = Dense(self.features or 1, kernel_init=output)
        x = reweight(dense, self.weights, train=train)(x)
        return x if self.features else x[:, 0]
