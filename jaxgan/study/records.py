"""What one cell of an experiment found with one seed: numbers, curves and arrays, on disk too.

A record lies in its folder as `record.json` (how it ended, its scores) and `record.npz` (series and
arrays). Claims are judged and pictures are drawn from records and from nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np

__all__ = [
    "Ended",
    "Identity",
    "Record",
    "Records",
    "Series",
    "load_record",
    "load_records",
    "place",
    "save_record",
]

Ended = Literal["finished", "diverged", "unfinished"]
"""Unfinished is what a run shows of itself while it goes on, or after it was stopped."""

Identity = Mapping[str, Any]
"""What two records must have in common to be the same record, as JSON."""

JSON, ARRAYS = "record.json", "record.npz"


class Series(NamedTuple):
    """A quantity over the steps of a training.

    Attributes:
        steps: `[t]` generator steps, in order.
        values: `[t, ...]`, one per step.
    """

    steps: np.ndarray
    values: np.ndarray


class Record(NamedTuple):
    """What one cell found with one seed.

    Attributes:
        scores: what claims are judged on; NaN in a training that diverged.
        series: quantities by step, such as losses, scores and samples.
        arrays: what figures are drawn from, such as samples, grids and potentials.
        ended: how.
        steps: generator steps that were taken, 0 where nothing is trained.
        seconds: that the cell took, over all processes that worked on it.
        note: one sentence on how it ended, if there is something to say.
    """

    scores: Mapping[str, float] = {}
    series: Mapping[str, Series] = {}
    arrays: Mapping[str, np.ndarray] = {}
    ended: Ended = "finished"
    steps: int = 0
    seconds: float = 0.0
    note: str = ""


Records = Mapping[str, Sequence[Record]]
"""`records[cell][seed]`."""


class _Stored(msgspec.Struct):
    """What `record.json` holds."""

    ended: Ended
    steps: int
    seconds: float
    note: str
    identity: dict[str, Any]
    scores: dict[str, float | None]


def save_record(folder: Path, record: Record, identity: Identity) -> None:
    """Writes a record, each file whole or not at all.

    Args:
        folder: made if needed.
        record: what was found.
        identity: what `load_record` is to find again.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     save_record(Path(name), Record({"x": math.nan}, ended="diverged"), {"seed": 0})
    ...     load_record(Path(name), {"seed": 0}).scores, load_record(Path(name), {"seed": 1})
    ({'x': nan}, None)
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {f"array/{name}": np.asarray(array) for name, array in record.arrays.items()}
    for name, series in record.series.items():
        arrays |= {f"series/{name}/{part}": x for part, x in series._asdict().items()}
    partial = folder / f".{ARRAYS}.partial"
    with partial.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    partial.replace(folder / ARRAYS)
    scores: dict[str, float | None] = {name: float(score) for name, score in record.scores.items()}
    stored = _Stored(
        record.ended, record.steps, record.seconds, record.note, dict(identity), scores
    )
    partial = folder / f".{JSON}.partial"
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(stored), indent=1))
    partial.replace(folder / JSON)


def load_record(folder: Path, identity: Identity | None = None) -> Record | None:
    """The record in a folder.

    Args:
        folder: of the record.
        identity: what it must have been saved with; any if None.

    Returns:
        The record, or None where there is none of this identity.

    Raises:
        ValueError: there is one and it cannot be read.
    """
    try:
        stored = msgspec.json.decode((folder / JSON).read_bytes(), type=_Stored)
        if identity is not None and stored.identity != _as_json(identity):
            return None
        with np.load(folder / ARRAYS, allow_pickle=False) as file:
            arrays = dict(file)
    except FileNotFoundError:
        return None
    except (msgspec.MsgspecError, OSError, ValueError) as error:
        raise ValueError(f"the record in {folder} cannot be read ({error}): remove it") from error
    names = {key.split("/", 1)[1].rsplit("/", 1)[0] for key in arrays if key.startswith("series/")}
    return Record(
        {name: math.nan if score is None else score for name, score in stored.scores.items()},
        {
            name: Series(arrays[f"series/{name}/steps"], arrays[f"series/{name}/values"])
            for name in sorted(names)
        },
        {key.split("/", 1)[1]: x for key, x in arrays.items() if key.startswith("array/")},
        stored.ended,
        stored.steps,
        stored.seconds,
        stored.note,
    )


def place(folder: Path, cell: str, seed: int) -> Path:
    """Where the record of a cell and seed lies in the folder of a run."""
    return folder / cell / f"seed-{seed}"


def load_records(folder: Path, cells: Iterable[str], seeds: Iterable[int]) -> Records:
    """All records of a run that are there.

    Args:
        folder: of the run.
        cells: their names.
        seeds: in order.

    Returns:
        Records by cell, those of the seeds that there are.
    """
    seeds = list(seeds)
    found = {cell: [load_record(place(folder, cell, seed)) for seed in seeds] for cell in cells}
    return {cell: [record for record in of_cell if record] for cell, of_cell in found.items()}


def _as_json(identity: Identity) -> Any:
    return msgspec.json.decode(msgspec.json.encode(dict(identity)))
