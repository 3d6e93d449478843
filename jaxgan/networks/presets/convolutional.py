"""Convolutional networks for images."""

from __future__ import annotations

from jaxgan.networks.dcgan import DCGANCritic, DCGANGenerator
from jaxgan.networks.norms import Norm, Weights
from jaxgan.networks.priors import Normal
from jaxgan.networks.settings import checked_shape
from jaxgan.types import Networks

__all__ = ["dcgan"]


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
    shape = checked_shape(shape)
    if len(shape) != 3 or shape[0] != shape[1]:
        raise ValueError(
            f"dcgan is for square images [pixels, pixels, channels], got {shape}: use mlp"
        )
    pixels, _, channels = shape
    generator = DCGANGenerator((pixels, pixels, channels), width, generator_norm, classes)
    critic = DCGANCritic(width, critic_norm, dropout, features, critic_weights, classes)
    return Networks(generator, critic, Normal(latent))
