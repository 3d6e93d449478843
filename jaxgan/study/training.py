"""The usual cell of an experiment: a training, measured at certain steps (moments)."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import jax

from jaxgan.runs import Diverged, Interrupted, Via, checkpoint, train
from jaxgan.runs.bookkeeping import check_minutes, check_moments
from jaxgan.runs.folder import CHECKPOINTS, Observe
from jaxgan.runs.identity import describe
from jaxgan.runs.processes import Team, together
from jaxgan.runs.trackers import Track, check_track
from jaxgan.study.identity import code_of, described
from jaxgan.study.moment import Measure
from jaxgan.study.records import (
    Record,
    load_identity,
    load_record,
    title_of,
)
from jaxgan.study.training_log import TrainingLog
from jaxgan.training import Setup, TrainState, create_state
from jaxgan.training.setup import check_setup

__all__ = ["Training"]


@dataclasses.dataclass(frozen=True, eq=False)
class Training:
    """Trains a setup and measures it at moments: certain steps, and the last step.

    To train only a critic, on a fixed distribution of fakes, use `networks.Identity()` as the
    generator and the distribution of the fakes as the latent distribution.

    Attributes:
        setup: networks, recipe, data and sizes of the training.
        measure: function from a moment to its measurement.
        moments: generator steps at which to measure; step 0 and each fifth of the steps if None.
        best_by: name of the score by which the best checkpoint is kept; lower is better.
        devices: number of devices that share a batch.
        via: how a batch is split over the devices, see `runs.devices`.
        progress: whether to show the progress on standard error.
        track: see `runs.train`; it does not change the result.
        save_minutes: the longest time between checkpoints, in minutes, see `runs.train`.
        on_moment: function of the record so far, called after each moment.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> from jaxgan.study import Measurement
    >>> networks, points = presets.mlp((2,), width=8), data.load("swiss_roll")
    >>> cell = Training(
    ...     Setup(networks, recipes.wgan(), points, batch_size=4, steps=2),
    ...     measure=lambda moment: Measurement({"gap": 1.0 + int(moment.state.step)}),
    ... )
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     record = cell(0, Path(folder))
    >>> record.ended, record.scores, record.series["gap"].steps.tolist()
    ('finished', {'gap': 3.0}, [0, 1, 2])
    """

    setup: Setup
    measure: Measure
    moments: Collection[int] | None = None
    best_by: str | None = None
    devices: int = 1
    via: Via | None = None
    progress: bool = True
    track: str | Track | None = None
    save_minutes: float = 10.0
    on_moment: Callable[[Record], None] = lambda record: None

    def __post_init__(self) -> None:
        check_setup(self.setup)
        if not callable(self.measure):
            remedy = "give a function of a Moment, such as study.PointMeasure()"
            raise TypeError(f"measure must be a function, got {self.measure!r}: {remedy}")
        if self.moments is not None:
            check_moments("moments", self.moments)
        check_minutes(self.save_minutes)
        check_track(self.track)

    def __call__(self, seed: int, folder: Path) -> Record:
        """Trains with this seed, from the last checkpoint of the folder if it has one.

        Args:
            seed: the training's seed.
            folder: the folder of this cell and seed; of several processes, process 0 uses it.

        Returns:
            The record: scores and arrays of the last moment; losses, scores and frames by step.

        Raises:
            ValueError: the folder has more steps than the setup.
        """
        with together(self.devices, (Diverged, Interrupted)) as team:
            if not team.first:
                return self._take_part(seed, team)
            identity, earlier = self.identity(seed), self.earlier(seed, folder)
            if team.of_first(bool(earlier and self._is_whole(earlier))):
                assert earlier is not None
                return earlier
            watched = self.setup, self.measure, self.on_moment
            log = TrainingLog(*watched, seed, folder, identity, earlier)
            try:
                state = self._train(seed, folder, log.observe)
            except Diverged as problem:
                return log.diverged(problem)
            except Interrupted as stop:
                log.interrupted(stop.state)
                raise
            return log.finished(state)

    def _take_part(self, seed: int, team: Team) -> Record:
        """The part of a process that does not write: its record is empty."""
        whole = team.of_first(True)
        if not whole:
            with contextlib.suppress(Diverged):
                self._train(seed, None, lambda state: {})
        return Record()

    def _train(self, seed: int, folder: Path | None, observe: Observe) -> TrainState:
        steps, fifth = self.setup.steps, max(1, self.setup.steps // 5)
        moments = range(0, steps + 1, fifth) if self.moments is None else self.moments
        return train(
            self.setup,
            seed=seed,
            folder=folder,
            settings=self._measured_by(),
            title=title_of(folder) if folder else "",
            log_every=min(100, fifth),
            save_every=fifth,
            save_minutes=self.save_minutes,
            observe=observe,
            observe_at=moments,
            best_by=self.best_by,
            devices=self.devices,
            via=self.via,
            progress=self.progress,
            track=self.track,
        )

    def earlier(self, seed: int, folder: Path) -> Record | None:
        """The record of this training in a folder, if there is one.

        Args:
            seed: the training's seed.
            folder: the folder of this cell and seed.

        Returns:
            The record; unfinished if it has fewer steps than the setup.

        Raises:
            ValueError: the folder is that of another training, or has more steps than the setup.
        """
        self._check_folder(folder, self.identity(seed))
        record = load_record(folder)
        if record and record.steps > self.setup.steps:
            raise ValueError(
                f"{folder} has {record.steps} steps, more than steps={self.setup.steps}: give at "
                "least as many, or another folder"
            )
        if record and record.ended == "finished" and record.steps < self.setup.steps:
            return record._replace(ended="unfinished")
        return record

    def _check_folder(self, folder: Path, identity: Mapping[str, Any]) -> None:
        manifest = checkpoint.newest_manifest(folder / CHECKPOINTS) or {}
        for saved in (load_identity(folder), manifest.get("settings")):
            if saved:
                checkpoint.check_settings(saved, identity)

    def identity(self, seed: int) -> dict[str, Any]:
        """The identity of a record of this training, as JSON."""
        return describe(self.setup, seed) | self._measured_by()

    def restore(self, seed: int, folder: Path, *, best: bool = False) -> TrainState:
        """The saved state of a training.

        Args:
            seed: the training's seed.
            folder: the folder of this cell and seed.
            best: restore the best checkpoint by `best_by` instead of the last.

        Returns:
            The state.

        Raises:
            FileNotFoundError: the training has not been saved yet.
            ValueError: `best` is True and the training has no `best_by`.
        """
        if best and self.best_by is None:
            raise ValueError("best is True, but this training has no best_by: use best=False")
        if not checkpoint.steps_of(folder / CHECKPOINTS):
            raise FileNotFoundError(f"{folder} has no checkpoint: run this cell and seed first")
        setup = self.setup
        like = create_state(setup.networks, setup.recipe, jax.random.key(seed), setup.data)
        state = checkpoint.restore(folder / CHECKPOINTS, like, best=best)
        assert state is not None  # there is a checkpoint
        return state

    def _measured_by(self) -> dict[str, str]:
        return {"measure": described(self.measure), "code of the measure": code_of(self.measure)}

    def _is_whole(self, record: Record) -> bool:
        return record.ended == "diverged" or (
            record.ended == "finished" and record.steps >= self.setup.steps
        )
