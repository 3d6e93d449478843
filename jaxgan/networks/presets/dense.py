"""Fully connected networks."""

from __future__ import annotations

import math

from jaxgan.networks.identity import Identity
from jaxgan.networks.maxout import MaxoutCritic
from jaxgan.networks.mlp import MLPCritic, MLPGenerator
from jaxgan.networks.norms import Norm, Weights
from jaxgan.networks.priors import Normal, Uniform
from jaxgan.networks.settings import checked_shape
from jaxgan.types import Networks, check_number

__all__ = ["gan_2014", "gmmn", "mlp", "su"]


def gan_2014(shape: tuple[int, ...], width: int = 1200, critic_width: int = 240) -> Networks:
    """Fully connected networks of the original GAN for MNIST: ReLU generator, maxout critic.

    The generator ends in tanh for pixels in [-1, 1], where the paper's ends in a sigmoid, and its
    output bias starts at 0, where the authors' code takes the logit of each pixel's mean.

    Args:
        shape: the shape of an example.
        width: width of the generator's two hidden layers.
        critic_width: width of the critic's two maxout layers, of five pieces each.

    Returns:
        The pair.

    Raises:
        TypeError: a setting has another type.
        ValueError: a number is outside its range, or a normalization is unknown.

    >>> gan_2014((28, 28, 1)).latent.size
    100

    Reference: Goodfellow et al., Generative Adversarial Networks, 2014, Section 5.
    https://arxiv.org/abs/1406.2661
    """
    shape = checked_shape(shape)
    check_number("critic_width", critic_width, "an integer of at least 1", "the paper has 240")
    generator = MLPGenerator(shape, width, 2, squash=len(shape) == 3, reach=0.05)
    latent = Uniform(100, -math.sqrt(3), math.sqrt(3))
    return Networks(generator, MaxoutCritic(critic_width), latent)


def gmmn(shape: tuple[int, ...], width: tuple[int, ...] = (64, 256, 256, 1024)) -> Networks:
    """A generator for direct matching of the data; the critic is the identity.

    It ends in tanh for pixels in [-1, 1], where the paper's ends in a sigmoid.

    Args:
        shape: the shape of an example.
        width: width of each of the generator's hidden layers.

    Returns:
        The pair.

    Raises:
        TypeError: a setting has another type.
        ValueError: a number is outside its range, or a normalization is unknown.

    >>> gmmn((28, 28, 1)).critic
    Identity()

    Reference: Li, Swersky, Zemel, Generative Moment Matching Networks, 2015, Section 4.
    https://arxiv.org/abs/1502.02761
    """
    shape = checked_shape(shape)
    generator = MLPGenerator(shape, width, squash=len(shape) == 3)
    return Networks(generator, Identity(), Uniform(10))


def mlp(
    shape: tuple[int, ...],
    width: int | tuple[int, ...] = 512,
    depth: int = 3,
    latent: int | None = None,
    critic_norm: Norm = "none",
    dropout: float = 0.0,
    features: int | None = None,
    critic_weights: Weights = "none",
    classes: int | None = None,
) -> Networks:
    """Fully connected networks: those of the WGAN-GP toy code for points.

    Args:
        shape: the shape of an example; rank 3 is an image, whose generator ends in tanh.
        width: width of the hidden layers of both networks; a tuple gives the width of each of the
            generator's hidden layers and, in reverse order, of the critic's.
        depth: number of hidden layers of both networks, if `width` is one number.
        latent: size of z ~ N(0, I); 2 for points and 64 for images if None.
        critic_norm: normalization of the critic's activations; "none" or "layer" with a gradient
            penalty.
        dropout: share of the critic's hidden units that are dropped, 0.5 for CT-GAN.
        features: number of features that the critic returns, for `objectives.MMD`; None for a
            score.
        critic_weights: normalization of the critic's weights: "none", "spectral" or "weight".
        classes: number of classes, whose one-hot labels are joined to the inputs of both networks;
            None ignores labels.

    Returns:
        The pair.

    Raises:
        TypeError: a setting has another type.
        ValueError: a number is outside its range, or a normalization is unknown.

    >>> mlp((2,)).generator.squash, mlp((8, 8, 1)).generator.squash
    (False, True)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, gan_toy.py of its
    code. https://arxiv.org/abs/1704.00028
    """
    shape = checked_shape(shape)
    image = len(shape) == 3
    size = (64 if image else 2) if latent is None else latent
    generator = MLPGenerator(shape, width, depth, squash=image, classes=classes)
    width = width[::-1] if isinstance(width, tuple) else width
    critic = MLPCritic(
        width, depth, critic_norm, dropout, features, weights=critic_weights, classes=classes
    )
    return Networks(generator, critic, Normal(size))


def su(shape: tuple[int, ...]) -> Networks:
    """Su's fully connected networks for MNIST: 10-32-128-pixels and pixels-128-32-1.

    The generator ends in tanh for pixels in [-1, 1], where his ends in a sigmoid.

    Args:
        shape: the shape of an example.

    Returns:
        The pair.

    Raises:
        TypeError: a setting has another type.
        ValueError: a number is outside its range, or a normalization is unknown.

    >>> su((28, 28, 1)).critic.width
    (128, 32)

    Reference: Su, The art of adversarial training: GAN and WGAN, 2017, and mnist_gangp.py of its
    code. https://spaces.ac.cn/archives/4439
    """
    shape = checked_shape(shape)
    generator = MLPGenerator(shape, (32, 128), squash=len(shape) == 3, reach=0.05)
    return Networks(generator, MLPCritic((128, 32), reach=0.05), Uniform(10))
