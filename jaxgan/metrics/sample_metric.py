"""The base class of the registry: metrics of generated samples against real ones."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Array, Float, Key

__all__ = ["Better", "Needs", "SampleMetric"]

Better = Literal["higher", "lower"]
"""The direction of a score."""

Needs = Literal["images", "features", "probabilities"]
"""What a metric compares: images in [-1, 1], a network's features, or its class probabilities."""


@dataclasses.dataclass(frozen=True)
class SampleMetric(abc.ABC):
    """A metric of generated samples against real ones, with one or several scores.

    It is a value: its fields are the settings that two comparable scores have in common. The floor
    of a score is the metric of other real examples in the place of the generated ones, with the
    same numbers of examples, see `jaxgan.study.scoring`.

    Attributes:
        needs: what it compares.
        better: its scores and their directions.
        protocol: how it is measured, one sentence for reports.
        usual: whether `jaxgan train` takes it by itself and `jaxgan score` if no names are given.
    """

    needs: ClassVar[Needs]
    better: ClassVar[Mapping[str, Better]]
    protocol: ClassVar[str]
    usual: ClassVar[bool] = True

    @abc.abstractmethod
    def __call__(
        self,
        real: Float[np.ndarray, "n ..."],
        fake: Float[np.ndarray, "m ..."],
        key: Key[Array, ""],
    ) -> dict[str, float]:
        """The scores.

        Args:
            real: real examples in the form that it needs, float64.
            fake: generated examples in the same form.
            key: a PRNG key, for metrics with random directions.

        Returns:
            A number for each name in `better`.
        """
