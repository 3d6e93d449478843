"""Run folders: those of experiments, and those of single trainings by `runs.train`."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from jaxgan.data.paths import check_path
from jaxgan.runs import checkpoint
from jaxgan.runs.folder import CHECKPOINTS, METRICS, OBSERVED
from jaxgan.runs.lines import read_rows
from jaxgan.study.moment import logged
from jaxgan.study.pictures import LOSSES, Curves
from jaxgan.study.records import (
    Identity,
    Record,
    Records,
    load_identity,
    load_records,
    place,
)
from jaxgan.study.results import (
    REAL,
    RESULTS,
    CellResult,
    Results,
    SeedResult,
    picture_result,
    read_results,
)

__all__ = ["Run", "is_training", "manifest_in", "read_run"]

CELL = "training"
"""The name of the only cell of a single training."""


HIDDEN = ("program", "versions", "seed")
"""Parts of a training's identity that are not settings, or are shown elsewhere."""


class Run(NamedTuple):
    """What a folder has.

    Attributes:
        results: its results.
        records: the records that its pictures are drawn from.
        identities: by cell, the identity of its first record, see `runs.identity.describe`.
    """

    results: Results
    records: Records
    identities: Mapping[str, Identity]


def is_training(folder: Path) -> bool:
    """Whether a folder is that of a single training by `runs.train`."""
    return not (folder / RESULTS).is_file() and (folder / CHECKPOINTS).is_dir()


def read_run(folder: Path) -> Run:
    """The run in a folder, finished, interrupted or in progress.

    Args:
        folder: a folder that `jaxgan run`, `train` or `sweep`, `study.run` or `runs.train` wrote.

    Returns:
        Results, records and identities.

    Raises:
        ValueError: the folder does not contain a run, or the run cannot be read.

    >>> read_run(Path("nowhere"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ValueError: nowhere/results.json does not exist: ...
    """
    folder = check_path("folder", folder)
    if is_training(folder):
        return _training(folder)
    results = read_results(folder)
    seeds = [seed for seeds in results.sets for seed in seeds]
    identities = {
        cell: next(filter(None, (load_identity(place(folder, cell, seed)) for seed in seeds)), {})
        for cell in results.cells
    }
    return Run(results, load_records(folder, [REAL, *results.cells], seeds), identities)


def manifest_in(folder: Path) -> dict[str, Any]:
    """The manifest of the newest checkpoint of a single training.

    Args:
        folder: the training's folder.

    Returns:
        See `checkpoint.newest_manifest`, and the seed; the planned steps are those of the state if
        none are saved.

    Raises:
        ValueError: no checkpoint can be read.
    """
    manifest = checkpoint.newest_manifest(folder / CHECKPOINTS)
    if manifest is None:
        raise ValueError(f"{folder} has no undamaged checkpoint: run the training again")
    seed = manifest["settings"].get("seed", 0)  # a loop of your own may save other settings
    if type(seed) is not int:
        raise ValueError(f"{folder} has seed={seed!r}, no integer: run the training again")
    return manifest | {"planned": manifest.get("planned") or manifest["step"], "seed": seed}


def _training(folder: Path) -> Run:
    manifest = manifest_in(folder)
    identity, record = manifest["settings"], _record(folder, manifest)
    scores: dict[str, float | None] = dict(record.scores)
    of_seed = SeedResult(
        manifest["seed"], record.ended, record.steps, record.seconds, record.note, scores
    )
    observed = tuple((name, name) for name in sorted(logged(folder / OBSERVED, record.steps)))
    results = Results(
        experiment="",
        title=f"Training {folder.resolve().name}",
        **dict.fromkeys(("claim", "paper", "url", "differs", "protocol"), ""),
        command=shlex.join(["jaxgan", "resume", str(folder), "--source", "package.module:SETUP"]),
        scale="",
        judged=False,
        sets=[[manifest["seed"]]],
        claims=[],
        metrics={},
        cells={CELL: CellResult(_settings(manifest), [of_seed])},
        pictures=[picture_result(Curves(losses=(*observed, *LOSSES)))],
        seconds=record.seconds,
        provenance=manifest["provenance"],
    )
    return Run(results, {CELL: [record]}, {CELL: identity})


def _record(folder: Path, manifest: dict[str, Any]) -> Record:
    step, planned = manifest["step"], manifest["planned"]
    rows = read_rows(folder / METRICS)
    lost = [row for row in rows if row.get("diverged") and row["step"] > step]
    series = logged(folder / METRICS, step + 1) | (seen := logged(folder / OBSERVED, step))
    ended = "diverged" if lost else "finished" if step >= planned else "unfinished"
    return Record(
        {
            name: math.nan if lost else float(one.values[-1])
            for name, one in seen.items()
            if one.steps[-1] == step  # a score of an earlier state is not that of this one
        },
        series,
        ended=ended,
        steps=step,
        seconds=sum(row.get("seconds", 0.0) for row in rows),
        note=f"diverged at step {step}" if lost else "",
        provenance=manifest["provenance"],
    )


def _settings(manifest: dict[str, Any]) -> dict[str, str]:
    """The settings of a training as text, under the names that results use."""
    shown = {
        name.replace("_", " "): str(text)
        for name, text in manifest["settings"].items()
        if name not in HIDDEN
    }
    return shown | {"generator steps": f"{manifest['planned']:,}"}
