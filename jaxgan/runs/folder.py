"""The files that a run writes: metrics, observations, checkpoints."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from jaxgan.runs import checkpoint
from jaxgan.runs.lines import Lines
from jaxgan.runs.trackers import Tracker
from jaxgan.training import TrainState
from jaxgan.types import unknown

__all__ = ["CHECKPOINTS", "METRICS", "OBSERVED", "Observe", "RunFolder", "check_json"]

Observe = Callable[[TrainState], Mapping[str, float]]
METRICS, OBSERVED, CHECKPOINTS = "metrics.jsonl", "observed.jsonl", "checkpoints"


def check_json(settings: Mapping[str, Any]) -> None:
    """Checks the settings of a run, which are stored as JSON.

    Args:
        settings: the settings.

    Raises:
        TypeError: they are no dictionary, or a value cannot be stored.

    >>> check_json({"seed": 0})
    """
    if not isinstance(settings, Mapping):
        raise TypeError(f"settings must be a dictionary, got {settings!r}: give names and values")
    for name, value in settings.items():
        try:
            json.dumps(value)
        except TypeError as error:
            raise TypeError(
                f"settings[{name!r}] must be JSON, got {value!r}: give text, numbers, lists or "
                "dictionaries"
            ) from error


def _numbers(observed: Mapping[str, float]) -> dict[str, float]:
    if not isinstance(observed, Mapping) or any(np.ndim(x) for x in observed.values()):
        raise TypeError(f"observe must return numbers by name, got {observed!r}: give a dictionary")
    return {name: float(value) for name, value in observed.items()}


class RunFolder:
    """The folder of one run; without a path nothing is written.

    Args:
        path: path of the folder, created if needed.
        settings: the settings in which a resumed run must equal the first one.
        best_by: name of the observation by which the best checkpoint is kept, lower is better.
        planned: the number of steps of the run.
    """

    def __init__(
        self, path: Path | None, settings: Mapping[str, Any], best_by: str | None, planned: int
    ) -> None:
        self._path, self._settings, self._best_by = path, settings, best_by
        self._planned = planned
        self._losses: dict[int, float] = {}
        self._observed: set[int] = set()
        self._gathered: list[Mapping[str, np.ndarray]] = []
        self._seconds = 0.0
        self._tracker: Tracker | None = None
        self._lines: dict[str, Lines] = {}
        if path is not None:
            path.mkdir(parents=True, exist_ok=True)
            self._lines = {name: Lines(path / name) for name in (METRICS, OBSERVED)}

    @property
    def path(self) -> Path | None:
        """The path of the folder."""
        return self._path

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings in which a resumed run must equal the first one."""
        return self._settings

    @property
    def keeps_best(self) -> bool:
        """Whether the best checkpoint is kept."""
        return self._best_by is not None

    def report_to(self, tracker: Tracker) -> None:
        """Gives each line that is written from now on to a tracker, too."""
        self._tracker = tracker

    def restore(self, state: TrainState) -> TrainState:
        """The last checkpoint, or the given state; later lines of the logs are dropped."""
        if self._path is None:
            return state
        folder = self._path / CHECKPOINTS
        saved = checkpoint.restore(folder, state, self._settings)
        last = -1 if saved is None else int(saved.step)
        log = {} if saved is None else checkpoint.log_of(folder, last)
        taken, self._seconds = log.get("gathered", {}), log.get("seconds", 0.0)
        self._gathered = [{name: np.asarray(values) for name, values in taken.items()}]
        sums = log.get("sha256", {})
        begun = max(map(len, taken.values()), default=0)  # steps whose line is not complete
        self._lines[METRICS].restore(last - begun, sums.get(METRICS))
        rows = self._lines[OBSERVED].restore(last, sums.get(OBSERVED))
        self._observed = {row["step"] for row in rows}
        if self._best_by is not None:
            losses = {row["step"]: row.get(self._best_by) for row in rows}
            self._losses = {step: loss for step, loss in losses.items() if loss is not None}
        return state if saved is None else saved

    def gather(self, metrics: Mapping[str, np.ndarray], seconds: float) -> None:
        """Keeps the metrics and the seconds of a chunk for the next line."""
        self._gathered.append(metrics)
        self._seconds += seconds

    def means(self) -> dict[str, float]:
        """The means of the metrics since the last line."""
        return {name: float(series.mean()) for name, series in self._since().items() if len(series)}

    def _since(self) -> dict[str, np.ndarray]:
        """The metrics of every step since the last line."""
        chunks, last = self._gathered, self._gathered[-1] if self._gathered else {}
        return {
            # Those of a checkpoint come from JSON, and get the type of the new ones.
            name: np.concatenate([one[name] for one in chunks if name in one], dtype=values.dtype)
            for name, values in last.items()
        }

    def flush(self, step: int, diverged: Mapping[str, float] | None = None) -> None:
        """Writes a line of metrics, and one for the step that diverged if one did."""
        means = self.means()
        if means or self._seconds:
            self._write(METRICS, step, means | {"seconds": self._seconds})
        if diverged is not None:
            self._write(METRICS, step + 1, {**diverged, "diverged": True})
        self._gathered.clear()
        self._seconds = 0.0

    def observe(self, observe: Observe, state: TrainState) -> bool:
        """Measures a state once and writes the line; if `observe` fails, the state is saved.

        Args:
            observe: the measure.
            state: the state.

        Returns:
            False if the state was measured before.
        """
        step = int(state.step)
        if step in self._observed:
            return False
        try:
            values = _numbers(observe(state))
        except BaseException:
            self.save(state)
            raise
        if self._best_by is not None:
            if self._best_by not in values:
                raise unknown("observation in best_by", self._best_by, values)
            self._losses[step] = values[self._best_by]
        self._observed.add(step)
        self._write(OBSERVED, step, values)
        return True

    def save(self, state: TrainState) -> None:
        """Writes a checkpoint, after the lines before it are on the disk."""
        if self._path is not None:
            for lines in self._lines.values():
                lines.sync()
            log = {
                "gathered": {name: values.tolist() for name, values in self._since().items()},
                "seconds": self._seconds,
                "sha256": {name: lines.sha256 for name, lines in self._lines.items()},
            }
            loss = self._losses.get(int(state.step))
            about = {"loss": loss, "planned": self._planned, "log": log}
            checkpoint.save(self._path / CHECKPOINTS, state, self._settings, **about)

    def _write(self, name: str, step: int, values: Mapping[str, float]) -> None:
        if self._path is not None:
            self._lines[name].append(step, values)
        if self._tracker is not None:
            self._tracker.log(step, values)
