"""Residual networks of WGAN-GP for CIFAR: images of 32 x 32 pixels, one width throughout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import jax.numpy as jnp
from flax import linen as nn
from jaxtyping import Array, Float

from jaxgan.networks.attention import SelfAttention, attended
from jaxgan.networks.conditional import Labels, cross_entropy
from jaxgan.networks.layers import Conv, Dense
from jaxgan.networks.norms import Norm, Weights, normalize, reweight
from jaxgan.networks.settings import check_conditional_norm, check_settings

__all__ = ["FirstBlock", "ResNetCritic", "ResNetGenerator", "ResidualBlock", "check_pixels"]

HE = nn.initializers.variance_scaling(2.0, "fan_avg", "uniform")
"""Initializer of the 3 x 3 convolutions before or after a ReLU."""

GLOROT = nn.initializers.glorot_uniform()
"""Initializer of shortcuts, dense layers and the generator's last convolution."""


def check_pixels(shape: tuple[int, ...]) -> None:
    """Checks that these are images of 32 x 32 pixels."""
    if len(shape) != 3 or tuple(shape[:2]) != (32, 32):
        raise ValueError(
            f"ResNet networks are for images [32, 32, channels], got {shape}: pad or resize the "
            "images, or use dcgan (other sizes) or mlp (points)"
        )


def _upsample(x: Array) -> Array:
    return x.repeat(2, axis=1).repeat(2, axis=2)


def _mean_pool(x: Array) -> Array:
    return nn.avg_pool(x, (2, 2), (2, 2))


def _convolutions(
    width: int, weights: Weights, train: bool
) -> Callable[..., Callable[[Array], Array]]:
    def make(size: tuple[int, int], init: nn.initializers.Initializer) -> Callable[[Array], Array]:
        return reweight(Conv(width, size, kernel_init=init), weights, train=train)

    return make


class FirstBlock(nn.Module):
    """The critic's first block, conv1(pool(x)) + pool(conv3(relu(conv3(x)))): no ReLU on pixels.

    Its shortcut pools before the 1 x 1 convolution: `OptimizedResBlockDisc1` of the paper's code.
    """

    width: int
    weights: Weights = "none"

    @nn.compact
    def __call__(
        self, x: Float[Array, "batch height width channels"], train: bool
    ) -> Float[Array, "batch _height _width features"]:
        """`[batch, height, width, channels] -> [batch, height / 2, width / 2, features]`."""
        conv = _convolutions(self.width, self.weights, train)
        y = nn.relu(conv((3, 3), HE)(x))
        y = _mean_pool(conv((3, 3), HE)(y))
        return conv((1, 1), GLOROT)(_mean_pool(x)) + y


class ResidualBlock(nn.Module):
    """x + f(x) with f = (norm, ReLU, 3 x 3 convolution) twice; the number of features is kept.

    "up" doubles the pixels by nearest neighbors before the first convolution of f, "down" halves
    them by means after the second. In both, x has a 1 x 1 convolution at the higher resolution.
    With `classes` its batch normalizations have a scale and an offset per class.
    """

    width: int
    norm: Norm
    resample: Literal["up", "down", "none"] = "none"
    weights: Weights = "none"
    classes: int | None = None

    @nn.compact
    def __call__(
        self, x: Float[Array, "batch height width features"], train: bool, labels: Labels = None
    ) -> Float[Array, "batch _height _width features"]:
        """`[batch, height, width, features] -> [batch, height', width', features]`."""
        by_class = {"labels": labels, "classes": self.classes, "train": train}
        conv = _convolutions(self.width, self.weights, train)
        y = nn.relu(normalize(x, self.norm, **by_class))
        if self.resample == "up":
            x, y = _upsample(x), _upsample(y)
        y = conv((3, 3), HE)(y)
        y = nn.relu(normalize(y, self.norm, **by_class))
        y = conv((3, 3), HE)(y)
        if self.resample != "none":
            x = conv((1, 1), GLOROT)(x)
        return _mean_pool(x + y) if self.resample == "down" else x + y


