"""Networks of SN-GAN: a convolutional pair, and a residual critic."""

from __future__ import annotations

from flax import linen as nn
from jaxtyping import Array, Float

from jaxgan.networks.attention import SelfAttention, attended
from jaxgan.networks.conditional import Labels
from jaxgan.networks.layers import Conv, ConvTranspose, Dense
from jaxgan.networks.norms import Norm, Weights, normalize, reweight
from jaxgan.networks.projection import projection
from jaxgan.networks.resnet import FirstBlock, ResidualBlock, check_pixels
from jaxgan.networks.settings import check_conditional_norm, check_settings

__all__ = ["ProjectionCritic", "SNGANCritic", "SNGANGenerator"]

GLOROT = nn.initializers.glorot_uniform()
SMALL = nn.initializers.normal(0.02)
"""N(0, 0.02), the initializer of DCGAN; the paper names none."""


class SNGANGenerator(nn.Module):
    """Dense to an eighth of the image, three transposed 4 x 4 convolutions of stride 2; tanh.

    With `width` w the channels are 8w, 4w, 2w, w; then a 3 x 3 convolution. Batch normalization and
    ReLU follow the three transposed convolutions. With `classes` the batch normalizations have a
    scale and an offset per class.

    >>> import jax, jax.numpy as jnp
    >>> generator = SNGANGenerator((32, 32, 3), width=2)
    >>> generator.init_with_output(jax.random.key(0), jnp.zeros((5, 8)))[0].shape
    (5, 32, 32, 3)

    Reference: Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018,
    Table 3. https://arxiv.org/abs/1802.05957
    """

    shape: tuple[int, ...]
    width: int = 64
    norm: Norm = "batch"
    classes: int | None = None

    def __post_init__(self) -> None:
        check_settings(self)
        check_conditional_norm(self)
        _check_eighths(self.shape)
        super().__post_init__()

    @nn.compact
    def __call__(
        self, latent: Float[Array, "batch size"], train: bool = True, labels: Labels = None
    ) -> Float[Array, "batch height width channels"]:
        """`[batch, latent] -> [batch, height, width, channels]` in [-1, 1]."""
        height, width, channels = self.shape
        low, features = (height // 8, width // 8), 8 * self.width
        x = Dense(low[0] * low[1] * features, kernel_init=SMALL)(latent)
        x = x.reshape(-1, *low, features)
        for _ in range(3):
            features //= 2
            x = ConvTranspose(features, (4, 4), (2, 2), kernel_init=SMALL)(x)
            by_class = {"labels": labels, "classes": self.classes, "train": train}
            x = nn.relu(normalize(x, self.norm, **by_class))
        return nn.tanh(Conv(channels, (3, 3), kernel_init=SMALL)(x))


class SNGANCritic(nn.Module):
    """Seven convolutions, 3 x 3 and 4 x 4 of stride 2 in turn, leaky ReLU 0.1; then one score.

    With `width` w the channels are w, w, 2w, 2w, 4w, 4w, 8w. `weights` normalizes every layer. With
    `classes` the score is <embed(y), phi> + psi(phi), as in `ProjectionCritic`: phi is the
    flattened last map, psi the last layer.

    >>> import jax, jax.numpy as jnp
    >>> critic = SNGANCritic(width=2)
    >>> critic.init_with_output(jax.random.key(0), jnp.zeros((5, 32, 32, 3)))[0].shape
    (5,)

    Reference: Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018,
    Table 3. https://arxiv.org/abs/1802.05957 Miyato, Koyama, cGANs with Projection Discriminator,
    2018, Eq. 3. https://arxiv.org/abs/1802.05637
    """

    width: int = 64
    norm: Norm = "none"
    weights: Weights = "spectral"
    classes: int | None = None

    def __post_init__(self) -> None:
        check_settings(self)
        super().__post_init__()

    @nn.compact
    def __call__(
        self,
        x: Float[Array, "batch height width channels"],
        train: bool = True,
        labels: Labels = None,
    ) -> Float[Array, " batch"]:
        """`[batch, height, width, channels] -> [batch]` scores."""
        _check_eighths(x.shape[1:])
        for layer in range(7):
            features, stride = self.width * 2 ** (layer // 2), 1 + layer % 2
            window = (2 + stride, 2 + stride)
            conv = Conv(features, window, (stride, stride), kernel_init=SMALL)
            x = reweight(conv, self.weights, train=train)(x)
            x = nn.leaky_relu(x if layer == 0 else normalize(x, self.norm, train=train), 0.1)
        phi = x.reshape(x.shape[0], -1)
        psi = reweight(Dense(1, kernel_init=SMALL), self.weights, train=train)(phi)[:, 0]
        if self.classes is None:
            return psi
        return psi + projection(phi, labels, self.classes, SMALL, self.weights, train=train)


class ProjectionCritic(nn.Module):
    """SN-GAN's residual critic; with `classes` the score is <embed(y), phi(x)> + psi(phi(x)).

    Four residual blocks as in `ResNetCritic`, ReLU, the sum over the 8 x 8 pixels; psi is a dense
    layer without bias, embed(y) a row of a matrix. `weights` normalizes all of them, the embedding
    too. With `attention` self-attention follows the first block.

    >>> import jax, jax.numpy as jnp
    >>> critic, x = ProjectionCritic(2, classes=10), jnp.zeros((5, 32, 32, 3))
    >>> critic.init_with_output(jax.random.key(0), x, labels=jnp.arange(5))[0].shape
    (5,)

    Reference: Miyato, Koyama, cGANs with Projection Discriminator, 2018, Eq. 3, and snresnet_32.py
    of its code. https://arxiv.org/abs/1802.05637 Miyato et al., Spectral Normalization for
    Generative Adversarial Networks, 2018, Table 4. https://arxiv.org/abs/1802.05957
    """

    width: int = 128
    norm: Norm = "none"
    weights: Weights = "spectral"
    classes: int | None = None
    attention: bool = False

    def __post_init__(self) -> None:
        check_settings(self)
        super().__post_init__()

    @nn.compact
    def __call__(
        self,
        x: Float[Array, "batch height width channels"],
        train: bool = True,
        labels: Labels = None,
    ) -> Float[Array, " batch"]:
        """`[batch, 32, 32, channels] -> [batch]` scores."""
        check_pixels(x.shape[1:])
        pixels = x.shape[1]
        x = FirstBlock(self.width, self.weights)(x, train)
        if self.attention and x.shape[1] == attended(pixels):
            x = SelfAttention(self.weights)(x, train)
        for resample in ("down", "none", "none"):
            x = ResidualBlock(self.width, self.norm, resample, self.weights)(x, train)
        phi = nn.relu(x).sum(axis=(1, 2))
        of_label = 0.0
        if self.classes is not None:
            of_label = projection(phi, labels, self.classes, GLOROT, self.weights, train=train)
        psi = Dense(1, use_bias=False, kernel_init=GLOROT)
        return reweight(psi, self.weights, train=train)(phi)[:, 0] + of_label


def _check_eighths(shape: tuple[int, ...]) -> None:
    if len(shape) != 3 or shape[0] % 8 or shape[1] % 8:
        raise ValueError(
            f"SN-GAN networks are for images whose height and width are multiples of 8, got {shape}"
            ": pad or resize the images, or use dcgan (28 pixels) or mlp (points)"
        )
