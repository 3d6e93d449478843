"""Data sets from images in a zip or tar archive, which is not extracted."""

from __future__ import annotations

import functools
import io
import os
import tarfile
import zipfile
from collections.abc import Sequence
from typing import Unpack

from PIL import Image

from jaxgan.data.class_folders import class_folders
from jaxgan.data.images import ImageOptions, Source, from_images
from jaxgan.data.paths import check_path
from jaxgan.data.stream import Stream
from jaxgan.types import Dataset

__all__ = ["ARCHIVES", "from_archive"]

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".txz")
"""How the names of archives end."""


def from_archive(
    path: str | os.PathLike[str], *, split: str | None = None, **options: Unpack[ImageOptions]
) -> Dataset | Stream:
    """A data set from the images in an archive; a folder per class gives labels.

    The archive is read into memory, and nothing is written to the disk. Folders have the same
    meaning as in `from_folder`.

    Args:
        path: a zip file, or a tar file that is not compressed or compressed by gzip, bzip2 or xz.
        split: name of the folder to use, such as "train"; all images if None.
        **options: see `ImageOptions`.

    Returns:
        The data set.

    Raises:
        FileNotFoundError: the file does not exist.
        ValueError: it is not an archive or is damaged, has no images, or images that cannot be read
            or differ in shape.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Image.new("L", (8, 8)).save(Path(folder, "a.png"))
    ...     with zipfile.ZipFile(Path(folder, "all.zip"), "w") as archive:
    ...         archive.write(Path(folder, "a.png"), "a.png")
    ...     from_archive(Path(folder, "all.zip"))
    Dataset(real=uint8[1, 8, 8, 1], labels=None)

    Reference: Python, zipfile and tarfile. https://docs.python.org/3/library/archiving.html
    """
    if not check_path("path", path).is_file():
        raise FileNotFoundError(f"no file {os.fspath(path)!r}: give the path of a zip or tar file")
    try:
        files = _from_zip(path) if zipfile.is_zipfile(path) else _from_tar(path)
        found = class_folders(list(files), split)
    except (ValueError, RuntimeError, EOFError, OSError, tarfile.TarError, zipfile.error) as error:
        why = str(error).partition("\n")[0].rstrip(":")
        remedy = "give a zip or tar file of images"
        raise ValueError(f"{os.fspath(path)!r} cannot be used: {why}: {remedy}") from error
    read = functools.partial(_read, [files[name] for name in found.paths])
    names = [f"{os.fspath(path)}/{name}" for name in found.paths]
    return from_images(Source(names, read, found.labels, found.classes or None), **options)


def _from_zip(path: str | os.PathLike[str]) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {one.filename: archive.read(one) for one in archive.infolist() if not one.is_dir()}


def _from_tar(path: str | os.PathLike[str]) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {
            one.name: file.read()
            for one in archive
            if one.isfile() and (file := archive.extractfile(one)) is not None
        }


def _read(files: Sequence[bytes], index: int) -> Image.Image:
    return Image.open(io.BytesIO(files[index]))
