"""Data sets from a folder of images."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from typing import Unpack

from PIL import Image

from jaxgan.data.class_folders import class_folders
from jaxgan.data.images import ImageOptions, Source, check_options, from_images
from jaxgan.data.paths import check_path
from jaxgan.data.stream import Stream
from jaxgan.types import Dataset

__all__ = ["from_folder"]


def from_folder(
    path: str | os.PathLike[str], *, split: str | None = None, **options: Unpack[ImageOptions]
) -> Dataset | Stream:
    """A data set from a folder of images; a folder per class gives labels, see `class_folders`.

    Args:
        path: the folder.
        split: name of the subfolder to use, such as "train"; all images if None.
        **options: see `ImageOptions`.

    Returns:
        The data set.

    Raises:
        FileNotFoundError: the folder does not exist.
        ValueError: no images, images that cannot be read, or that differ in shape.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for i, name in enumerate(["cat", "dog", "dog"]):
    ...         Path(folder, name).mkdir(exist_ok=True)
    ...         Image.new("RGB", (8, 8)).save(Path(folder, name, f"{i}.png"))
    ...     from_folder(folder, size=4)
    Dataset(real=uint8[3, 4, 4, 3], labels=int32[3])

    Reference: torchvision, ImageFolder, which reads the same folders.
    https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.ImageFolder.html
    """
    root = check_path("path", path)
    check_options(options)
    if not root.is_dir():
        raise FileNotFoundError(
            f"no folder {os.fspath(path)!r}: give the path of a folder of images"
        )
    files = [file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file()]
    try:
        found = class_folders(files, split)
    except ValueError as error:
        raise ValueError(f"{os.fspath(path)!r}: {error}") from error
    paths = [str(root / file) for file in found.paths]
    read = functools.partial(_read, paths)
    return from_images(Source(paths, read, found.labels, found.classes or None), **options)


def _read(paths: Sequence[str], index: int) -> Image.Image:
    return Image.open(paths[index])
