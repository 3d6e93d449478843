"""Runs an experiment: every cell with every seed, with records and results on disk."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jaxgan.data.paths import check_path
from jaxgan.runs import Diverged, Via
from jaxgan.runs.bookkeeping import check_minutes
from jaxgan.runs.devices import check_placement
from jaxgan.runs.lock import locked
from jaxgan.runs.processes import Team, team_of
from jaxgan.runs.provenance import provenance
from jaxgan.runs.trackers import Track, check_track
from jaxgan.study.about import read_about
from jaxgan.study.check import check, check_measures, check_scores
from jaxgan.study.experiment import Cell, Cells, Experiment
from jaxgan.study.identity import identity_of
from jaxgan.study.records import Record, load_record, place, save_record
from jaxgan.study.results import (
    REAL,
    RESULTS,
    Results,
    read_results,
    results_of,
    write_results,
)
from jaxgan.study.sweep import Sweep, trainings_of
from jaxgan.study.training import Training
from jaxgan.types import check_number

__all__ = ["check_options", "run", "seed_sets", "take_part"]

MOST = 100_000
"""The largest number of seeds."""


def run(
    experiment: Experiment,
    folder: Path,
    *,
    scale: str = "small",
    seeds: int | None = None,
    sets: int = 1,
    name: str = "",
    command: str = "",
    devices: int = 1,
    via: Via | None = None,
    progress: bool = True,
    track: str | Track | None = None,
    save_minutes: float | None = None,
    on_start: Callable[[], object] = lambda: None,
    report: Callable[[Path], None] = lambda folder: None,
) -> Results:
    """Runs every cell with every seed and judges the claims.

    If the run was interrupted, calling this again with the same arguments resumes it.
    `results.json` in the folder is updated at every moment of every training.

    Of several processes, process 0 calls this function and the others call `take_part`.

    Args:
        experiment: the experiment.
        folder: folder for the results, with a subfolder per cell and seed.
        scale: name of one of the experiment's scales.
        seeds: seeds per set; the scale's number if None.
        sets: number of disjoint sets of seeds, from seed 0 on, each with its own verdicts.
        name: the experiment's name, stored in the results.
        command: the command that reproduces the run, stored in the results.
        devices: number of devices that share a batch.
        via: how a batch is split over the devices, see `runs.devices`.
        progress: whether to show the progress on standard error.
        track: tracker of every training, see `runs.train`.
        save_minutes: the longest time between checkpoints of every training; its own if None.
        on_start: called after all checks, before the first file is written.
        report: function of the folder, called each time the results are written.

    Returns:
        The results.

    Raises:
        TypeError: an argument has another type.
        ValueError: an argument is out of range, the experiment has a mistake, see `check`, or the
            folder has other settings or another experiment.
        BlockingIOError: another process writes to the folder.
    """
    folder = check_path("folder", folder)
    check_options(seeds, sets, devices, via, track, save_minutes)
    options: dict[str, Any] = {"devices": devices, "via": via, "progress": progress}
    options |= {} if track is None else {"track": track}
    options |= {} if save_minutes is None else {"save_minutes": save_minutes}
    cells = check(experiment, scale, measure=False, **options)
    size = experiment.scales[scale]
    chosen = seed_sets(size.seeds if seeds is None else seeds, sets)
    about = {"experiment": name, "command": command, "scale": scale}
    about["started"] = _started(folder, about, read_about(experiment.about or "").title)
    records = {cell: _earlier(cells, cell, folder, chosen) for cell in cells}
    check_measures(experiment, cells)

    def publish() -> Results:
        results = results_of(experiment, cells, records, chosen, judged=size.judged, about=about)
        write_results(folder, results)
        report(folder)
        return results

    with locked(folder):
        on_start()
        for seed in [seed for seeds in chosen for seed in seeds]:
            for cell_name, cell in cells.items():
                if cell_name == REAL and seed != chosen[0][0]:
                    continue

                def keep(record: Record, cell: str = cell_name, seed: int = seed) -> None:
                    check_scores(cell, record.scores, experiment.metrics)
                    records[cell][seed] = _scores_only(record)
                    publish()

                if isinstance(cell, Training):
                    cell = dataclasses.replace(cell, on_moment=keep)
                try:
                    keep(_found(cell, seed, place(folder, cell_name, seed), team_of(devices)))
                except Exception as error:
                    error.add_note(f"in cell {cell_name!r} with seed {seed}")
                    raise
        return publish()


def take_part(
    experiment: Experiment,
    *,
    scale: str = "small",
    seeds: int | None = None,
    sets: int = 1,
    devices: int = 1,
    via: Via | None = None,
    **others: Any,
) -> None:
    """The part of the processes that do not write: every training, in the order of `run`.

    Args:
        experiment: the experiment, like the other arguments see `run`.
        scale: name of its scale.
        seeds: seeds per set.
        sets: number of disjoint sets of seeds.
        devices: number of devices that share a batch.
        via: how a batch is split over the devices.
        **others: arguments of `run` that concern its folder only.
    """
    del others
    team = team_of(devices)
    if team.first:
        return
    size = experiment.scales[scale]
    cells = check(experiment, scale, measure=False, devices=devices, via=via)
    for seed in itertools.chain(*seed_sets(size.seeds if seeds is None else seeds, sets)):
        for cell in cells.values():
            if not isinstance(cell, Sweep) or team.of_first(None):
                for training in trainings_of(cell):
                    training(seed, Path())


def check_options(
    seeds: int | None = None,
    sets: int = 1,
    devices: int = 1,
    via: Via | None = None,
    track: str | Track | None = None,
    save_minutes: float | None = None,
    batch_size: int | None = None,
) -> None:
    """Checks the options of a run that do not depend on its experiment.

    Args:
        seeds: see `run`, like the other arguments.
        sets: number of sets of seeds.
        devices: number of devices that share a batch.
        via: how a batch is split.
        track: tracker of every training.
        save_minutes: the longest time between checkpoints.
        batch_size: examples per critic step, if it is known.

    Raises:
        TypeError: an option has another type.
        ValueError: one is out of range.

    >>> check_options(seeds=3, devices=1, batch_size=64)
    """
    seed_sets(1 if seeds is None else seeds, sets)
    check_placement(devices if batch_size is None else batch_size, devices, via)
    check_track(track)
    if save_minutes is not None:
        check_minutes(save_minutes)


def seed_sets(seeds: int, sets: int) -> list[list[int]]:
    """Disjoint sets of seeds.

    Args:
        seeds: seeds per set.
        sets: number of sets.

    Returns:
        The seeds of each set, from 0 on.

    Raises:
        TypeError: `seeds` or `sets` is not a number.
        ValueError: one is not an integer of at least 1, or there are more than `MOST` seeds.

    >>> seed_sets(2, 2)
    [[0, 1], [2, 3]]
    """
    check_number("seeds", seeds, "an integer of at least 1", "give the number of trainings")
    check_number("sets", sets, "an integer of at least 1", "give 1 for one verdict")
    if seeds * sets > MOST:
        raise ValueError(
            f"seeds={seeds} in sets={sets} are more than {MOST:,} trainings: use fewer"
        )
    return [list(range(seeds * i, seeds * (i + 1))) for i in range(sets)]


def _started(folder: Path, about: Mapping[str, str], title: str) -> str:
    """When the run in the folder was started: now, unless it is resumed."""
    if not (folder / RESULTS).is_file():
        return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    found = read_results(folder)
    named = (found.experiment, found.scale) == (about["experiment"], about["scale"])
    if not named or (not found.experiment and found.title != title):
        raise ValueError(
            f"{folder} holds results of {found.experiment or found.title!r} at scale "
            f"{found.scale!r}: choose another folder"
        )
    return str(found.provenance.get("started", "unknown"))


def _earlier(
    cells: Cells, name: str, folder: Path, sets: Sequence[Sequence[int]]
) -> dict[int, Record]:
    """The records of a cell that exist already."""
    found, cell = {}, cells[name]
    for seed in [seed for seeds in sets for seed in seeds]:
        where = place(folder, name, seed)
        if not where.is_dir():
            continue
        if isinstance(cell, Training):
            record = cell.earlier(seed, where)
        else:
            record = load_record(where, identity_of(cell, seed))
        if record:
            found[seed] = _scores_only(record)
    return found


def _scores_only(record: Record) -> Record:
    """All that claims need; pictures load series and arrays from disk."""
    return record._replace(series={}, arrays={})


def _found(cell: Cell, seed: int, folder: Path, team: Team) -> Record:
    """The record of a cell and seed; a training saves its own, others are saved here."""
    if isinstance(cell, Training):
        return cell(seed, folder)
    identity = identity_of(cell, seed)
    record = load_record(folder, identity)
    if isinstance(cell, Sweep):
        team.of_first(record is None)
    if record is None:
        folder.mkdir(parents=True, exist_ok=True)
        begin = time.perf_counter()
        try:
            record = cell(seed, folder)
        except Diverged as problem:
            record = Record(ended="diverged", steps=problem.step, note=str(problem))
        if not isinstance(record, Record):
            raise TypeError(
                f"a cell must return a Record, got {type(record).__name__}: give study.Record(...)"
            )
        if record.ended == "diverged":
            record = record._replace(scores=dict.fromkeys(record.scores, math.nan))
        seconds = time.perf_counter() - begin
        record = record._replace(seconds=seconds, provenance=provenance())
        save_record(folder, record, identity)
    return record
