"""What a run folder was made from: its settings, or the Python object that `--source` names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from jaxgan.cli.launch import experiment_of
from jaxgan.cli.named import attribute
from jaxgan.cli.own_code import check_own_code
from jaxgan.cli.settings import RUN, read_settings
from jaxgan.runs import checkpoint
from jaxgan.runs.folder import CHECKPOINTS
from jaxgan.runs.identity import describe
from jaxgan.study import Experiment, Training, read_results
from jaxgan.study.folder import is_training, manifest_in
from jaxgan.study.records import place
from jaxgan.training import Setup, TrainState, create_state
from jaxgan.training.keys import keys_of_run
from jaxgan.types import unknown

__all__ = ["Trained", "experiment_in", "setup_in", "trained_in"]

T = TypeVar("T", Setup, Experiment)
Source = str | Setup | Experiment | None
"""What a run of Python code was made from: the object, or "package.module:NAME"."""

NAMED = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


class Trained(NamedTuple):
    """A training's name, setup, seed and saved state."""

    name: str
    setup: Setup
    seed: int
    state: TrainState


def experiment_in(folder: Path, source: Source) -> tuple[Experiment, str]:
    """The experiment of a run folder, and its scale.

    Args:
        folder: a folder of `jaxgan run`, `train` or `sweep`, or of `study.run`.
        source: the experiment, "package.module:NAME", for a folder of `study.run`.

    Returns:
        The experiment and the name of its scale.
    """
    if (folder / RUN).is_file():
        if source is not None:
            raise ValueError(f"{folder} was made by the command line: leave out --source {source}")
        settings = read_settings(folder)
        check_own_code(folder, settings)
        return experiment_of(settings), settings["arguments"].get("scale", "small")
    scale = read_results(folder).scale
    return _source(folder, source, Experiment), scale


def setup_in(folder: Path, source: Source) -> Setup:
    """The setup of a single training.

    Args:
        folder: a folder of `runs.train`.
        source: the setup, "package.module:NAME".

    Returns:
        The setup.
    """
    return _source(folder, source, Setup)


def trained_in(
    folder: Path,
    source: Source,
    cell: str | None,
    seed: int,
    *,
    best: bool,
    check: Callable[[Setup], object] = lambda setup: None,
) -> Trained:
    """A saved training of a run folder.

    Args:
        folder: any run folder.
        source: see `experiment_in` and `setup_in`.
        cell: name of a training of the experiment; the first if None.
        seed: the seed of the training, for an experiment.
        best: whether to restore the best checkpoint instead of the last.
        check: called with the training's setup before its state is read.

    Returns:
        The training.

    Raises:
        ValueError: unknown cell, or no such training.
        FileNotFoundError: the training has not been saved yet.
    """
    if is_training(folder):
        if cell is not None or seed:
            given = f"--cell {cell}" if cell is not None else f"--seed {seed}"
            raise ValueError(f"{folder} is a single training: leave out {given}")
        setup = setup_in(folder, source)
        check(setup)
        return _restored(folder, setup, best=best)
    experiment, scale = experiment_in(folder, source)
    if scale not in experiment.scales:
        raise unknown(f"scale in {folder / RUN}", scale, experiment.scales)
    cells = experiment.cells(scale)
    found = {name: cell for name, cell in cells.items() if isinstance(cell, Training)}
    if not found:
        raise ValueError(f"{folder} has no training to sample from: it has {', '.join(cells)}")
    cell = cell or next(iter(found))
    if cell not in found:
        raise unknown("cell", cell, found)
    check(found[cell].setup)
    state = found[cell].restore(seed, place(folder, cell, seed), best=best)
    return Trained(cell, found[cell].setup, seed, state)


def _restored(folder: Path, setup: Setup, *, best: bool) -> Trained:
    manifest = manifest_in(folder)
    if best and manifest["loss"] is None:
        raise ValueError(f"{folder} has no best checkpoint, for runs.train had no best_by")
    saved, seed = manifest["settings"], manifest["seed"]
    settings = saved | describe(setup, seed)
    checkpoint.check_settings(saved, settings)
    like = create_state(setup.networks, setup.recipe, keys_of_run(seed)[0], setup.data)
    state = checkpoint.restore(folder / CHECKPOINTS, like, settings, best=best)
    assert state is not None  # its manifest was read
    return Trained(folder.resolve().name, setup, seed, state)


def _source(folder: Path, source: Source, kind: type[T]) -> T:
    """The object that `--source` names."""
    what = f"the {kind.__name__} that it was made from, as package.module:NAME"
    if source is None:
        raise ValueError(f"{folder} was made by Python code: give --source, {what}")
    if isinstance(source, str) and not NAMED.fullmatch(source):
        raise ValueError(f"--source must be {what}, got {source!r}")
    found = attribute(source) if isinstance(source, str) else source
    if not isinstance(found, kind):
        raise ValueError(f"--source must be {what}, got {source} of type {type(found).__name__}")
    return found
