"""The residual networks of R3GAN, without normalization: grouped convolutions, bilinear resampling.

A block is x + f(x), where f ends in a convolution that starts at zero, and its other layers start
with a smaller variance the more blocks there are, as in Fixup.
"""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
from flax import linen as nn
from jax import lax
from jaxtyping import Array, Float

from jaxgan.networks.conditional import Labels, one_hot
from jaxgan.networks.layers import Conv, Dense
from jaxgan.networks.settings import check_settings

__all__ = ["R3GANCritic", "R3GANGenerator"]

GAIN = 2 / (1 + 0.2**2)
"""The variance that keeps that of a signal through leaky ReLU 0.2."""

LINEAR = nn.initializers.variance_scaling(1.0, "fan_in", "normal")

Width = int | tuple[int, ...]
"""The channels of every map, or of each, from 4 x 4 to the images."""


class GroupedBlock(nn.Module):
    """x + f(x), f = 1 x 1; 3 x 3 in groups; 1 x 1 convolution, with leaky ReLU 0.2 in between.

    The hidden layers have twice the channels, in groups of `group`. With L blocks in the network
    the variance of their weights is divided by sqrt(L); the last layer starts at 0.
    """

    blocks: int
    group: int

    @nn.compact
    def __call__(
        self, x: Float[Array, "batch height width channels"]
    ) -> Float[Array, "batch height width channels"]:
        """`[batch, height, width, channels]` to the same shape."""
        channels = x.shape[-1]
        hidden = 2 * channels
        init = nn.initializers.variance_scaling(GAIN / self.blocks**0.5, "fan_in", "normal")
        y = Conv(hidden, (1, 1), use_bias=False, kernel_init=init)(x)
        y = Biased()(y)
        y = Conv(
            hidden,
            (3, 3),
            use_bias=False,
            kernel_init=init,
            feature_group_count=hidden // self.group,
        )(y)
        zeros = nn.initializers.zeros_init()
        return x + Conv(channels, (1, 1), use_bias=False, kernel_init=zeros)(Biased()(y))


class Biased(nn.Module):
    """Leaky ReLU 0.2 of x plus a bias per channel, which starts at 0."""

    @nn.compact
    def __call__(self, x: Float[Array, "batch *shape"]) -> Float[Array, "batch *shape"]:
        """`[batch, ..., channels]` to the same shape."""
        bias = self.param("bias", nn.initializers.zeros_init(), (x.shape[-1],))
        return nn.leaky_relu(x + bias.reshape((1,) * (x.ndim - 1) + (-1,)).astype(x.dtype), 0.2)


class R3GANGenerator(nn.Module):
    """A learned 4 x 4 map scaled by a dense layer, blocks and bilinear doublings; no tanh.

    `depth` blocks per size. With `classes` an embedding of the label is joined to the latent.

    >>> import jax, jax.numpy as jnp
    >>> generator = R3GANGenerator((8, 8, 1), width=4, depth=1, group=4)
    >>> generator.init_with_output(jax.random.key(0), jnp.zeros((5, 8)))[0].shape
    (5, 8, 8, 1)

    Reference: Huang, Gokaslan, Kuleshov, Tompkin, The GAN is dead; long live the GAN!, 2024,
    Section 4, and Networks.py of its code. https://arxiv.org/abs/2501.05441
    """

    shape: tuple[int, ...]
    width: Width = 768
    depth: int = 2
    group: int = 16
    classes: int | None = None

    def __post_init__(self) -> None:
        check_settings(self, per_layer=["width"])
        _check_group(self.width, self.group)
        _widths(self.width, self.shape)
        super().__post_init__()

    @nn.compact
    def __call__(
        self, latent: Float[Array, "batch size"], labels: Labels = None
    ) -> Float[Array, "batch height width channels"]:
        """`[batch, latent] -> [batch, height, width, channels]`."""
        if self.classes is not None:
            embed = Dense(latent.shape[-1], use_bias=False, kernel_init=LINEAR, name="embedding")
            latent = jnp.concatenate([latent, embed(one_hot(labels, self.classes))], axis=1)
        widths = _widths(self.width, self.shape)
        basis = self.param("basis", nn.initializers.normal(1.0), (4, 4, widths[0]))
        scale = Dense(widths[0], use_bias=False, kernel_init=LINEAR)(latent)
        x = basis[None].astype(scale.dtype) * scale[:, None, None]
        for stage, width in enumerate(widths):
            if stage:
                x = _both(_doubled, _widened(x, width))
            for _ in range(self.depth):
                x = GroupedBlock(self.depth * len(widths), self.group)(x)
        return Conv(self.shape[-1], (1, 1), use_bias=False, kernel_init=LINEAR)(x)


