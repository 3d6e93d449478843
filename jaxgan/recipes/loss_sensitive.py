"""Recipes with margins between paired examples: LS-GAN and GLS-GAN."""

from __future__ import annotations

from jaxgan.objectives import LossSensitive
from jaxgan.optimizers import adam, chain, clip_params
from jaxgan.training import Recipe
from jaxgan.types import Number

__all__ = ["gls_gan", "ls_gan"]


def ls_gan(learning_rate: Number = 1e-4, beta1: Number = 0.5, weight: Number = 2e-4) -> Recipe:
    """LS-GAN: the loss of a fake should exceed that of its real example by their distance, Adam.

    The loss of an example is its negative score, of any sign; the authors' critic ends in a ReLU.

    Args:
        learning_rate: learning rate of both networks.
        beta1: Adam's decay of the first moment.
        weight: lambda in the margin lambda ||x - x'||_1.

    Returns:
        The recipe.

    >>> ls_gan().objective
    LossSensitive(weight=0.0002, slope=0.0)

    Reference: Qi, Loss-Sensitive Generative Adversarial Networks on Lipschitz Densities, 2017.
    https://arxiv.org/abs/1701.06264
    """
    optimizer = adam(learning_rate, b1=beta1)
    return Recipe(LossSensitive(weight), optimizer, optimizer)


def gls_gan(
    learning_rate: Number = 2e-4,
    beta1: Number = 0.5,
    weight: Number = 2e-4,
    slope: Number = -1.0,
    c: Number = 0.08,
) -> Recipe:
    """The generalized LS-GAN: max(a, slope a) in place of max(a, 0), and clipped parameters.

    The authors' README, the header and the default of their code give three different slopes: -1,
    0.2 and 0.

    Args:
        learning_rate: learning rate of both networks.
        beta1: Adam's decay of the first moment.
        weight: lambda in the margin.
        slope: slope of the cost beyond the margin; 0 is `ls_gan`, 1 the difference of means.
        c: largest absolute value of a critic parameter.

    Returns:
        The recipe.

    >>> gls_gan().objective.slope
    -1.0

    Reference: Qi, Loss-Sensitive Generative Adversarial Networks on Lipschitz Densities, 2017.
    https://arxiv.org/abs/1701.06264
    """
    optimizer = adam(learning_rate, b1=beta1)
    return Recipe(LossSensitive(weight, slope), optimizer, chain(optimizer, clip_params(c)))
