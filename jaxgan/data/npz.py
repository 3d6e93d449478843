"""Data sets from `.npz` files."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Unpack

import numpy as np

from jaxgan.data.images import ImageOptions, check_options
from jaxgan.data.paths import check_path
from jaxgan.data.pixels import from_pixels
from jaxgan.data.stream import Stream
from jaxgan.types import Dataset, unknown

__all__ = ["UNREADABLE", "from_npz"]

UNREADABLE = (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What NumPy raises for a `.npz` file that is empty, incomplete or of another kind. RuntimeError
says that it is encrypted or of another version, by a flipped bit."""

NAMES = {
    "train": (("real", "images", "x", "x_train"), ("labels", "y", "y_train")),
    "test": (("x_test",), ("y_test",)),
}
"""The names of examples and labels by split; those with an underscore are the names of Keras."""


def from_npz(
    path: str | os.PathLike[str],
    classes: int | Sequence[str] | None = None,
    *,
    split: Literal["train", "test"] = "train",
    **options: Unpack[ImageOptions],
) -> Dataset | Stream:
    """A data set from a `.npz` file; its arrays are checked as in `from_arrays`.

    Args:
        path: path of the file. It contains `real` (or `images`, `x`, `x_train`) and, if there are
            classes, `labels` (or `y`, `y_train`).
        classes: number of classes, or their names by label; the largest label + 1 if None.
        split: "test" for `x_test` and `y_test`, as Keras names them.
        **options: for uint8 images, see `ImageOptions`.

    Returns:
        The data set, on the device.

    Raises:
        FileNotFoundError: the file does not exist.
        ValueError: the file cannot be read, no array has one of those names, or the arrays are
            invalid.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(folder + "/mine.npz", x=np.zeros((5, 8, 8), np.uint8), y=np.arange(5))
    ...     from_npz(folder + "/mine.npz").labels.tolist()
    [0, 1, 2, 3, 4]

    Reference: Keras, Datasets, for the names of arrays. https://keras.io/api/datasets
    """
    if not check_path("path", path).is_file():
        raise FileNotFoundError(f"no file {os.fspath(path)!r}: give the path of a .npz file")
    if split not in list(NAMES):
        raise unknown("split", split, NAMES)
    check_options(options)
    try:
        held, real, labels = _read(path, split)
    except UNREADABLE as error:
        why = str(error).partition(". ")[0]  # NumPy goes on with how to run the code in a file
        raise ValueError(
            f"{os.fspath(path)!r} cannot be read as .npz ({why}): write it with numpy.savez"
        ) from error
    if real is None:
        raise ValueError(
            f"{os.fspath(path)!r} holds {held} but none of {NAMES[split][0]}: save the examples "
            "under one of these names"
        )
    try:
        return from_pixels(real, labels, classes, **options)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{os.fspath(path)!r}: {error}") from error


def _read(
    path: str | os.PathLike[str], split: str
) -> tuple[list[str], np.ndarray | None, np.ndarray | None]:
    """The names of all arrays; examples and labels, or None."""
    with Path(path).open("rb") as file:  # NumPy leaves a broken file open
        arrays = np.load(file, allow_pickle=False)
        if isinstance(arrays, np.ndarray):
            raise ValueError("it is a single array, .npy")
        names = (next((x for x in known if x in arrays), None) for known in NAMES[split])
        real, labels = (None if name is None else arrays[name] for name in names)
        return sorted(arrays), real, labels
