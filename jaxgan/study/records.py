"""Records: the scores, series and arrays of one cell of an experiment for one seed.

A record is saved in its folder as `record.json` (scores, and how it ended) and `record.npz` (series
and arrays). Claims and pictures use only records.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np

from jaxgan.data.npz import UNREADABLE
from jaxgan.runs.identity import differences
from jaxgan.runs.provenance import Provenance
from jaxgan.runs.sums import checked, summed
from jaxgan.runs.whole import replacing

__all__ = [
    "Ended",
    "Identity",
    "Record",
    "Records",
    "Series",
    "load_identity",
    "load_record",
    "load_records",
    "place",
    "save_record",
    "title_of",
]

Ended = Literal["finished", "diverged", "unfinished"]
"""A record is unfinished while its training is in progress or interrupted."""

Identity = Mapping[str, Any]
"""The settings that identify a record, as JSON."""

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
    """The result of one cell with one seed.

    Attributes:
        scores: numbers for the claims; NaN if the training diverged.
        series: quantities by step, such as losses, scores and samples.
        arrays: data for pictures, such as samples, grids and potentials.
        ended: how the cell ended.
        steps: completed generator steps; 0 if nothing is trained.
        seconds: time that the cell took, summed over interrupted and resumed runs.
        note: one sentence on how it ended, or empty.
        provenance: commit, versions and device of the processes that computed it.
    """

    scores: Mapping[str, float] = {}
    series: Mapping[str, Series] = {}
    arrays: Mapping[str, np.ndarray] = {}
    ended: Ended = "finished"
    steps: int = 0
    seconds: float = 0.0
    note: str = ""
    provenance: Mapping[str, Any] = {}


Records = Mapping[str, Sequence[Record]]
"""`records[cell][seed]`."""


class _Stored(msgspec.Struct, forbid_unknown_fields=True):
    """The contents of `record.json`."""

    ended: Ended
    steps: int
    seconds: float
    note: str
    identity: dict[str, Any]
    scores: dict[str, float | None]
    provenance: Provenance = {}


def save_record(folder: Path, record: Record, identity: Identity) -> None:
    """Writes a record, each file atomically.

    Args:
        folder: the record's folder, which exists.
        record: the record.
        identity: the identity by which `load_record` finds it.

    Raises:
        FileNotFoundError: the folder was removed.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     save_record(Path(name), Record({"x": math.nan}, ended="diverged"), {"seed": 0})
    ...     load_record(Path(name), {"seed": 0}).scores, load_record(Path(name), {"seed": 1})
    ({'x': nan}, None)
    """
    if not folder.is_dir():  # a new one would lack the rest of what was there
        raise FileNotFoundError(f"{folder} was removed during the run: start the run again")
    arrays = {f"array/{name}": np.asarray(array) for name, array in record.arrays.items()}
    for name, series in record.series.items():
        arrays |= {f"series/{name}/{part}": x for part, x in series._asdict().items()}
    with replacing(folder / ARRAYS) as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    scores: dict[str, float | None] = {name: float(score) for name, score in record.scores.items()}
    stored = _Stored(
        record.ended,
        record.steps,
        record.seconds,
        record.note,
        dict(identity),
        scores,
        dict(record.provenance),
    )
    with replacing(folder / JSON) as file:
        content = msgspec.json.encode(summed(_as_json(stored)))
        file.write(msgspec.json.format(content, indent=1))


def load_record(folder: Path, identity: Identity | None = None) -> Record | None:
    """The record in a folder.

    Args:
        folder: the record's folder.
        identity: the required identity; any if None.

    Returns:
        The record, or None if there is none with this identity.

    Raises:
        ValueError: the record cannot be read.
    """
    if (stored := _stored(folder)) is None:
        return None
    if identity is not None and differences(stored.identity, _as_json(dict(identity))):
        return None
    try:
        with (folder / ARRAYS).open("rb") as file:  # NumPy leaves a broken file open
            arrays = dict(np.load(file, allow_pickle=False))
        series = _series(arrays)
    except (KeyError, *UNREADABLE) as error:
        raise _unreadable(folder, error) from error
    return Record(
        {name: math.nan if score is None else score for name, score in stored.scores.items()},
        series,
        {key.split("/", 1)[1]: x for key, x in arrays.items() if key.startswith("array/")},
        stored.ended,
        stored.steps,
        stored.seconds,
        stored.note,
        stored.provenance,
    )


def _series(arrays: Mapping[str, np.ndarray]) -> dict[str, Series]:
    names = {key.split("/", 1)[1].rsplit("/", 1)[0] for key in arrays if key.startswith("series/")}
    return {
        name: Series(arrays[f"series/{name}/steps"], arrays[f"series/{name}/values"])
        for name in sorted(names)
    }


def load_identity(folder: Path) -> Identity:
    """The identity of the record in a folder; empty without a record."""
    stored = _stored(folder)
    return stored.identity if stored else {}


def place(folder: Path, cell: str, seed: int) -> Path:
    """The folder of the record of a cell and seed, in the folder of a run."""
    return folder / cell / f"seed-{seed}"


def title_of(folder: Path) -> str:
    """The title of a training: cell and seed, and the folder below them in a `Sweep`.

    >>> title_of(place(Path("runs"), "clipping", 0) / "0.5")
    'clipping seed-0 0.5'
    """
    seeds = [i for i, part in enumerate(folder.parts) if part.startswith("seed-")]
    return " ".join(folder.parts[(seeds or [len(folder.parts) - 1])[-1] - 1 :])


def load_records(folder: Path, cells: Iterable[str], seeds: Iterable[int]) -> Records:
    """All existing records of a run.

    Args:
        folder: the run's folder.
        cells: names of the cells.
        seeds: the seeds, in order.

    Returns:
        Records by cell, for the seeds that have one.
    """
    seeds = list(seeds)
    found = {cell: [load_record(place(folder, cell, seed)) for seed in seeds] for cell in cells}
    return {cell: [record for record in of_cell if record] for cell, of_cell in found.items()}


def _stored(folder: Path) -> _Stored | None:
    try:
        content = msgspec.json.decode((folder / JSON).read_bytes(), type=dict)
        return msgspec.convert(checked(content), _Stored)
    except FileNotFoundError:
        return None
    except (ValueError, OSError) as error:
        raise _unreadable(folder, error) from error


def _unreadable(folder: Path, error: Exception) -> ValueError:
    why = str(error).partition(". ")[0]  # NumPy goes on with how to run the code in a file
    return ValueError(f"the record in {folder} cannot be read ({why}): remove it")


def _as_json(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))
