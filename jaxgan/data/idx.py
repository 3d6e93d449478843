"""Data sets from idx files, the format in which MNIST and similar sets are published."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Unpack

import numpy as np

from jaxgan.data.images import ImageOptions, check_options
from jaxgan.data.paths import check_path
from jaxgan.data.pixels import from_pixels
from jaxgan.data.stream import Stream
from jaxgan.types import Dataset

__all__ = ["IDX", "from_idx"]

IDX = ("ubyte", "ubyte.gz")
"""How the names of idx files end."""


def from_idx(path: str | os.PathLike[str], **options: Unpack[ImageOptions]) -> Dataset | Stream:
    """A data set from a file of images in the idx format, and the file of labels beside it.

    Args:
        path: the file of images, such as `train-images-idx3-ubyte.gz`, compressed or not. Labels
            are in the file whose name has `labels` for `images` and `idx1` for `idx3`; without such
            a file there are no labels.
        **options: see `ImageOptions`.

    Returns:
        The data set.

    Raises:
        FileNotFoundError: the file does not exist.
        ValueError: it is not an idx file of bytes or is incomplete, or there is not one label per
            image.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "train-images-idx3-ubyte")
    ...     _ = file.write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, *range(6)]))
    ...     from_idx(file).real[..., 0].tolist()
    [[[0, 1, 2]], [[3, 4, 5]]]

    Reference: LeCun, Cortes, Burges, The MNIST Database of Handwritten Digits, 1998.
    https://yann.lecun.org/exdb/mnist/index.html
    """
    images = check_path("path", path)
    check_options(options)
    if not images.is_file():
        raise FileNotFoundError(
            f"no file {os.fspath(path)!r}: give the path of an idx file of images"
        )
    beside = images.name.replace("images", "labels").replace("idx3", "idx1")
    plain = beside.removesuffix(".gz")
    labels = [images.with_name(name) for name in (beside, plain, f"{plain}.gz")]
    found = next((file for file in labels if file.is_file() and file != images), None)
    return from_pixels(_array(images), None if found is None else _array(found), **options)


def _array(path: Path) -> np.ndarray:
    """The array of an idx file: two zeros, the type, the rank, the shape, then the values."""
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError) as error:
        raise ValueError(f"{os.fspath(path)!r} cannot be decompressed: {error}") from error
    if content[:3] != b"\0\0\x08" or len(content) < 4:
        raise ValueError(
            f"{os.fspath(path)!r} is not an idx file of bytes: it begins with {content[:4]!r}. "
            "Give a file such as train-images-idx3-ubyte"
        )
    begin = 4 + 4 * content[3]
    shape = tuple(np.frombuffer(content[4:begin], ">u4").astype(int).tolist())
    if len(content) - begin != np.prod(shape):
        raise ValueError(
            f"{os.fspath(path)!r} has {len(content) - begin} values for shape {shape}: it is not "
            "complete, copy it again"
        )
    return np.frombuffer(content, np.uint8, offset=begin).reshape(shape)
