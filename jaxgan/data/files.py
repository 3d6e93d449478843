"""Data sets from your own files."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from jaxgan.data.arrays import from_arrays
from jaxgan.types import Dataset

__all__ = ["from_npz"]

NAMES = {"real": ("real", "images", "x", "x_train"), "labels": ("labels", "y", "y_train")}


def from_npz(path: str | os.PathLike[str], classes: int | None = None) -> Dataset:
    """A data set from a `.npz` file; its arrays are checked as in `from_arrays`.

    Args:
        path: path of the file. It contains `real` (or `images`, `x`, `x_train`) and, if there are
            classes, `labels` (or `y`, `y_train`).
        classes: number of classes; the largest label + 1 if None.

    Returns:
        The data set, on the device.

    Raises:
        FileNotFoundError: the file does not exist.
        ValueError: no array has one of those names, or the arrays are invalid.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(folder + "/mine.npz", x=np.zeros((5, 8, 8), np.uint8), y=np.arange(5))
    ...     from_npz(folder + "/mine.npz").labels.tolist()
    [0, 1, 2, 3, 4]
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"no file {os.fspath(path)!r}: give the path of a .npz file")
    with np.load(path, allow_pickle=False) as arrays:
        found = {
            role: next((name for name in names if name in arrays), None)
            for role, names in NAMES.items()
        }
        if found["real"] is None:
            raise ValueError(
                f"{os.fspath(path)!r} holds {sorted(arrays)} but none of {NAMES['real']}: save the "
                "examples under one of these names"
            )
        labels = arrays[found["labels"]] if found["labels"] else None
        return from_arrays(arrays[found["real"]], labels, classes)
