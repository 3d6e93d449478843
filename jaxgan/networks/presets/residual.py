"""Residual networks for images and text."""

from __future__ import annotations

from jaxgan.networks.norms import Norm, Weights
from jaxgan.networks.priors import Normal
from jaxgan.networks.r3gan import R3GANCritic, R3GANGenerator
from jaxgan.networks.resnet import ResNetCritic, ResNetGenerator
from jaxgan.networks.settings import checked_shape
from jaxgan.networks.sngan import ProjectionCritic
from jaxgan.networks.text import TextCritic, TextGenerator
from jaxgan.types import Networks, check_number

__all__ = ["r3gan", "resnet", "sngan_resnet", "text"]


def resnet(
    shape: tuple[int, ...],
    width: int = 128,
    latent: int = 128,
    generator_norm: Norm = "batch",
    critic_norm: Norm = "none",
    dropout: tuple[float, float, float] = (0.0, 0.0, 0.0),
    features: int | None = None,
    critic_weights: Weights = "none",
    classes: int | None = None,
    generator_weights: Weights = "none",
) -> Networks:
    """Residual networks for images of 32 x 32 pixels: those of the WGAN-GP paper for CIFAR.

    Args:
        shape: `(32, 32, channels)`.
        width: channels of every map.
        latent: size of z ~ N(0, I).
        generator_norm: "batch", "layer" or "none".
        critic_norm: normalization of the critic's activations; "none" or "layer" with a gradient
            penalty.
        dropout: shares that are dropped after three of the critic's blocks, (0.2, 0.5, 0.5) for
            CT-GAN.
        features: number of features that the critic returns, for `objectives.MMD`; None for a
            score.
        critic_weights: normalization of the critic's weights: "none", "spectral" or "weight".
        classes: number of classes. The generator's batch normalizations then have a scale and an
            offset per class, and the critic classifies, too: train with
            `recipes.wgan_gp_resnet(auxiliary=True)`. None ignores labels.
        generator_weights: normalization of the generator's weights, with the choices of the
            critic's.

    Returns:
        The pair.

    Raises:
        TypeError: a setting has another type.
        ValueError: the examples are not images of 32 x 32 pixels, a number is outside its range,
            or a normalization is unknown.

    >>> resnet((32, 32, 3)).generator.width
    128

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Appendix F.
    https://arxiv.org/abs/1704.00028
    """
    shape = checked_shape(shape)
    generator = ResNetGenerator(shape, width, generator_norm, classes, weights=generator_weights)
    critic = ResNetCritic(width, critic_norm, dropout, features, critic_weights, classes)
    return Networks(generator, critic, Normal(latent))


def sngan_resnet(
    shape: tuple[int, ...],
    width: int = 256,
    critic_width: int = 128,
    latent: int = 128,
    classes: int | None = None,
    attention: bool = False,
    generator_weights: Weights = "none",
) -> Networks:
    """Residual networks of SN-GAN for images of 32 x 32 pixels; projection of the labels.

    Args:
        shape: `(32, 32, channels)`.
        width: channels of every map of the generator.
        critic_width: channels of every map of the critic.
        latent: size of z ~ N(0, I).
        classes: number of classes. The generator's batch normalizations then have a scale and an
            offset per class, and the critic's score an inner product with an embedding of the
            label. None ignores labels.
        attention: whether both networks have self-attention on their 16 x 16 maps, as in SAGAN.
        generator_weights: normalization of the generator's weights: "none" as in SN-GAN, "spectral"
            as in SAGAN, or "weight".

    Returns:
        The pair.

    Raises:
        TypeError: a setting has another type.
        ValueError: the examples are not images of 32 x 32 pixels, or a number is outside its range.

    >>> sngan_resnet((32, 32, 3), classes=10).critic.weights
    'spectral'

    Reference: Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018,
    Table 4. https://arxiv.org/abs/1802.05957 Miyato, Koyama, cGANs with Projection Discriminator,
    2018. https://arxiv.org/abs/1802.05637 Zhang, Goodfellow, Metaxas, Odena, Self-Attention
    Generative Adversarial Networks, 2019, Section 4.1. https://arxiv.org/abs/1805.08318
    """
    check_number("critic_width", critic_width, "an integer of at least 1", "the paper has 128")
    options = {"classes": classes, "attention": attention}
    generator = ResNetGenerator(checked_shape(shape), width, weights=generator_weights, **options)
    critic = ProjectionCritic(critic_width, **options)
    return Networks(generator, critic, Normal(latent))


def r3gan(
    shape: tuple[int, ...],
    width: int | tuple[int, ...] = 768,
    depth: int = 2,
    group: int = 16,
    latent: int = 64,
    classes: int | None = None,
) -> Networks:
    """Residual networks of R3GAN: no normalization, grouped convolutions, bilinear resampling.

    The defaults are those of the authors' code for CIFAR-10. For FFHQ with 64 pixels it has the
    width (768, 768, 768, 768, 384); for ImageNet, width 1536 and group 32. Its generator ends in a
    linear layer, so the data are not bounded.

    Args:
        shape: `(pixels, pixels, channels)`, a power of two.
        width: channels of every map, or a tuple from the 4 x 4 map to the images.
        depth: number of blocks per map.
        group: channels per group of the 3 x 3 convolutions, which have twice the channels.
        latent: size of z ~ N(0, I).
        classes: number of classes, whose embedding is joined to the latent and multiplied with the
            critic's features; None ignores labels.

    Returns:
        The pair.

    Raises:
        TypeError: a setting has another type.
        ValueError: the examples are not such images, or a number is outside its range.

    >>> r3gan((32, 32, 3)).critic.width
    768

    Reference: Huang, Gokaslan, Kuleshov, Tompkin, The GAN is dead; long live the GAN!, 2024,
    Section 4, and train.py of its code. https://arxiv.org/abs/2501.05441
    """
    generator = R3GANGenerator(checked_shape(shape), width, depth, group, classes)
    return Networks(generator, R3GANCritic(width, depth, group, classes), Normal(latent))


def text(shape: tuple[int, ...], width: int = 512, depth: int = 5, latent: int = 128) -> Networks:
    """Residual networks of one-dimensional convolutions: those of the WGAN-GP paper for text.

    Args:
        shape: `(length, characters)`; see `data.from_text`.
        width: channels of every layer.
        depth: number of residual blocks, of two convolutions each, in both networks.
        latent: size of z ~ N(0, I).

    Returns:
        The pair.

    Raises:
        TypeError: a setting has another type.
        ValueError: the examples are not sequences of one-hot characters, or a number is outside its
            range.

    >>> text((32, 64)).generator.depth
    5

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Section 5.1 and
    gan_language.py of its code. https://arxiv.org/abs/1704.00028
    """
    shape = checked_shape(shape)
    if len(shape) != 2:
        raise ValueError(f"text is for examples [length, characters], got {shape}: use mlp")
    length, characters = shape
    generator = TextGenerator((length, characters), width, depth)
    return Networks(generator, TextCritic(width, depth), Normal(latent))
