"""Convolutional networks of the DCGAN family for images of 8, 16, 28, 32 and 64 pixels."""

from __future__ import annotations

from flax import linen as nn
from jaxtyping import Array, Float

from jaxgan.networks.activations import Activation, activate, channels
from jaxgan.networks.attention import SelfAttention, attended
from jaxgan.networks.conditional import Labels, join
from jaxgan.networks.initializers import Initial, initializers
from jaxgan.networks.layers import Conv, ConvTranspose, Dense
from jaxgan.networks.norms import Norm, Weights, normalize, reweight
from jaxgan.networks.settings import check_settings

__all__ = ["DCGANCritic", "DCGANGenerator", "doublings_of"]

DOUBLINGS = {8: 1, 16: 2, 28: 3, 32: 3, 64: 4}
"""Strided layers between the 4 x 4 base and an image of that many pixels; 28 = 2 (2 (8 - 1))."""


def doublings_of(pixels: int) -> int:
    """The number of strided layers between 4 x 4 and an image of this size.

    >>> doublings_of(28)
    3
    """
    if pixels not in DOUBLINGS:
        raise ValueError(
            f"DCGAN networks are for square images of {sorted(DOUBLINGS)} pixels, got {pixels}: "
            "resize or pad the images"
        )
    return DOUBLINGS[pixels]


class DCGANGenerator(nn.Module):
    """Dense to 4 x 4, then transposed 5 x 5 convolutions of stride 2, halving the channels; tanh.

    With `width` d and k doublings the channels are d 2^(k-1), ..., 2d, d, C. For 28 pixels the
    8 x 8 map is cropped to 7 x 7; this is the network of the WGAN-GP code for MNIST. With `classes`
    the one-hot label is joined to the input of every layer, as in DCGAN's code for MNIST. With
    `attention` self-attention follows the map of half the image's size, at most 16 x 16. If
    `constant`, every map has `width` channels. `weights` is "spectral" to normalize the weights of
    every layer, as in SAGAN.

    >>> import jax, jax.numpy as jnp
    >>> generator = DCGANGenerator((28, 28, 1), width=2)
    >>> generator.init_with_output(jax.random.key(0), jnp.zeros((5, 8)))[0].shape
    (5, 28, 28, 1)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Appendix F and
    gan_mnist.py, gan_cifar.py, gan_64x64.py. https://arxiv.org/abs/1704.00028 Radford, Metz,
    Chintala, Unsupervised Representation Learning with DCGAN, 2015, and train_cond_dcgan.py of its
    code. https://arxiv.org/abs/1511.06434
    """

    shape: tuple[int, int, int]
    width: int = 64
    norm: Norm = "batch"
    classes: int | None = None
    attention: bool = False
    activation: Activation = "rectifier"
    initial: Initial = "he"
    constant: bool = False
    weights: Weights = "none"

    def __post_init__(self) -> None:
        check_settings(self)
        super().__post_init__()

    @nn.compact
    def __call__(
        self, latent: Float[Array, "batch size"], train: bool = True, labels: Labels = None
    ) -> Float[Array, "batch height width channels"]:
        """`[batch, latent] -> [batch, height, width, channels]` in [-1, 1]."""
        pixels, _, colors = self.shape
        growth = 1 if self.constant else 2
        doublings = doublings_of(pixels)
        features = self.width * growth ** (doublings - 1)
        up, flat = initializers(self.initial, transposed=True)

        def doubled(x: Array, features: int) -> Array:
            layer = ConvTranspose(features, (5, 5), (2, 2), kernel_init=up)
            return reweight(layer, self.weights, train=train)(x)

        def activated(x: Array) -> Array:
            x = activate(normalize(x, self.norm, train=train), self.activation)
            if self.attention and x.shape[1] == attended(pixels):
                x = SelfAttention(self.weights)(x, train)
            return join(x, labels, self.classes)

        made = channels(features, self.activation)
        dense = reweight(Dense(4 * 4 * made, kernel_init=flat), self.weights, train=train)
        x = dense(join(latent, labels, self.classes))
        x = activated(x.reshape(-1, 4, 4, made))
        for layer in range(doublings - 1):
            features //= growth
            made = channels(features, self.activation)
            x = doubled(x, made)
            x = activated(x[:, :7, :7] if pixels == 28 and layer == 0 else x)
        return nn.tanh(doubled(x, colors))


class DCGANCritic(nn.Module):
    """5 x 5 convolutions of stride 2 with leaky ReLU 0.2, doubling the channels; then one score.

    No normalization after the first layer. `norm` is "none" or "layer" with a gradient penalty;
    the critics of DCGAN and of clipped WGAN use "batch". `weights` is "spectral" or "weight" to
    normalize the weights of every layer. `dropout` follows every convolution, 0.5 in CT-GAN. With
    `features` the critic returns that many features instead of a score, for `objectives.MMD`. With
    `classes` the one-hot label is joined to the input of every layer. `attention` is that of
    `DCGANGenerator`, and so are `activation`, whose rectifier has slope 0.2 here, and `initial`.

    >>> import jax, jax.numpy as jnp
    >>> critic = DCGANCritic(width=2)
    >>> critic.init_with_output(jax.random.key(0), jnp.zeros((5, 28, 28, 1)))[0].shape
    (5,)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Appendix F and
    gan_mnist.py. https://arxiv.org/abs/1704.00028
    """

    width: int = 64
    norm: Norm = "none"
    dropout: float = 0.0
    features: int | None = None
    weights: Weights = "none"
    classes: int | None = None
    attention: bool = False
    activation: Activation = "rectifier"
    initial: Initial = "he"

    def __post_init__(self) -> None:
        check_settings(self)
        super().__post_init__()

    @nn.compact
    def __call__(
        self,
        x: Float[Array, "batch height width channels"],
        train: bool = True,
        labels: Labels = None,
    ) -> Float[Array, "batch *features"]:
        """`[batch, height, width, channels] -> [batch]` scores, or `[batch, features]`."""
        pixels = x.shape[1]
        down, flat = initializers(self.initial)
        for layer in range(doublings_of(pixels)):
            features = channels(self.width * 2**layer, self.activation)
            conv = Conv(features, (5, 5), (2, 2), kernel_init=down)
            x = reweight(conv, self.weights, train=train)(join(x, labels, self.classes))
            x = x if layer == 0 else normalize(x, self.norm, train=train)
            x = activate(x, self.activation, slope=0.2)
            x = nn.Dropout(self.dropout, deterministic=not train)(x)
            if self.attention and x.shape[1] == attended(pixels):
                x = SelfAttention(self.weights)(x, train)
        x = join(x.reshape(x.shape[0], -1), labels, self.classes)
        dense = Dense(self.features or 1, kernel_init=flat)
        x = reweight(dense, self.weights, train=train)(x)
        return x if self.features else x[:, 0]
