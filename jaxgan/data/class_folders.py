"""Images and their labels from paths: a folder per class."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np

from jaxgan.types import unknown

__all__ = ["ClassFolders", "class_folders"]

PICTURES = {".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"}
SPLITS = {"test", "train", "training", "val", "valid", "validation"}


class ClassFolders(NamedTuple):
    """The paths of images in sorted order, with labels and the names of classes if there are."""

    paths: list[str]
    labels: np.ndarray | None
    classes: tuple[str, ...]


def class_folders(paths: Sequence[str], split: str | None = None) -> ClassFolders:
    """Finds the images among files, and their classes.

    Folders that contain all images are ignored. If below them each image is in a folder, and in
    that one only, and there are several such folders, then these are the classes, numbered in
    sorted order; otherwise there are no labels. Hidden files, and files that do not end like an
    image, are left out.

    Args:
        paths: the paths of files, with "/".
        split: the folder, below those that contain all images, that is used; all if None.

    Returns:
        The images.

    Raises:
        ValueError: no images, an unknown split, or folders such as "train" and "test" and no split.

    >>> class_folders(["pets/dog/1.png", "pets/cat/2.png", "pets/README"])
    ClassFolders(paths=['pets/cat/2.png', 'pets/dog/1.png'], labels=array([0, 1]), \
classes=('cat', 'dog'))
    """
    found = {path: PurePosixPath(path).parts for path in sorted(paths) if _is_picture(path)}
    shared = _shared(found.values())
    tops = sorted({parts[shared] for parts in found.values() if len(parts) > shared + 1})
    if split is not None:
        found = {path: parts for path, parts in found.items() if split in parts[:-1][: shared + 1]}
        shared = _shared(found.values())
        if not found:
            raise unknown("split", split, tops or ["no folders"])
    elif len(tops) > 1 and {top.lower() for top in tops} <= SPLITS:
        raise ValueError(f"it has the parts {', '.join(tops)}: give split={tops[-1]!r}")
    if not found:
        ends = ", ".join(sorted(PICTURES))
        raise ValueError(f"none of its {len(paths)} files is an image: give files named *{ends}")
    return ClassFolders(list(found), *_labels([parts[shared:] for parts in found.values()]))


def _is_picture(path: str) -> bool:
    pure = PurePosixPath(path)
    hidden = any(part[0] == "." or part == "__MACOSX" for part in pure.parts)
    return pure.suffix.lower() in PICTURES and not hidden


def _shared(paths: Collection[tuple[str, ...]]) -> int:
    """The number of folders that all paths begin with."""
    columns = zip(*(parts[:-1] for parts in paths), strict=False)
    return sum(1 for _ in itertools.takewhile(lambda column: len(set(column)) == 1, columns))


def _labels(below: list[tuple[str, ...]]) -> tuple[np.ndarray | None, tuple[str, ...]]:
    classes = sorted({parts[0] for parts in below})
    if any(len(parts) != 2 for parts in below):
        return None, ()
    number = {name: i for i, name in enumerate(classes)}
    return np.array([number[parts[0]] for parts in below]), tuple(classes)
