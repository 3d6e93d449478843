"""Runs an experiment: every cell with every seed, with records and results on disk."""

from __future__ import annotations

import dataclasses
import datetime
import time
from collections.abc import Callable
from pathlib import Path

from jaxgan.runs import Via
from jaxgan.runs.provenance import provenance
from jaxgan.study.check import check, check_scores
from jaxgan.study.experiment import Cell, Experiment
from jaxgan.study.identity import identity_of
from jaxgan.study.records import Record, load_record, place, save_record
from jaxgan.study.results import REAL, Results, results_of, write_results
from jaxgan.study.training import Training

__all__ = ["run", "seed_sets"]


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
    via: Via = "jit",
    report: Callable[[Path], None] = lambda folder: None,
) -> Results:
    """Runs every cell with every seed and judges the claims.

    If the run was interrupted, calling this again with the same arguments resumes it.
    `results.json` in the folder is updated at every moment of every training.

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
        report: function of the folder, called each time the results are written.

    Returns:
        The results.

    Raises:
        ValueError: the experiment has a mistake, see `check`, or the folder has other settings.
    """
    cells = check(experiment, scale)
    size = experiment.scales[scale]
    chosen = seed_sets(size.seeds if seeds is None else seeds, sets)
    started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    about = {
        "experiment": name,
        "command": command,
        "scale": scale,
        "provenance": provenance() | {"started": started},
    }
    records: dict[str, dict[int, Record]] = {cell: {} for cell in cells}

    def publish() -> Results:
        results = results_of(experiment, cells, records, chosen, judged=size.judged, about=about)
        write_results(folder, results)
        report(folder)
        return results

    for seed in [seed for seeds in chosen for seed in seeds]:
        for cell_name, cell in cells.items():
            if cell_name == REAL and records[REAL]:
                continue

            def keep(record: Record, cell: str = cell_name, seed: int = seed) -> None:
                check_scores(cell, record.scores, experiment.metrics)
                # Claims need only scores; pictures load series and arrays from disk.
                records[cell][seed] = record._replace(series={}, arrays={})
                publish()

            if isinstance(cell, Training):
                cell = dataclasses.replace(cell, devices=devices, via=via, on_moment=keep)
            keep(_found(cell, seed, place(folder, cell_name, seed)))
    return publish()


def seed_sets(seeds: int, sets: int) -> list[list[int]]:
    """Disjoint sets of seeds.

    Args:
        seeds: seeds per set.
        sets: number of sets.

    Returns:
        The seeds of each set, from 0 on.

    Raises:
        ValueError: `seeds` or `sets` is less than 1.

    >>> seed_sets(2, 2)
    [[0, 1], [2, 3]]
    """
    if seeds < 1 or sets < 1:
        raise ValueError(f"seeds={seeds} and sets={sets} must be at least 1")
    return [list(range(seeds * i, seeds * (i + 1))) for i in range(sets)]


def _found(cell: Cell, seed: int, folder: Path) -> Record:
    """The record of a cell and seed; a training saves its own, others are saved here."""
    if isinstance(cell, Training):
        return cell(seed, folder)
    identity = identity_of(cell, seed)
    record = load_record(folder, identity)
    if record is None:
        begin = time.perf_counter()
        record = cell(seed, folder)
        record = record._replace(seconds=time.perf_counter() - begin)
        save_record(folder, record, identity)
    return record
