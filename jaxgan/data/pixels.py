"""Data sets from an array whose examples are images, with the options of images."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from jaxgan.data.arrays import from_arrays
from jaxgan.data.images import ImageOptions, Source, check_options, from_images
from jaxgan.data.stream import Stream
from jaxgan.types import Dataset

__all__ = ["from_pixels"]


def from_pixels(
    real: np.ndarray,
    labels: ArrayLike | None = None,
    classes: int | Sequence[str] | None = None,
    **options: Unpack[ImageOptions],
) -> Dataset | Stream:
    """A data set from arrays, see `from_arrays`, where uint8 images may have the options of images.

    Args:
        real: `[n, ...]` examples.
        labels: `[n]` integers from 0, also as `[n, 1]` or of an unsigned type.
        classes: number of classes, or their names by label; the largest label + 1 if None.
        **options: see `ImageOptions`; only for uint8 images with one channel or three.

    Returns:
        The data set.

    Raises:
        ValueError: the arrays are invalid, or options are given for other data than images.

    >>> images = np.arange(32, dtype=np.uint8).reshape(2, 4, 4)
    >>> from_pixels(images, [[0], [1]], size=2)
    Dataset(real=uint8[2, 2, 2, 1], labels=int32[2])
    """
    check_options(options)
    numbers = None if labels is None else np.asarray(labels)
    if numbers is not None and numbers.shape == (len(real), 1):
        numbers = numbers[:, 0]
    if not options:
        return from_arrays(real, numbers, classes)
    if real.dtype != np.uint8 or real.ndim < 3 or real.shape[3:] not in ((), (1,), (3,)):
        raise ValueError(
            f"{', '.join(options)} is for uint8 images [n, h, w], [n, h, w, 1] or [n, h, w, 3], "
            f"got {real.dtype} of shape {real.shape}: leave it out"
        )
    images = real[..., 0] if real.shape[3:] == (1,) else real
    names = [f"image {i}" for i in range(len(images))]
    read = functools.partial(_read, images)
    return from_images(Source(names, read, numbers, classes), **options)


def _read(images: np.ndarray, index: int) -> Image.Image:
    return Image.fromarray(images[index])
