"""What happens between the chunks of a training: metrics, observations, checkpoints, stopping."""

from __future__ import annotations

import hashlib
import signal
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

import jax
import numpy as np

from jaxgan.runs.folder import Observe, RunFolder
from jaxgan.runs.pace import Stopped
from jaxgan.runs.processes import Team
from jaxgan.runs.progress import Watch
from jaxgan.training import TrainState
from jaxgan.types import check_number

__all__ = ["Bookkeeping", "Chunk", "Diverged", "Interrupted", "Plan"]


class Diverged(FloatingPointError):
    """A training diverged: a metric or a number of the state is not finite.

    Attributes:
        step: the step that was not taken.
        state: the state before that step, which is saved.
    """

    def __init__(self, message: str, state: TrainState) -> None:
        super().__init__(message)
        self.state, self.step = state, int(state.step)


class Interrupted(Stopped):
    """The run was stopped by a signal.

    Attributes:
        state: the state after the last step, which is saved if the run has a folder.
        number: the signal.
    """

    def __init__(self, message: str, state: TrainState, number: int = signal.SIGINT) -> None:
        super().__init__(message, number)
        self.state = state


ALONE = Team()


def check_minutes(minutes: float) -> None:
    """Checks the longest time between checkpoints, in minutes."""
    check_number("save_minutes", minutes, "positive", "give minutes, such as 10")


def check_moments(name: str, moments: Collection[int]) -> None:
    """Checks the steps at which something is measured."""
    if not isinstance(moments, Collection) or isinstance(moments, str):
        raise TypeError(f"{name} must be steps, got {moments!r}: give range(0, 1001, 100) or such")
    for step in moments:
        check_number(f"each step in {name}", step, "an integer of at least 0", "leave it out")


class Plan(NamedTuple):
    """When something is due: periodically, at given steps, after a time, and at the end."""

    steps: int
    log_every: int
    save_every: int
    observe_at: Collection[int]
    save_minutes: float

    def check(self) -> Plan:
        """The plan itself, if it can be followed."""
        for name in ("log_every", "save_every"):
            period, remedy = getattr(self, name), "give a number of steps"
            check_number(name, period, "an integer of at least 1", remedy)
        check_minutes(self.save_minutes)
        check_moments("observe_at", self.observe_at)
        return self

    def due(self, step: int, period: int) -> bool:
        """Whether something with this period is due."""
        return step == self.steps or step % period == 0

    def observed(self, step: int) -> bool:
        """Whether an observation is due."""
        return bool(self.observe_at) and (step == self.steps or step in self.observe_at)

    def room(self, step: int) -> int:
        """Number of steps until something is due."""
        periods = (period - step % period for period in (self.log_every, self.save_every))
        moments = (moment - step for moment in self.observe_at if moment > step)
        return min(self.steps - step, *periods, *moments)


class Chunk(NamedTuple):
    """The result of a chunk of steps.

    Attributes:
        state: the state after it.
        metrics: by name, `[taken]` for the steps that were taken.
        failed: the metrics of the step that diverged, or None.
        seconds: the time of the chunk.
    """

    state: TrainState
    metrics: Mapping[str, np.ndarray]
    failed: Mapping[str, float] | None
    seconds: float

    @classmethod
    def of(
        cls,
        state: TrainState,
        history: Mapping[str, Any],
        begin: int,
        length: int,
        seconds: float,
    ) -> Chunk:
        """The result from what `train_chunk` returns.

        Args:
            state: the state after the chunk.
            history: its metrics, `[capacity]`.
            begin: the step before it.
            length: the steps that it should take; fewer were taken if one diverged.
            seconds: the time that it took.
        """
        taken = int(state.step) - begin
        metrics = {name: np.asarray(values) for name, values in history.items()}
        failed = {name: float(values[taken]) for name, values in metrics.items() if taken < length}
        metrics = {name: values[:taken] for name, values in metrics.items()}
        return cls(state, metrics, failed or None, seconds)


