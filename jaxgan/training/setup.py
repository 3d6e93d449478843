"""The inputs of a run: networks, recipe, data, batch size and number of steps."""

from __future__ import annotations

import dataclasses

from jaxgan.data.stream import Stream
from jaxgan.training.parts import check_parts
from jaxgan.training.recipe import Recipe
from jaxgan.types import Dataset, Networks, check_number

__all__ = ["Setup", "check_setup"]

MOST = 2**31 - 1
"""The largest number of steps: the counter of a state has 32 bits."""


@dataclasses.dataclass(frozen=True, eq=False)
class Setup:
    """Everything that determines the result of a run, except the seed.

    Attributes:
        networks: generator, critic and latent distribution.
        recipe: the training settings.
        data: the data set, in memory or streamed.
        batch_size: examples per critic step, over all devices.
        steps: number of generator steps.

    Raises:
        TypeError: networks, recipe or data have another type.
        ValueError: the batch is empty or larger than the data, or the number of steps is negative
            or above 2^31 - 1.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> setup = Setup(presets.su((8, 8, 1)), recipes.su_wgan_gp(), data.load("digits"), steps=100)
    >>> setup.data, setup.batch_size
    (Dataset(real=uint8[1797, 8, 8, 1], labels=int32[1797]), 64)
    """

    networks: Networks
    recipe: Recipe
    data: Dataset | Stream
    batch_size: int = 64
    steps: int = 10_000

    def __post_init__(self) -> None:
        check_parts(networks=self.networks, recipe=self.recipe, data=self.data)
        for name, wanted, remedy in (
            ("batch_size", "an integer of at least 1", "give the examples of a critic step"),
            ("steps", "an integer of at least 0", "give the number of generator steps"),
        ):
            check_number(name, getattr(self, name), wanted, remedy)
            object.__setattr__(self, name, int(getattr(self, name)))  # of NumPy's integers, too
        if self.steps > MOST:
            raise ValueError(f"steps must be at most 2^31 - 1, got {self.steps}: give fewer")
        if not hasattr(self.data.real, "shape"):
            kind, remedy = type(self.data.real).__name__, "give data.from_arrays(x)"
            raise TypeError(f"data.real must be an array, got {kind}: {remedy}")
        n = len(self.data.real)
        if not n:
            raise ValueError(f"data must have examples, got {self.data}: give at least one")
        if self.batch_size > n:
            raise ValueError(
                f"batch_size={self.batch_size} with {n} examples: use a batch of 1 to {n}"
            )


def check_setup(setup: object) -> None:
    """Checks that a setup is one.

    Args:
        setup: what was given.

    Raises:
        TypeError: it has another type.

    >>> check_setup(None)
    Traceback (most recent call last):
        ...
    TypeError: setup must be a training.Setup, got None: give Setup(networks, recipe, data)
    """
    if not isinstance(setup, Setup):
        remedy = "give Setup(networks, recipe, data)"
        raise TypeError(f"setup must be a training.Setup, got {setup!r}: {remedy}")
