"""Trainings over a parameter as one cell, such as critics for several distances."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from jaxgan.study.experiment import Cell
from jaxgan.study.identity import code_of, described
from jaxgan.study.records import Record
from jaxgan.study.training import Training

__all__ = ["Summarize", "Sweep", "trainings_of", "with_options"]

Summarize = Callable[[np.ndarray, Mapping[str, np.ndarray]], Mapping[str, float]]
"""Function from the parameter's values `[n]` and the trainings' scores `[n]` to cell scores."""


@dataclasses.dataclass(frozen=True, eq=False)
class Sweep:
    """A cell with one training per value of a parameter.

    The record has arrays `[n]`: `x`, the parameter's values, and each score of the trainings under
    its name. The cell diverges if one of its trainings does.

    Attributes:
        trainings: trainings by value, in the order of the array `x`.
        summarize: function that returns the cell's scores.
    """

    trainings: Mapping[float, Training]
    summarize: Summarize

    def __call__(self, seed: int, folder: Path) -> Record:
        """Trains for each value with this seed.

        Args:
            seed: the seed of every training.
            folder: the folder of this cell and seed, with a subfolder per training.

        Returns:
            The record with the cell's scores, and arrays over the parameter.
        """
        records = {
            value: training(seed, folder / str(value)) for value, training in self.trainings.items()
        }
        x = np.asarray(list(records), float)
        found = [record.scores for record in records.values()]
        arrays = {name: np.asarray([scores[name] for scores in found]) for name in found[0]}
        notes = [f"at {v:g} {r.note}" for v, r in records.items() if r.ended == "diverged"]
        return Record(
            dict(self.summarize(x, arrays)),
            {},
            {"x": x, **arrays},
            "diverged" if notes else "finished",
            sum(record.steps for record in records.values()),
            note="; ".join(notes),
        )

    def identity(self, seed: int) -> dict[str, Any]:
        """The identity of a record, as JSON."""
        trainings = {
            str(value): one.identity(seed) | {"steps": one.setup.steps}
            for value, one in self.trainings.items()
        }
        return {
            "trainings": trainings,
            "summarize": described(self.summarize),
            "code": code_of(self.summarize),
        }


def trainings_of(cell: Cell) -> list[Training]:
    """The trainings of a cell: one, those of a sweep, or none.

    >>> trainings_of(lambda seed, folder: Record())
    []
    """
    if isinstance(cell, Sweep):
        return list(cell.trainings.values())
    return [cell] if isinstance(cell, Training) else []


def with_options(cell: Cell, **options: Any) -> Cell:
    """The cell with other fields in all of its trainings.

    >>> cell = lambda seed, folder: Record()
    >>> with_options(cell, devices=2) is cell
    True
    """
    if isinstance(cell, Sweep):
        trainings = {x: dataclasses.replace(t, **options) for x, t in cell.trainings.items()}
        return dataclasses.replace(cell, trainings=trainings)
    return dataclasses.replace(cell, **options) if isinstance(cell, Training) else cell
