"""The seven architectures that WGAN-GP's authors train with four methods."""

from __future__ import annotations

from typing import Literal, get_args

from jaxgan.networks.bottleneck import BottleneckCritic, BottleneckGenerator
from jaxgan.networks.dcgan import DCGANCritic, DCGANGenerator
from jaxgan.networks.mlp import MLPGenerator
from jaxgan.networks.norms import Norm
from jaxgan.networks.presets.convolutional import checked_square
from jaxgan.networks.priors import Normal
from jaxgan.types import Networks, check_number, unknown

__all__ = ["wgan_gp_architectures"]

Variant = Literal["baseline", "constant", "mlp", "unnormalized", "gated", "tanh", "resnet"]


def wgan_gp_architectures(
    shape: tuple[int, ...],
    variant: Variant = "baseline",
    width: int = 64,
    latent: int = 128,
    critic_norm: Norm = "layer",
    classes: int | None = None,
) -> Networks:
    """One of the seven architectures of WGAN-GP's Figure 2, for 16, 28, 32 or 64 pixels.

    "baseline": DCGAN. "constant": its generator without normalization, with `width` channels in
    every map. "mlp": a generator of four dense layers of 8 `width` units, 512 in the paper.
    "unnormalized": no normalization in either network. "gated" and "tanh": these nonlinearities in
    both. "resnet": 101 layers in both. The paper's images have 64 pixels.

    As in the authors' code, the kernels of DCGAN networks start uniform with standard deviation
    0.02, those of the others as `initializers.he_strided` makes them.

    Args:
        shape: `(pixels, pixels, channels)`.
        variant: which of the seven.
        width: channels as in `dcgan`.
        latent: size of z ~ N(0, I).
        critic_norm: "layer" for a gradient penalty, "batch" for the other methods of the figure;
            not used by "unnormalized".
        classes: number of classes; the paper has none. As in `dcgan` one-hot labels are joined to
            the input of every layer, of the first only in the generator of "mlp". In "resnet" the
            generator's batch normalizations have a scale and an offset per class, and the critic's
            score an inner product with an embedding of the label. None ignores labels.

    Returns:
        The pair.

    Raises:
        TypeError: a setting has another type.
        ValueError: the examples are not square images, a number is outside its range, or a name is
            unknown.

    >>> wgan_gp_architectures((64, 64, 3), "gated").generator.activation
    'gated'

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Figure 2, and
    gan_64x64.py of its code. https://arxiv.org/abs/1704.00028
    """
    shape = checked_square("wgan_gp_architectures", shape)
    if variant not in get_args(Variant):
        raise unknown("variant", variant, get_args(Variant))
    check_number("width", width, "an integer of at least 1", "give the channels of the largest map")
    if variant == "resnet":
        generator = BottleneckGenerator(shape, width, classes=classes)
        critic = BottleneckCritic(width, norm=critic_norm, classes=classes)
        return Networks(generator, critic, Normal(latent))
    generator = DCGANGenerator(shape, width, classes=classes, initial="uniform")
    critic = DCGANCritic(width, critic_norm, classes=classes, initial="uniform")
    if variant == "constant":
        generator = DCGANGenerator(shape, width, "none", classes, constant=True)
    elif variant == "mlp":
        generator = MLPGenerator(shape, 8 * width, 4, squash=True, classes=classes)
    elif variant == "unnormalized":
        generator, critic = generator.clone(norm="none"), critic.clone(norm="none")
    elif variant == "tanh":
        generator, critic = (one.clone(activation="tanh") for one in (generator, critic))
    elif variant == "gated":
        generator = DCGANGenerator(shape, width, classes=classes, activation="gated")
        critic = DCGANCritic(width, critic_norm, classes=classes, activation="gated")
    return Networks(generator, critic, Normal(latent))
