"""The record of a training while it is made: scores, frames and losses up to now."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from jaxgan.runs import Diverged
from jaxgan.runs.folder import METRICS, OBSERVED
from jaxgan.runs.lines import read_rows
from jaxgan.runs.provenance import merged, provenance
from jaxgan.study.moment import Measure, Measurement, Moment, latent_key, logged, timed
from jaxgan.study.records import Record, Series, save_record
from jaxgan.training import Setup, TrainState

__all__ = ["TrainingLog"]


class TrainingLog:
    """The record of a training in progress, saved at every moment.

    Args:
        setup: what is trained.
        measure: the measure of its moments.
        on_moment: function of the record so far, called after each moment.
        seed: the seed of the training.
        folder: the folder of the training and seed.
        identity: the identity of the record.
        earlier: the record so far, if the training goes on.
    """

    def __init__(
        self,
        setup: Setup,
        measure: Measure,
        on_moment: Callable[[Record], None],
        seed: int,
        folder: Path,
        identity: Mapping[str, Any],
        earlier: Record | None,
    ) -> None:
        self._setup, self._measure, self._on_moment = setup, measure, on_moment
        self._key = latent_key(seed)
        self._folder, self._identity = folder, identity
        if earlier is None and read_rows(folder / OBSERVED):
            warnings.warn(
                f"the record in {folder} is missing: what was measured before is lost, and the "
                "training goes on from its checkpoint",
                stacklevel=4,
            )
        self._earlier = earlier or Record()
        logged = {name for row in read_rows(folder / METRICS) for name in row}
        self._measured = {
            name: series for name, series in self._earlier.series.items() if name not in logged
        }
        self._last = Measurement()
        self._at = -1
        self._begin = time.perf_counter()

    def observe(self, state: TrainState) -> Mapping[str, float]:
        """Measures a state, adds the result to the record, and returns the scores."""
        step = int(state.step)
        moment = self._moment(state, step)
        self._last, self._at = self._measure(moment), step
        for name, value in {**self._last.scores, **self._last.frames}.items():
            self._add(name, step, np.asarray(value))
        self._on_moment(self._save(self._record(self._last.scores, "unfinished", step)))
        return {name: float(score) for name, score in self._last.scores.items()}

    def finished(self, state: TrainState) -> Record:
        """The record of a completed training."""
        if self._at != int(state.step):  # trained earlier, but the record is missing
            self.observe(state)
        return self._save(self._record(self._last.scores, "finished", int(state.step)))

    def interrupted(self, state: TrainState) -> None:
        """Saves the record of a training that was stopped."""
        record = self._record(self._last.scores, "unfinished", int(state.step))
        self._on_moment(self._save(record))

    def diverged(self, problem: Diverged) -> Record:
        """The record of a training that diverged; its scores are NaN."""
        if self._at < 0:
            self._last = self._measure(self._moment(problem.state, problem.step))
        names = dict.fromkeys(self._last.scores, math.nan)
        for name in names:
            self._add(name, problem.step + 1, np.asarray(math.nan))
        return self._save(self._record(names, "diverged", problem.step, str(problem)))

    def _moment(self, state: TrainState, step: int) -> Moment:
        series, seconds = self._series(step), timed(self._folder / METRICS, step)
        return Moment(self._setup, state, self._key, series, seconds)

    def _add(self, name: str, step: int, value: np.ndarray) -> None:
        old = self._measured.get(name, Series(np.zeros(0, int), np.zeros((0, *value.shape))))
        kept = old.steps < step
        values = [*old.values[kept], value]
        self._measured[name] = Series(np.append(old.steps[kept], step), np.stack(values))

    def _record(self, scores: Mapping[str, float], ended: Any, step: int, note: str = "") -> Record:
        earlier = self._earlier
        return Record(
            scores,
            self._series(step + 1),
            self._last.arrays,
            ended,
            step,
            earlier.seconds + time.perf_counter() - self._begin,
            note,
            merged([earlier.provenance, provenance()]),
        )

    def _series(self, step: int) -> dict[str, Series]:
        """All series up to a step."""
        series = logged(self._folder / METRICS, step)
        for name, (steps, values) in self._measured.items():
            kept = steps <= step
            series[name] = Series(steps[kept], values[kept])
        return series

    def _save(self, record: Record) -> Record:
        save_record(self._folder, record, self._identity)
        return record
