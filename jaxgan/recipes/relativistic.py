"""Recipes whose critic compares real examples with fakes."""

from __future__ import annotations

from jaxgan.objectives import Relativistic
from jaxgan.optimizers import adam
from jaxgan.penalties import R1, R2
from jaxgan.training import Recipe
from jaxgan.types import Number

__all__ = ["r3gan"]


def r3gan(
    learning_rate: Number = 2e-4,
    gamma: Number = 0.05,
    beta2: Number = 0.99,
    average: float = 0.999,
) -> Recipe:
    """R3GAN: the relativistic loss of pairs with zero-centered penalties on real and fake.

    The defaults are the values of the authors' code for CIFAR-10 at the start of training, except
    beta2, which starts at 0.9 there. During training their code lowers the learning rate to 5e-5
    and gamma to 0.005, raises beta2, and counts the moving average in images.

    Args:
        learning_rate: learning rate of both networks.
        gamma: weight of both penalties.
        beta2: Adam's decay of the second moment; the decay of the first is 0.
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
