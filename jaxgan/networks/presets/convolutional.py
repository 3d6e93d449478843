"""Convolutional networks for images."""

from __future__ import annotations

from jaxgan.networks.activations import Activation
from jaxgan.networks.dcgan import DCGANCritic, DCGANGenerator
from jaxgan.networks.initializers import Initial
from jaxgan.networks.norms import Norm, Weights
from jaxgan.networks.priors import Normal
from jaxgan.networks.settings import checked_shape
from jaxgan.networks.sngan import SNGANCritic, SNGANGenerator
from jaxgan.types import Networks

__all__ = ["checked_square", "dcgan", "sngan"]


def dcgan(
    shape: tuple[int, ...],
    width: int = 64,
    latent: int = 128,
    generator_norm: Norm = "batch",
    critic_norm: Norm = "none",
    dropout: float = 0.0,
    features: int | None = None,
    critic_weights: Weights = "none",
    classes: int | None = None,
    attention: bool = False,
    activation: Activation = "rectifier",
    initial: Initial = "he",
    generator_weights: Weights = "none",
) -> Networks:
    """Convolutional networks for square images of 8, 16, 28, 32 or 64 pixels.

    Args:
        shape: `(pixels, pixels, channels)`.
        width: channels of the largest maps; they double toward the 4 x 4 maps.
        latent: size of z ~ N(0, I).
        generator_norm: "batch", "layer" or "none".
        critic_norm: normalization of the critic's activations: "none" or "layer" with a gradient
            penalty, "batch" with clipping.
        dropout: share of the critic's activations that are dropped, 0.5 for CT-GAN.
        features: number of features that the critic returns, for `objectives.MMD`; None for a
            score.
        critic_weights: normalization of the critic's weights: "none", "spectral" or "weight".
        classes: number of classes, whose one-hot labels are joined to the input of every layer of
            both networks, as in DCGAN's code for MNIST; None ignores labels.
        attention: whether both networks have self-attention on the map of half the image's size,
            at most 16 x 16.
        activation: "rectifier", a leaky ReLU of slope 0.2 in the critic; "tanh" or "gated".
        initial: how the kernels start: "he" as in WGAN-GP's code for 32 pixels, "normal" N(0, 0.02)
            as in DCGAN's, or "uniform" with the standard deviation 0.02.
        generator_weights: normalization of the generator's weights: "none", "spectral" as in SAGAN,
            or "weight".

    Returns:
        The pair.

    Raises:
        TypeError: a setting has another type.
        ValueError: the examples are not square images, a number is outside its range, or a
            normalization is unknown.

    >>> dcgan((28, 28, 1)).critic.width
    64

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, gan_mnist.py and
    gan_cifar.py of its code. https://arxiv.org/abs/1704.00028
    """
    square = checked_square("dcgan", shape)
    options = {"classes": classes, "attention": attention, "activation": activation}
    options |= {"initial": initial}
    generator = DCGANGenerator(square, width, generator_norm, weights=generator_weights, **options)
    critic = DCGANCritic(width, critic_norm, dropout, features, critic_weights, **options)
    return Networks(generator, critic, Normal(latent))


def sngan(
    shape: tuple[int, ...],
    width: int = 64,
    latent: int = 128,
    critic_weights: Weights = "spectral",
    classes: int | None = None,
) -> Networks:
    """Convolutional networks of SN-GAN, with spectral normalization in the critic.

    Args:
        shape: `(height, width, channels)`, multiples of 8; the paper has 32 and 48 pixels.
        width: channels of the largest maps; 8 times as many in the smallest.
        latent: size of z ~ N(0, I).
        critic_weights: normalization of the critic's weights: "spectral", or "weight" or "none" as
            in the paper's comparison.
        classes: number of classes. The generator's batch normalizations then have a scale and an
            offset per class, and the critic's score an inner product with an embedding of the
            label, as in `sngan_resnet`. None ignores labels.

    Returns:
        The pair.

    Raises:
        TypeError: a setting has another type.
        ValueError: the examples are not such images, or a number is outside its range.

    >>> sngan((32, 32, 3)).critic.weights
    'spectral'

    Reference: Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018,
    Table 3. https://arxiv.org/abs/1802.05957 Miyato, Koyama, cGANs with Projection Discriminator,
    2018. https://arxiv.org/abs/1802.05637
    """
    generator = SNGANGenerator(checked_shape(shape), width, classes=classes)
    critic = SNGANCritic(width, weights=critic_weights, classes=classes)
    return Networks(generator, critic, Normal(latent))


def checked_square(preset: str, shape: tuple[int, ...]) -> tuple[int, int, int]:
    """The shape of square images.

    Args:
        preset: name of the networks, for the error.
        shape: what was given.

    Returns:
        `(pixels, pixels, channels)`.

    Raises:
        TypeError: it is not a tuple of numbers.
        ValueError: it is not the shape of a square image.

    >>> checked_square("dcgan", (28, 28, 1))
    (28, 28, 1)
    """
    shape = checked_shape(shape)
    if len(shape) != 3 or shape[0] != shape[1]:
        raise ValueError(
            f"{preset} is for square images [pixels, pixels, channels], got {shape}: use mlp"
        )
    pixels, _, channels = shape
    return pixels, pixels, channels
