"""Trackers of experiments, which show a run's numbers elsewhere; the files are always written."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from jaxgan.runs.optional import optional
from jaxgan.types import unknown

__all__ = ["TRACKERS", "TensorBoard", "Track", "Tracker", "WandB", "check_track", "tracking"]


@runtime_checkable
class Tracker(Protocol):
    """Receives the numbers of one training."""

    def log(self, step: int, numbers: Mapping[str, float]) -> None:
        """Shows numbers by name: a line of `metrics.jsonl` or `observed.jsonl`."""

    def close(self) -> None:
        """Ends the training, which may be finished, interrupted or diverged."""


Track = Callable[[Path | None, str, Mapping[str, Any]], Tracker]
"""Makes the tracker of a training from its folder, title and settings, at its first numbers."""


class TensorBoard:
    """Scalars for TensorBoard, in the folder `tensorboard` of the training, by tensorboardX.

    `tensorboard --logdir runs` shows all trainings below `runs`. What an interrupted training
    wrote after its last checkpoint is hidden when it is resumed.

    Args:
        folder: the folder of the training.
        title: not used; TensorBoard shows the folder's name.
        settings: shown as text.

    Raises:
        ValueError: there is no folder.
    """

    def __init__(self, folder: Path | None, title: str, settings: Mapping[str, Any]) -> None:
        del title
        if folder is None:
            raise ValueError("TensorBoard reads a folder: give the training a folder")
        self._folder, self._settings = folder / "tensorboard", settings
        self._writer: Any = None

    def log(self, step: int, numbers: Mapping[str, float]) -> None:
        """A scalar per number."""
        if self._writer is None:
            package = optional("tensorboardX", "track")
            self._writer = package.SummaryWriter(str(self._folder), purge_step=step)
            self._writer.add_text("settings", json.dumps(dict(self._settings), indent=1), step)
        for name, value in numbers.items():
            self._writer.add_scalar(name, value, step)
        self._writer.flush()

    def close(self) -> None:
        """Closes the file."""
        if self._writer is not None:
            self._writer.close()


class WandB:
    """A run of Weights & Biases in the project "jaxgan"; its environment variables apply.

    `WANDB_MODE=offline` writes to the folder only, for `wandb sync`; `WANDB_PROJECT` names another
    project. A resumed training goes on in the same run, whose name is kept in `wandb-id`. Other
    runs of the process stay open, since the members of a population are trained together.

    Args:
        folder: the folder of the training; the working directory if None.
        title: the run's name.
        settings: the run's configuration.
    """

    def __init__(self, folder: Path | None, title: str, settings: Mapping[str, Any]) -> None:
        package = optional("wandb", "track")
        self._run = package.init(
            project=os.environ.get("WANDB_PROJECT", "jaxgan"),
            name=title,
            config=dict(settings),
            dir=folder,
            id=_kept_id(folder),
            resume="allow",
            reinit="create_new",
            settings=package.Settings(console="off"),
        )

    def log(self, step: int, numbers: Mapping[str, float]) -> None:
        """The numbers of a step; W&B drops steps that it has already."""
        self._run.log(dict(numbers), step=step)

    def close(self) -> None:
        """Finishes the run."""
        self._run.finish()


TRACKERS: Mapping[str, tuple[Track, str]] = {
    "tensorboard": (TensorBoard, "tensorboardX"),
    "wandb": (WandB, "wandb"),
}
"""By name: how a tracker is made, and the package that it needs."""


def check_track(track: str | Track | None) -> Track | None:
    """A tracker by name, whose package is installed, or your own.

    Args:
        track: "tensorboard", "wandb", or your own function of folder, title and settings.

    Returns:
        What makes the tracker of a training; None for none.

    Raises:
        ValueError: an unknown name, or its package is not installed.

    >>> check_track(None) is None
    True
    """
    if track is None or callable(track):
        return track
    if track not in list(TRACKERS):
        raise unknown("tracker", track, TRACKERS)
    make, package = TRACKERS[track]
    optional(package, "track")
    return make


@contextlib.contextmanager
def tracking(
    track: str | Track | None, folder: Path | None, title: str, settings: Mapping[str, Any]
) -> Iterator[Tracker]:
    """A tracker during a `with` block; its failures are reported once and stop nothing.

    Args:
        track: see `check_track`.
        folder: the folder of the training, or None.
        title: the title of the training.
        settings: its settings, as JSON.

    Yields:
        The tracker.

    >>> with tracking(None, None, "doctest", {}) as tracker:
    ...     tracker.log(1, {"critic/gap": 1.0})
    """
    make = check_track(track)
    tracker = _Harmless(None if make is None else lambda: make(folder, title, settings))
    try:
        yield tracker
    finally:
        tracker.close()


class _Harmless:
    """A tracker that is made at its first numbers and given up at its first failure."""

    def __init__(self, make: Callable[[], Tracker] | None) -> None:
        self._make, self._tracker = make, None

    def log(self, step: int, numbers: Mapping[str, float]) -> None:
        if self._make is not None:
            try:
                self._tracker = self._tracker or self._make()
                self._tracker.log(step, numbers)
            except Exception as problem:  # whatever the tracker raises
                self._give_up(problem)

    def close(self) -> None:
        if self._tracker is not None:
            try:
                self._tracker.close()
            except Exception as problem:  # whatever the tracker raises
                self._give_up(problem)

    def _give_up(self, problem: Exception) -> None:
        self._make = self._tracker = None
        print(
            f"jaxgan: the tracker failed ({type(problem).__name__}: {problem}); the training goes "
            "on without it and writes its files",
            file=sys.stderr,
        )


def _kept_id(folder: Path | None) -> str:
    """The name of a run, the same whenever its training is resumed."""
    fresh = uuid.uuid4().hex[:12]
    if folder is None:
        return fresh
    file = folder / "wandb-id"
    if not file.is_file():
        file.write_text(fresh)
    return file.read_text().strip()
