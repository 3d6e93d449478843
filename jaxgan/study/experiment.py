"""The shape of an experiment: cells at several scales, metrics, claims and pictures."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from jaxgan.study.claims import Claim
from jaxgan.study.picture import Metric, Picture
from jaxgan.study.records import Record

__all__ = ["Cell", "Cells", "Experiment", "Scale"]


@runtime_checkable
class Cell(Protocol):
    """Anything that has numbers: a training, a critic without a generator, a closed form."""

    def __call__(self, seed: int, folder: Path) -> Record:
        """What is found with this seed; the folder is the cell's own."""
        ...


Cells = Mapping[str, Cell]
"""By name. A cell with the name "real" is the real data: it runs once, and its scores are the
reference of every score."""


@dataclasses.dataclass(frozen=True)
class Scale:
    """How long and how large.

    Attributes:
        cells: makes the cells, and loads their data.
        seeds: with how many seeds each runs if the user names no other number.
        judged: False for a scale that only shows that everything runs.
    """

    cells: Callable[[], Cells]
    seeds: int = 10
    judged: bool = True


@dataclasses.dataclass(frozen=True)
class Experiment:
    """What a paper showed and how it is shown here.

    Attributes:
        about: the docstring of the module, see `read_about`.
        scales: by name; "small" is the default.
        metrics: what the scores are.
        claims: what should hold.
        pictures: what is drawn from the records.
        protocol: how the scores are taken: samples, features, split, weights.
    """

    about: str | None
    scales: Mapping[str, Scale]
    metrics: Mapping[str, Metric] = dataclasses.field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    pictures: tuple[Picture, ...] = ()
    protocol: str = ""
