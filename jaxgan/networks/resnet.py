"""Residual networks of WGAN-GP for CIFAR: images of 32 x 32 pixels, one width throughout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from flax import linen as nn
from jaxtyping import Array, Float

from jaxgan.networks.layers import Conv
from jaxgan.networks.norms import Norm, normalize, reweight
from jaxgan.networks.settings import check_settings

__all__ = ["ResNetCritic", "ResNetGenerator"]

HE = nn.initializers.variance_scaling(2.0, "fan_avg", "uniform")
"""Initializer of the 3 x 3 convolutions before or after a ReLU."""

GLOROT = nn.initializers.glorot_uniform()
"""Initializer of shortcuts, dense layers and the generator's last convolution."""


def _check(shape: tuple[int, ...]) -> None:
    if len(shape) != 3 or tuple(shape[:2]) != (32, 32):
        raise ValueError(
            f"ResNet networks are for images [32, 32, channels], got {shape}: pad or resize the "
            "images, or use dcgan (other sizes) or mlp (points)"
        )


def _upsample(x: Array) -> Array:
    return x.repeat(2, axis=1).repeat(2, axis=2)


def _mean_pool(x: Array) -> Array:
    return nn.avg_pool(x, (2, 2), (2, 2))


def _convolutions(width: int, norm: Norm, train: bool) -> Callable[..., Callable[[Array], Array]]:
    def make(size: tuple[int, int], init: nn.initializers.Initializer) -> Callable[[Array], Array]:
        return reweight(Conv(width, size, kernel_init=init), norm, train=train)

    return make


class FirstBlock(nn.Module):
    """The critic's first block, conv1(pool(x)) + pool(conv3(relu(conv3(x)))): no ReLU on pixels.

    Its shortcut pools before the 1 x 1 convolution: `OptimizedResBlockDisc1` of the paper's code.
    """

    width: int
    norm: Norm

    @nn.compact
    def __call__(
        self, x: Float[Array, "batch height width channels"], train: bool
    ) -> Float[Array, "batch _height _width features"]:
        """`[batch, height, width, channels] -> [batch, height / 2, width / 2, features]`."""
        conv = _convolutions(self.width, self.norm, train)
        y = nn.relu(conv((3, 3), HE)(x))
        y = _mean_pool(conv((3, 3), HE)(y))
        return conv((1, 1), GLOROT)(_mean_pool(x)) + y


class ResidualBlock(nn.Module):
    """x + f(x) with f = (norm, ReLU, 3 x 3 convolution) twice; the number of features is kept.

    "up" doubles the pixels by nearest neighbors before the first convolution of f, "down" halves
    them by means after the second. In both, x has a 1 x 1 convolution at the higher resolution.
    """

    width: int
    norm: Norm
    resample: Literal["up", "down", "none"] = "none"

    @nn.compact
    def __call__(
        self, x: Float[Array, "batch height width features"], train: bool
    ) -> Float[Array, "batch _height _width features"]:
        """`[batch, height, width, features] -> [batch, height', width', features]`."""
        conv = _convolutions(self.width, self.norm, train)
        y = nn.relu(normalize(x, self.norm, train=train))
        if self.resample == "up":
            x, y = _upsample(x), _upsample(y)
        y = conv((3, 3), HE)(y)
        y = nn.relu(normalize(y, self.norm, train=train))
        y = conv((3, 3), HE)(y)
        if self.resample != "none":
            x = conv((1, 1), GLOROT)(x)
        return _mean_pool(x + y) if self.resample == "down" else x + y


class ResNetGenerator(nn.Module):
    """Dense to 4 x 4, three residual blocks that double the pixels, a convolution; tanh.

    With width 128, a latent of 128 and three channels it has the 1,204,483 parameters of the
    unconditional network of the paper.

    >>> import jax, jax.numpy as jnp
    >>> generator = ResNetGenerator((32, 32, 3), width=2)
    >>> generator.init_with_output(jax.random.key(0), jnp.zeros((5, 8)))[0].shape
    (5, 32, 32, 3)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Appendix F and
    gan_cifar_resnet.py. https://arxiv.org/abs/1704.00028
    """

    shape: tuple[int, ...]
    width: int = 128
    norm: Norm = "batch"

    def __post_init__(self) -> None:
        check_settings(self)
        _check(self.shape)
        super().__post_init__()

    @nn.compact
    def __call__(
        self, latent: Float[Array, "batch size"], train: bool = True
    ) -> Float[Array, "batch 32 32 channels"]:
        """`[batch, latent] -> [batch, 32, 32, channels]` in [-1, 1]."""
        x = nn.Dense(4 * 4 * self.width, kernel_init=GLOROT)(latent).reshape(-1, 4, 4, self.width)
        for _ in range(3):
            x = ResidualBlock(self.width, self.norm, "up")(x, train)
        x = nn.relu(normalize(x, self.norm, train=train))
        return nn.tanh(Conv(self.shape[2], (3, 3), kernel_init=GLOROT)(x))


class ResNetCritic(nn.Module):
    """Two residual blocks that halve the pixels, two that keep them, ReLU, mean; then one score.

    The features are averaged over the 8 x 8 pixels: other residual critics sum them, which is 64
    times the scale. No normalization in the first block. `norm` is "none" or "layer" with a
    gradient penalty; "spectral" and "weight" normalize the weights of every layer. `dropout`
    follows the second, third and fourth block, (0.2, 0.5, 0.5) in CT-GAN. With width 128 and three
    channels it has the paper's 1,053,825 parameters.

    >>> import jax, jax.numpy as jnp
    >>> critic = ResNetCritic(width=2)
    >>> critic.init_with_output(jax.random.key(0), jnp.zeros((5, 32, 32, 3)))[0].shape
    (5,)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Appendix F and
    gan_cifar_resnet.py. https://arxiv.org/abs/1704.00028
    """

    width: int = 128
    norm: Norm = "none"
    dropout: tuple[float, float, float] = (0.0, 0.0, 0.0)
    features: int | None = None

    def __post_init__(self) -> None:
        check_settings(self, per_layer=["dropout"])
        if not isinstance(self.dropout, tuple) or len(self.dropout) != 3:
            raise TypeError(
                f"dropout of a ResNetCritic must be three numbers, got {self.dropout!r}: give "
                "(0.2, 0.5, 0.5) or others, one after each of the last three blocks"
            )
        super().__post_init__()

    @nn.compact
    def __call__(
        self, x: Float[Array, "batch height width channels"], train: bool = True
    ) -> Float[Array, "batch *features"]:
        """`[batch, 32, 32, channels] -> [batch]` scores, or `[batch, features]`."""
        _check(x.shape[1:])
        x = FirstBlock(self.width, self.norm)(x, train)
        for resample, rate in zip(("down", "none", "none"), self.dropout, strict=True):
            x = ResidualBlock(self.width, self.norm, resample)(x, train)
            x = nn.Dropout(rate, deterministic=not train)(x)
        dense = nn.Dense(self.features or 1, kernel_init=GLOROT)
        x = reweight(dense, self.norm, train=train)(nn.relu(x).mean(axis=(1, 2)))
        return x if self.features else x[:, 0]
