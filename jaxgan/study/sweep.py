"""Trainings over a parameter as one cell, such as a critic for each of several distances."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from jaxgan.study.records import Record
from jaxgan.study.training import Training

__all__ = ["Summarize", "Sweep"]

Summarize = Callable[[np.ndarray, Mapping[str, np.ndarray]], Mapping[str, float]]
"""Scores of the whole from the parameter's values `[n]` and each score of the trainings `[n]`."""


@dataclasses.dataclass(frozen=True, eq=False)
class Sweep:
    """One training for each value of a parameter; the record has their scores as arrays over it.

    Arrays: `x`, the values, and each score of the trainings by its name, both `[n]`. It diverges if
    one of its trainings does.

    Attributes:
        trainings: by value, in the order of the array `x`.
        summarize: makes the scores of the cell.
    """

    trainings: Mapping[float, Training]
    summarize: Summarize

    def __call__(self, seed: int, folder: Path) -> Record:
        """Trains for each value with this seed.

        Args:
            seed: of every training.
            folder: of this cell with this seed; each training has a folder in it.

        Returns:
            Scores of the whole, and arrays over the parameter.
        """
        records = {
            value: training(seed, folder / f"{value:g}")
            for value, training in self.trainings.items()
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
        """What two records must have in common to be the same record, as JSON."""
        return {f"{value:g}": one.identity(seed) for value, one in self.trainings.items()}
