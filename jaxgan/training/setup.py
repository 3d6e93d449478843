"""The inputs of a run: networks, recipe, data, batch size and number of steps."""

from __future__ import annotations

import dataclasses

from jaxgan.data.stream import Stream
from jaxgan.training.parts import check_parts
from jaxgan.training.recipe import Recipe
from jaxgan.types import Dataset, Networks, check_number

__all__ = ["Setup"]


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
        ValueError: the batch is empty or larger than the data, or the number of steps is negative.

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
        n = len(self.data.real)
        if self.batch_size > n:
            raise ValueError(
                f"batch_size={self.batch_size} with {n} examples: use a batch of 1 to {n}"
            )
