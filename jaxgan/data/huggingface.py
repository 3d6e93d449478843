"""Data sets that Hugging Face's `datasets` has saved to disk."""

from __future__ import annotations

import functools
import io
import os
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from PIL import Image

from jaxgan.data.images import ImageOptions, Source, check_options, from_images
from jaxgan.data.paths import check_path
from jaxgan.data.stream import Stream
from jaxgan.types import Dataset, unknown

__all__ = ["from_huggingface"]


def from_huggingface(
    path: str | os.PathLike[str], *, split: str | None = None, **options: Unpack[ImageOptions]
) -> Dataset | Stream:
    """A data set in a folder that `datasets.Dataset.save_to_disk` has written.

    The images are the column of type `Image`, labels and names of classes those of the column of
    type `ClassLabel`, if there is one. Nothing is downloaded.

    Args:
        path: the folder.
        split: the split, if the folder has several.
        **options: see `ImageOptions`.

    Returns:
        The data set.

    Raises:
        FileNotFoundError: the folder is not one of `save_to_disk`.
        ValueError: `datasets` is not installed; there is not one column of images, or there are
            several of labels; or a split is missing.

    Reference: Lhoest et al., Datasets: A Community Library for Natural Language Processing, 2021.
    https://arxiv.org/abs/2109.02846
    """
    check_path("path", path)
    check_options(options)
    if not (Path(path, "dataset_dict.json").is_file() or Path(path, "state.json").is_file()):
        raise FileNotFoundError(
            f"{os.fspath(path)!r} is not a folder of datasets.Dataset.save_to_disk: download "
            "the set where there is internet access, and save it"
        )
    try:
        import datasets  # takes two seconds to import
    except ImportError as error:
        raise ValueError(
            "from_huggingface needs the package datasets: pip install 'jaxgan[huggingface]'"
        ) from error
    try:
        table: Any = datasets.load_from_disk(os.fspath(path))
    except Exception as error:  # whatever it raises for files of another kind
        why = f"{type(error).__name__}: {error}"
        raise ValueError(f"{os.fspath(path)!r} cannot be read ({why}): save it again") from error
    if Path(path, "dataset_dict.json").is_file():
        if split not in table:
            raise unknown("split", str(split), table)
        table = table[split]
    elif split is not None:
        raise ValueError(f"{os.fspath(path)!r} has no splits: leave out split={split!r}")
    image, label = (_column(table, kind) for kind in (datasets.Image, datasets.ClassLabel))
    if image is None:
        raise ValueError(f"{os.fspath(path)!r} has no column of type Image: {table.features}")
    encoded = table.cast_column(image, datasets.Image(decode=False))
    labels = None if label is None else np.asarray(table.with_format("numpy")[label][:])
    names = [f"{os.fspath(path)}[{i}]" for i in range(len(table))]
    classes = None if label is None else table.features[label].names
    read = functools.partial(_read, encoded, image)
    return from_images(Source(names, read, labels, classes), **options)


def _column(table: Any, kind: type) -> str | None:
    """The name of the column with this type, None if there is none."""
    found = [name for name, feature in table.features.items() if isinstance(feature, kind)]
    if len(found) > 1:
        raise ValueError(
            f"the columns {', '.join(found)} are of type {kind.__name__}: keep one of them with "
            "remove_columns"
        )
    return found[0] if found else None


def _read(table: Any, column: str, index: int) -> Image.Image:
    stored = table[index][column]
    return Image.open(stored["path"] if stored["bytes"] is None else io.BytesIO(stored["bytes"]))
