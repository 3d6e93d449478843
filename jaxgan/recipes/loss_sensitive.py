"""Recipes with margins between paired examples: LS-GAN and GLS-GAN."""

from __future__ import annotations

from jaxgan.objectives import LossSensitive
from jaxgan.optimizers import adam, chain, clip_params
from jaxgan.training import Recipe
from jaxgan.types import Number

__all__ = ["gls_gan", "ls_gan"]


def ls_gan(learning_rate: Number = 1e-4, beta1: Number = 0.5, weight: Number = 2e-4) -> Recipe:
    """LS-GAN: a fake costs more than its real example by their distance, one step each, Adam.

    The losses here are the scores' negatives, of any sign; the authors' critic ends in a ReLU.

    Args:
        learning_rate: of both players.
        beta1: Adam's decay of the first moment.
        weight: lambda of the margin lambda ||x - x'||_1.

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
