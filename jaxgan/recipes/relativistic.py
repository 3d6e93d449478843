"""Recipes whose critic compares real examples with fakes."""

from __future__ import annotations

from typing import Literal

from jaxgan.objectives import Relativistic
from jaxgan.optimizers import Cosine, HalfLife, adam, scheduled_adam
from jaxgan.penalties import R1, R2
from jaxgan.training import Recipe
from jaxgan.types import Number, check_number, unknown

__all__ = ["r3gan", "r3gan_scheduled"]

Preset = Literal["cifar10", "ffhq_64", "ffhq_256", "imagenet_32", "imagenet_64"]

PRESETS: dict[Preset, tuple[float, float, float]] = {
    "cifar10": (0.05, 5e6, 2e7),
    "ffhq_64": (2.0, 5e5, 2e7),
    "ffhq_256": (150.0, 5e5, 2e7),
    "imagenet_32": (0.5, 5e7, 2e8),
    "imagenet_64": (1.0, 5e7, 2e8),
}
"""Of train.py: the first gamma, the last half-life of the average and the length, in images."""


def r3gan(
    learning_rate: Number = 2e-4,
    gamma: Number = 0.05,
    beta2: Number = 0.99,
    average: float = 0.999,
) -> Recipe:
    """R3GAN: the relativistic loss of pairs with zero-centered penalties on real and fake.

    The defaults are the values of the authors' code for CIFAR-10 at the start of training, except
    beta2, which starts at 0.9 there. During training their code lowers the learning rate to 5e-5
    and gamma to 0.005, raises beta2, and counts the moving average in images: `r3gan_scheduled`.

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


def r3gan_scheduled(preset: Preset = "cifar10", batch_size: int = 512) -> Recipe:
    """R3GAN with the schedules of the authors' code, for the data sets of the paper.

    Along half a period of a cosine the learning rate falls from 2e-4 to 5e-5, beta2 rises from 0.9
    to 0.99, gamma falls to a tenth and the half-life of the moving average rises from 0. The
    networks are `presets.r3gan`. The code's augmentation is not implemented.

    Args:
        preset: the data set: "cifar10", "ffhq_64", "ffhq_256", "imagenet_32" or "imagenet_64".
        batch_size: examples per step; the schedules count examples.

    Returns:
        The recipe.

    Raises:
        TypeError: the batch size has another type.
        ValueError: an unknown preset, or a batch size below 1.

    >>> r3gan_scheduled("ffhq_64").penalties[0]
    R1(gamma=Cosine(start=2.0, end=0.2, updates=39062))

    Reference: Huang, Gokaslan, Kuleshov, Tompkin, The GAN is dead; long live the GAN!, 2024, and
    train.py of its code. https://arxiv.org/abs/2501.05441
    """
    if preset not in PRESETS:
        raise unknown("preset", preset, PRESETS)
    check_number(
        "batch_size", batch_size, "an integer of at least 1", "give the examples of a step"
    )
    gamma, half_life, images = PRESETS[preset]
    steps = max(int(images // batch_size), 1)
    falling = Cosine(gamma, gamma / 10, steps)
    optimizer = scheduled_adam(Cosine(2e-4, 5e-5, steps), b1=0.0, b2=Cosine(0.9, 0.99, steps))
    average = HalfLife(Cosine(0.0, half_life, steps), batch_size)
    return Recipe(Relativistic(), optimizer, optimizer, (R1(falling), R2(falling)), average=average)
