"""Pairs of networks that play together, for a given shape of example; `__all__` is the registry."""

from __future__ import annotations

from jaxgan.networks import (
    DCGANCritic,
    DCGANGenerator,
    MLPCritic,
    MLPGenerator,
    Normal,
    ResNetCritic,
    ResNetGenerator,
)
from jaxgan.networks.norms import Norm
from jaxgan.training import Networks

__all__ = ["dcgan", "mlp", "resnet"]


def mlp(
    shape: tuple[int, ...],
    width: int | tuple[int, ...] = 512,
    depth: int = 3,
    latent: int | None = None,
    critic_norm: Norm = "none",
    dropout: float = 0.0,
    features: int | None = None,
) -> Networks:
    """Fully connected networks: those of the WGAN-GP toy code for points.

    Args:
        shape: the shape of an example; rank 3 is an image, whose generator ends in tanh.
        width: of the hidden layers of both; a tuple for each of the generator's, from the latent
            on, and in reverse of the critic's.
        depth: hidden layers of both, where width is one number.
        latent: size of z ~ N(0, I); 2 for points and 64 for images if None.
        critic_norm: "none" or "layer" with a gradient penalty, "spectral" or "weight" instead.
        dropout: share of the critic's hidden units that are dropped, 0.5 for CT-GAN.
        features: of the critic, where its objective is `matching.MMD`; None for a score.

    Returns:
        The pair.

    >>> mlp((2,)).generator.squash, mlp((8, 8, 1)).generator.squash
    (False, True)
    """
    image = len(shape) == 3
    size = latent or (64 if image else 2)
    generator = MLPGenerator(tuple(shape), width, depth, squash=image)
    width = width if isinstance(width, int) else width[::-1]
    critic = MLPCritic(width, depth, critic_norm, dropout, features)
    return Networks(generator, critic, Normal(size))


def dcgan(
    shape: tuple[int, ...],
    width: int = 64,
    latent: int = 128,
    generator_norm: Norm = "batch",
    critic_norm: Norm = "none",
    dropout: float = 0.0,
    features: int | None = None,
) -> Networks:
    """Convolutional networks for square images of 8, 16, 28, 32 or 64 pixels.

    Args:
        shape: `(pixels, pixels, channels)`.
        width: channels of the widest maps, doubling toward the 4 x 4 ones.
        latent: size of z ~ N(0, I).
        generator_norm: "batch", "layer" or "none".
        critic_norm: "none" or "layer" with a gradient penalty, "batch" with clipping, "spectral"
            or "weight" instead.
        dropout: share of the critic's activations that are dropped, 0.5 for CT-GAN.
        features: of the critic, where its objective is `matching.MMD`; None for a score.

    Returns:
        The pair.

    Raises:
        ValueError: the examples are not square images.

    >>> dcgan((28, 28, 1)).critic.width
    64
    """
    if len(shape) != 3 or shape[0] != shape[1]:
        raise ValueError(
            f"dcgan is for square images [pixels, pixels, channels], got {shape}: use mlp"
        )
    pixels, _, channels = shape
    generator = DCGANGenerator((pixels, pixels, channels), width, generator_norm)
    return Networks(generator, DCGANCritic(width, critic_norm, dropout, features), Normal(latent))


def resnet(
    shape: tuple[int, ...],
    width: int = 128,
    latent: int = 128,
    generator_norm: Norm = "batch",
    critic_norm: Norm = "none",
    dropout: tuple[float, float, float] = (0.0, 0.0, 0.0),
    features: int | None = None,
) -> Networks:
    """Residual networks for images of 32 x 32 pixels: those of the WGAN-GP paper for CIFAR.

    Args:
        shape: `(32, 32, channels)`.
        width: channels of every map.
        latent: size of z ~ N(0, I).
        generator_norm: "batch", "layer" or "none".
        critic_norm: "none" or "layer" with a gradient penalty, "spectral" or "weight" instead.
        dropout: shares that are dropped after three of the critic's blocks, (0.2, 0.5, 0.5) for
            CT-GAN.
        features: of the critic, where its objective is `matching.MMD`; None for a score.

    Returns:
        The pair.

    Raises:
        ValueError: the examples are not images of 32 x 32 pixels.

    >>> resnet((32, 32, 3)).generator.width
    128

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Appendix F.
    https://arxiv.org/abs/1704.00028
    """
    generator = ResNetGenerator(tuple(shape), width, generator_norm)
    critic = ResNetCritic(width, critic_norm, dropout, features)
    return Networks(generator, critic, Normal(latent))