class R3GANCritic(nn.Module):
    """The mirror image of `R3GANGenerator`: blocks and bilinear halvings, then one score.

    The last map is summed with a weight per channel and pixel. With `classes` the score is the
    inner product of the features with an embedding of the label.

    >>> import jax, jax.numpy as jnp
    >>> critic = R3GANCritic(width=4, depth=1, group=4)
    >>> critic.init_with_output(jax.random.key(0), jnp.zeros((5, 8, 8, 1)))[0].shape
    (5,)

    Reference: Huang, Gokaslan, Kuleshov, Tompkin, The GAN is dead; long live the GAN!, 2024,
    Section 4, and Networks.py of its code. https://arxiv.org/abs/2501.05441
    """

    width: Width = 768
    depth: int = 2
    group: int = 16
    classes: int | None = None

    def __post_init__(self) -> None:
        check_settings(self, per_layer=["width"])
        _check_group(self.width, self.group)
        super().__post_init__()

    @nn.compact
    def __call__(
        self, x: Float[Array, "batch height width channels"], labels: Labels = None
    ) -> Float[Array, " batch"]:
        """`[batch, height, width, channels] -> [batch]` scores."""
        widths = _widths(self.width, x.shape[1:])[::-1]
        x = Conv(widths[0], (1, 1), use_bias=False, kernel_init=LINEAR)(x)
        for stage, width in enumerate(widths):
            if stage:
                x = _widened(_both(_halved, x), width)
            for _ in range(self.depth):
                x = GroupedBlock(self.depth * len(widths), self.group)(x)
        basis = self.param("basis", nn.initializers.normal(0.25), (4, 4, widths[-1]))
        features = (x * basis[None].astype(x.dtype)).sum(axis=(1, 2))
        if self.classes is None:
            return Dense(1, use_bias=False, kernel_init=LINEAR)(features)[:, 0]
        size = widths[-1]
        init = nn.initializers.variance_scaling(1 / size, "fan_in", "normal")
        embed = Dense(size, use_bias=False, kernel_init=init, name="embedding")
        features = Dense(size, use_bias=False, kernel_init=LINEAR)(features)
        return (features * embed(one_hot(labels, self.classes)).astype(x.dtype)).sum(axis=1)


def _widths(width: Width, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The channels of each map, from 4 x 4 to the size of the images."""
    pixels = shape[0]
    if len(shape) != 3 or shape[0] != shape[1] or pixels < 4 or pixels & (pixels - 1):
        raise ValueError(
            "R3GAN networks are for square images whose pixels are a power of two from 4, got "
            f"{shape}: pad or resize the images, or use dcgan (28 pixels) or mlp (points)"
        )
    stages = pixels.bit_length() - 2
    widths = width if isinstance(width, tuple) else (width,) * stages
    if len(widths) != stages:
        raise ValueError(
            f"width has {len(widths)} numbers, but images of {pixels} pixels have {stages} maps: "
            "give the channels of each map from 4 x 4, or one number, got "
            f"{width}"
        )
    return widths


def _check_group(width: Width, group: int) -> None:
    for one in width if isinstance(width, tuple) else (width,):
        if 2 * one % group:
            raise ValueError(
                f"group={group} does not divide the {2 * one} hidden channels of a block, twice "
                "the width: give a divisor of them"
            )


def _widened(x: Array, width: int) -> Array:
    if x.shape[-1] == width:
        return x
    return Conv(width, (1, 1), use_bias=False, kernel_init=LINEAR)(x)


def _both(resample: Callable[[Array, int], Array], x: Array) -> Array:
    return resample(resample(x, 1), 2)


def _doubled(x: Array, axis: int) -> Array:
    """Linear interpolation: 3/4 of a pixel and 1/4 of its neighbor, which is 0 outside."""
    before, after = _neighbors(x, axis)
    both = jnp.stack([(3 * x + before) / 4, (3 * x + after) / 4], axis=axis + 1)
    return both.reshape(*x.shape[:axis], -1, *x.shape[axis + 1 :])


def _halved(x: Array, axis: int) -> Array:
    """The adjoint of `_doubled`, halved: (1, 3, 3, 1) / 8 of four pixels."""
    pairs = x.reshape(*x.shape[:axis], -1, 2, *x.shape[axis + 1 :])
    first, second = (lax.index_in_dim(pairs, i, axis + 1, keepdims=False) for i in (0, 1))
    before, _ = _neighbors(second, axis)
    _, after = _neighbors(first, axis)
    return (before + 3 * first + 3 * second + after) / 8


def _neighbors(x: Array, axis: int) -> tuple[Array, Array]:
    """The pixel before and after each along an axis, zero outside."""
    size = x.shape[axis]
    padding = [(int(i == axis), int(i == axis)) for i in range(x.ndim)]
    padded = jnp.pad(x, padding)
    before, after = (lax.slice_in_dim(padded, i, i + size, axis=axis) for i in (0, 2))
    return before, after
