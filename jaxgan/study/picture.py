"""What the pictures of an experiment have in common, and what describes a score."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Mapping
from typing import Literal

from matplotlib.figure import Figure

from jaxgan.study.records import Records

__all__ = ["Metric", "Picture"]


@dataclasses.dataclass(frozen=True)
class Metric:
    """What a score is called, which way is better, and how it is measured."""

    label: str
    better: Literal["higher", "lower"]
    note: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Picture(abc.ABC):
    """A figure that is drawn from records, any number of times.

    Its fields are texts, numbers and tuples of these. A report remembers the pictures of
    `jaxgan.study.pictures` by name and fields, so that it draws them again without the module of
    the experiment; those of your own need that module.

    Attributes:
        file: where it goes.
        caption: what it shows.
    """

    file: str
    caption: str

    @abc.abstractmethod
    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """The figure; records of cells that have nothing to show are passed over."""
