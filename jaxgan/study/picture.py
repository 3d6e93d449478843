"""The base class of pictures and the description of a score."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Literal

from matplotlib.figure import Figure

from jaxgan.metrics import Stamp
from jaxgan.study.records import Records

__all__ = ["Metric", "Picture"]


@dataclasses.dataclass(frozen=True)
class Metric:
    """A score's label, whether higher or lower is better, and a note on how it is measured.

    Scores with stamps are compared between runs only if their stamps are equal.
    """

    label: str
    better: Literal["higher", "lower"]
    note: str = ""
    stamp: Stamp | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Picture(abc.ABC):
    """A figure that can be drawn from records at any time.

    Its fields are strings, numbers and tuples of these. `results.json` stores the pictures of
    `jaxgan.study.pictures` by name and fields, so that a report redraws them without the
    experiment's module. Your own picture classes need that module.

    Attributes:
        file: file name in the run's folder.
        caption: the caption in the report.
    """

    file: str
    caption: str

    def cells(self) -> Sequence[str]:
        """The cells without which it cannot be drawn."""
        return ()

    @abc.abstractmethod
    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """The figure; cells without the needed arrays or series are skipped."""
