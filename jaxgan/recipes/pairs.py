"""Recipes whose critic compares real examples with fakes."""

from __future__ import annotations

from jaxgan.objectives import LossSensitive, Relativistic
from jaxgan.penalties import R1, R2
from jaxgan.training import Recipe
from jaxgan.transforms import adam, chain, clip_params
from jaxgan.types import Scalar

__all__ = ["gls_gan", "ls_gan", "r3gan"]


def ls_gan(learning_rate: Scalar = 1e-4, beta1: Scalar = 0.5, weight: Scalar = 2e-4) -> Recipe:
    """LS-GAN: a fake costs more than its real example by their distance, one step each, Adam.

    The losses here are the scores' negatives, of any sign; the authors' critic ends in a ReLU.

    Args:
        learning_rate: of both players.
        beta1: Adam's decay of the first moment.
        weight: lambda of the margin lambda ||x - x'||_1.

    Returns:
        The recipe.

    >>> ls_gan().objective
    LossSensitive(weight=0.0002, slope=0.0, margin=1.0)

    Reference: Qi, Loss-Sensitive Generative Adversarial Networks on Lipschitz Densities, 2017.
    https://arxiv.org/abs/1701.06264
    """
    optimizer = adam(learning_rate, b1=beta1)
    return Recipe(LossSensitive(weight), optimizer, optimizer)


def gls_gan(
    learning_rate: Scalar = 2e-4,
    beta1: Scalar = 0.5,
    weight: Scalar = 2e-4,
    slope: Scalar = -1.0,
    c: Scalar = 0.08,
) -> Recipe:
    """The generalized LS-GAN: max(a, slope a) in place of max(a, 0), and clipped parameters.

    The authors' README, the head of their code and its default give three slopes, -1, 0.2 and 0:
    name the one you mean.

    Args:
        learning_rate: of both players.
        beta1: Adam's decay of the first moment.
        weight: lambda of the margin.
        slope: of the cost where a pair is in order; 0 is `ls_gan`, 1 the difference of means.
        c: the bound of the critic's parameters.

    Returns:
        The recipe.

    >>> gls_gan().objective.slope
    -1.0

    Reference: Qi, Loss-Sensitive Generative Adversarial Networks on Lipschitz Densities, 2017.
    https://arxiv.org/abs/1701.06264
    """
    optimizer = adam(learning_rate, b1=beta1)
    return Recipe(LossSensitive(weight, slope), optimizer, chain(optimizer, clip_params(c)))


def r3gan(
    learning_rate: Scalar = 2e-4,
    gamma: Scalar = 0.05,
    beta2: Scalar = 0.99,
    average: float = 0.999,
) -> Recipe:
    """R3GAN: the relativistic game of pairs with zero-centered penalties on both sides.

    The numbers are those of the authors' code for CIFAR-10 at the start of training, where they
    move: learning rate to 5e-5, gamma to 0.005, beta2 from 0.9, and the moving average by images.

    Args:
        learning_rate: of both players.
        gamma: weight of both penalties.
        beta2: Adam's decay of the second moment; that of the first is 0.
        average: decay of the generator's moving average.

    Returns:
        The recipe.

    >>> r3gan().penalties
    (R1(gamma=0.05), R2(gamma=0.05))

    Reference: Huang, Gokaslan, Kuleshov, Tompkin, The GAN is dead; long live the GAN!, 2024.
    https://arxiv.org/abs/2501.05441
    """
    optimizer = adam(learning_rate, b1=0.0, b2=beta2)
    return Recipe(Relativistic(), optimizer, optimizer, (R1(gamma), R2(gamma)), average=average)
