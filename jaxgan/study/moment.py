"""A training at one of its moments, and its measurement there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Key

from jaxgan.runs.lines import read_rows
from jaxgan.study.records import Series
from jaxgan.training import Setup, TrainState

__all__ = ["Measure", "Measurement", "Moment", "latent_key", "logged", "timed"]


class Moment(NamedTuple):
    """A training at one of its moments.

    Attributes:
        setup: networks, recipe, data and sizes of the training.
        state: the training's state.
        key: key for latents and other draws, the same at every moment and not used in training.
        series: losses and scores up to this moment.
        seconds: the time of the steps so far, see `timed`. It differs from run to run, so records
            have it only if a measure makes a score of it.
    """

    setup: Setup
    state: TrainState
    key: Key[Array, ""]
    series: Mapping[str, Series]
    seconds: Series = Series(np.zeros(0, int), np.zeros(0))

    @property
    def last(self) -> bool:
        """Whether the training is complete."""
        return int(self.state.step) >= self.setup.steps

    def values(self, name: str, now: float) -> np.ndarray:
        """A score at every moment up to this one.

        Args:
            name: the score's name.
            now: its value at this moment.

        Returns:
            `[moments]`.
        """
        return np.append(self.series[name].values if name in self.series else [], now)


class Measurement(NamedTuple):
    """The result of a measure at one moment.

    Attributes:
        scores: numbers; claims use those of the last moment, pictures use all.
        frames: arrays stored for every moment, such as a few samples.
        arrays: arrays stored for the last moment only.
    """

    scores: Mapping[str, float] = {}
    frames: Mapping[str, np.ndarray] = {}
    arrays: Mapping[str, np.ndarray] = {}


Measure = Callable[[Moment], Measurement]


def latent_key(seed: int) -> Key[Array, ""]:
    """The key of the latents for a run's pictures and scores, never used in training.

    Args:
        seed: the run's seed.

    Returns:
        The same key at every moment of the run.
    """
    return jax.random.key(2**31 - 1 - seed)


def logged(file: Path, step: int) -> dict[str, Series]:
    """The numbers in a file of a training's folder, by name.

    Args:
        file: `metrics.jsonl` or `observed.jsonl`.
        step: the last step to read.

    Returns:
        A series per name; numbers that were not finite are NaN.
    """
    rows = [row for row in read_rows(file) if row["step"] <= step]
    names = {name for row in rows for name in row} - {"step", "seconds", "diverged"}
    series = {}
    for name in sorted(names):
        found = [(row["step"], row[name]) for row in rows if name in row]
        steps, values = zip(*found, strict=True)
        series[name] = Series(np.asarray(steps), np.asarray(values, float))
    return series


def timed(file: Path, step: int) -> Series:
    """The seconds of all steps up to each line of `metrics.jsonl`, without measurements.

    Args:
        file: the file in a training's folder.
        step: the last step to read.

    Returns:
        A series; it has the compilations, of which a process has one in its first line.
    """
    rows = [row for row in read_rows(file) if row["step"] <= step and "seconds" in row]
    steps = np.asarray([row["step"] for row in rows], int)
    return Series(steps, np.cumsum([row["seconds"] for row in rows], dtype=float))
