"""The definition of an experiment: cells at several scales, metrics, claims and pictures."""

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
    """A function of a seed: a training, a critic without a generator, a closed form."""

    def __call__(self, seed: int, folder: Path) -> Record:
        """The record for this seed; the folder belongs to this cell and seed."""
        ...


Cells = Mapping[str, Cell]
"""Cells by name. The cell "real" is the real data: it runs once, and its scores are the reference
values."""


@dataclasses.dataclass(frozen=True)
class Scale:
    """The size of an experiment: its cells and its number of seeds.

    Attributes:
        cells: builds the cells and loads their data.
        seeds: default number of seeds of each cell.
        judged: False for a scale that only shows that everything runs.
    """

    cells: Callable[[], Cells]
    seeds: int = 10
    judged: bool = True


@dataclasses.dataclass(frozen=True)
class Experiment:
    """An experiment: its description, cells, metrics, claims and pictures.

    Attributes:
        about: the docstring of the module, see `read_about`.
        scales: scales by name; "small" is the default.
        metrics: descriptions of the scores, by name.
        claims: the claims to judge.
        pictures: the pictures to draw from the records.
        protocol: how the scores are measured: samples, features, split, weights.
    """

    about: str | None
    scales: Mapping[str, Scale]
    metrics: Mapping[str, Metric] = dataclasses.field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    pictures: tuple[Picture, ...] = ()
    protocol: str = ""