class ResNetGenerator(nn.Module):
    """Dense to 4 x 4, three residual blocks that double the pixels, a convolution; tanh.

    With width 128, a latent of 128 and three channels it has the 1,204,483 parameters of the
    unconditional network of the paper. With `classes` the blocks' batch normalizations have a scale
    and an offset per class; the last one has not. With `attention` self-attention follows the
    second block. `weights` is "spectral" to normalize the weights of every layer, as in SAGAN.

    >>> import jax, jax.numpy as jnp
    >>> generator = ResNetGenerator((32, 32, 3), width=2)
    >>> generator.init_with_output(jax.random.key(0), jnp.zeros((5, 8)))[0].shape
    (5, 32, 32, 3)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Appendix F and
    gan_cifar_resnet.py. https://arxiv.org/abs/1704.00028 Zhang, Goodfellow, Metaxas, Odena,
    Self-Attention Generative Adversarial Networks, 2019, Section 4.1, and generator.py of its code.
    https://arxiv.org/abs/1805.08318
    """

    shape: tuple[int, ...]
    width: int = 128
    norm: Norm = "batch"
    classes: int | None = None
    attention: bool = False
    weights: Weights = "none"

    def __post_init__(self) -> None:
        check_settings(self)
        check_conditional_norm(self)
        check_pixels(self.shape)
        super().__post_init__()

    @nn.compact
    def __call__(
        self, latent: Float[Array, "batch size"], train: bool = True, labels: Labels = None
    ) -> Float[Array, "batch 32 32 channels"]:
        """`[batch, latent] -> [batch, 32, 32, channels]` in [-1, 1]."""
        dense = Dense(4 * 4 * self.width, kernel_init=GLOROT)
        x = reweight(dense, self.weights, train=train)(latent).reshape(-1, 4, 4, self.width)
        for _ in range(3):
            block = ResidualBlock(self.width, self.norm, "up", self.weights, self.classes)
            x = block(x, train, labels)
            if self.attention and x.shape[1] == attended(self.shape[0]):
                x = SelfAttention(self.weights)(x, train)
        x = nn.relu(normalize(x, self.norm, train=train))
        last = Conv(self.shape[2], (3, 3), kernel_init=GLOROT)
        return nn.tanh(reweight(last, self.weights, train=train)(x))


class ResNetCritic(nn.Module):
    """Two residual blocks that halve the pixels, two that keep them, ReLU, mean; then one score.

    The features are averaged over the 8 x 8 pixels: other residual critics sum them, which is 64
    times the scale. No normalization in the first block. `norm` is "none" or "layer" with a
    gradient penalty; `weights` is "spectral" or "weight" to normalize the weights of every layer.
    `dropout` follows the second, third and fourth block, (0.2, 0.5, 0.5) in CT-GAN. With width 128
    and three channels it has the paper's 1,053,825 parameters.

    With `classes` it also classifies, as AC-GAN does: a second dense layer on the same means gives
    logits, and the critic returns `[batch, 2]`, the score of each example and the cross entropy
    -log p(label | x), for `objectives.AuxiliaryClassifier`.

    >>> import jax, jax.numpy as jnp
    >>> critic = ResNetCritic(width=2)
    >>> critic.init_with_output(jax.random.key(0), jnp.zeros((5, 32, 32, 3)))[0].shape
    (5,)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Appendix F and
    gan_cifar_resnet.py. https://arxiv.org/abs/1704.00028 Odena, Olah, Shlens, Conditional Image
    Synthesis with Auxiliary Classifier GANs, 2017. https://arxiv.org/abs/1610.09585
    """

    width: int = 128
    norm: Norm = "none"
    dropout: tuple[float, float, float] = (0.0, 0.0, 0.0)
    features: int | None = None
    weights: Weights = "none"
    classes: int | None = None

    def __post_init__(self) -> None:
        check_settings(self, per_layer=["dropout"])
        if self.features is not None and self.classes is not None:
            raise ValueError(
                f"features={self.features} with classes={self.classes}: a ResNetCritic returns "
                "features, or a score and a cross entropy; give None for one of them"
            )
        if not isinstance(self.dropout, tuple) or len(self.dropout) != 3:
            raise TypeError(
                f"dropout of a ResNetCritic must be three numbers, got {self.dropout!r}: give "
                "(0.2, 0.5, 0.5) or others, one after each of the last three blocks"
            )
        super().__post_init__()

    @nn.compact
    def __call__(
        self,
        x: Float[Array, "batch height width channels"],
        train: bool = True,
        labels: Labels = None,
    ) -> Float[Array, "batch *features"]:
        """`[batch, 32, 32, channels] -> [batch]` scores, or `[batch, features]`."""
        check_pixels(x.shape[1:])
        x = FirstBlock(self.width, self.weights)(x, train)
        for resample, rate in zip(("down", "none", "none"), self.dropout, strict=True):
            x = ResidualBlock(self.width, self.norm, resample, self.weights)(x, train)
            x = nn.Dropout(rate, deterministic=not train)(x)
        x = nn.relu(x).mean(axis=(1, 2))

        def dense(features: int, name: str | None = None) -> Array:
            layer = Dense(features, kernel_init=GLOROT, name=name)
            return reweight(layer, self.weights, train=train)(x)

        if self.classes is not None:
            entropy = cross_entropy(dense(self.classes, name="classifier"), labels)
            return jnp.stack([dense(1)[:, 0], entropy], axis=1)
        y = dense(self.features or 1)
        return y if self.features else y[:, 0]