class Bookkeeping:
    """Writes what a training's plan asks for.

    Args:
        plan: the steps at which something is due.
        log: the training's folder.
        observe: a function of the state that returns numbers by name.
        watch: shows the progress.
        team: the processes that share the training; they stop and save at the same steps.
    """

    def __init__(
        self,
        plan: Plan,
        log: RunFolder,
        observe: Observe | None,
        watch: Watch,
        team: Team = ALONE,
    ) -> None:
        self._plan, self._log, self._observe, self._watch = plan, log, observe, watch
        self._team, self._saved = team, time.monotonic()

    def start(self, state: TrainState, stopped: Sequence[int]) -> None:
        """Observes the first state if that is due.

        Args:
            state: the first state.
            stopped: the signals received so far, which may grow; then the state is saved.

        Raises:
            Interrupted: the run was asked to stop.
        """
        step, measured = int(state.step), False
        if self._observe and self._plan.observed(step):
            measured = self._log.observe(self._observe, state)
        # If a measure failed, its state was saved without a loss.
        number, unsaved = self._agreed(stopped, measured and self._log.keeps_best and step > 0)
        if number:
            self._stop(state, number)
        if unsaved:
            self._save(state)

    def after(self, chunk: Chunk, stopped: Sequence[int]) -> None:
        """Logs, observes and saves after a chunk.

        Args:
            chunk: the chunk.
            stopped: the signals received so far, which may grow; then the state is saved.

        Raises:
            Diverged: a step diverged; the state before it is saved.
            Interrupted: the run was asked to stop.
        """
        state, metrics, failed, seconds = chunk
        log, plan, step = self._log, self._plan, int(state.step)
        log.gather(metrics, seconds)
        if failed is not None:
            log.flush(step)
            self._save(state)
            log.flush(step, failed)
            raise Diverged(_why(step, failed), state)
        self._watch(step, log.means())
        if plan.due(step, plan.log_every):
            log.flush(step)
        observed = plan.observed(step)
        if self._observe and observed:
            log.observe(self._observe, state)
        number, late = self._agreed(stopped)
        if number:
            self._stop(state, number)
        if late or plan.due(step, plan.save_every) or (observed and log.keeps_best):
            self._save(state)

    def _agreed(self, stopped: Sequence[int], unsaved: bool = False) -> tuple[int, int]:
        """The signal that a process received, or 0, and whether a checkpoint is overdue."""
        late = unsaved or time.monotonic() - self._saved >= 60 * self._plan.save_minutes
        number, overdue = self._team.largest([[*stopped, 0][0], int(late)])
        return number, overdue

    def _save(self, state: TrainState) -> None:
        if self._team.processes > 1:
            self._team.check_same({"state": digest(state)})
        self._log.save(state)
        self._saved = time.monotonic()

    def _stop(self, state: TrainState, number: int) -> NoReturn:
        """Saves the state, then writes a line up to here, which the resumed run completes."""
        self._save(state)
        self._log.flush(int(state.step))
        path = self._log.path
        where = f"; saved in {path}: the same call resumes from there" if path else ""
        raise Interrupted(f"stopped after step {int(state.step)}{where}", state, number)


def digest(state: TrainState) -> str:
    """The sha256 of all numbers of a state."""
    numbers = (np.asarray(leaf).tobytes() for leaf in jax.tree.leaves(state))
    return hashlib.sha256(b"".join(numbers)).hexdigest()


def _why(step: int, metrics: Mapping[str, float]) -> str:
    wrong = [f"{name} is {value}" for name, value in metrics.items() if not np.isfinite(value)]
    what = ", ".join(wrong) or "a number in the statistics or optimizer states is not finite"
    return (
        f"diverged at step {step}: {what}. The state before that step is kept, and the last lines "
        "of metrics.jsonl show the steps before it. Try a smaller learning rate"
    )
