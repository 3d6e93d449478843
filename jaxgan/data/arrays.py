"""Data sets from your own arrays, which are checked."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from numpy.typing import ArrayLike

from jaxgan.types import Dataset

__all__ = ["checked_labels", "from_arrays"]


def from_arrays(
    real: ArrayLike, labels: ArrayLike | None = None, classes: int | None = None
) -> Dataset:
    """A data set from arrays: images, points, or sequences of one-hot tokens.

    Args:
        real: uint8 images `[n, h, w]` or `[n, h, w, channels]` with pixels 0..255, or floats
            `[n, ...]`; float images (rank 4) must be in [-1, 1], the range of a tanh.
        labels: integers from 0, `[n]`; None for data without classes.
        classes: number of classes; the largest label + 1 if None.

    Returns:
        The data set, on the device; uint8 stays uint8.

    Raises:
        ValueError: empty data, a wrong rank or type, values that are not finite or out of range,
            or invalid labels.

    >>> from_arrays(np.zeros((5, 8, 8), np.uint8)).real.shape
    (5, 8, 8, 1)
    """
    images = np.asarray(real)
    _check_rank(images)
    if images.dtype == np.uint8:
        images = images[..., None] if images.ndim == 3 else images
    else:
        images = images.astype(np.float32)
        _check_values(images)
    return Dataset(jnp.asarray(images), checked_labels(labels, classes, len(images)))


def _check_rank(real: np.ndarray) -> None:
    if real.ndim < 2 or real.size == 0:
        raise ValueError(
            f"real must be a non-empty [n, ...] array of examples, got shape {real.shape}"
        )
    if real.dtype == np.uint8 and real.ndim not in (3, 4):
        raise ValueError(
            f"uint8 data are images [n, h, w] or [n, h, w, channels], got shape {real.shape}: "
            "reshape them or give floats"
        )
    if real.dtype != np.uint8 and not np.issubdtype(real.dtype, np.floating):
        raise ValueError(
            f"real must be uint8 images or floats, got {real.dtype}: convert pixels with "
            ".astype(np.uint8) or points with .astype(np.float32)"
        )


def _check_values(real: np.ndarray) -> None:
    finite = np.isfinite(real).reshape(len(real), -1).all(axis=1)
    if not finite.all():
        raise ValueError(
            f"real has values that are not finite in {np.sum(~finite)} of {len(real)} examples, "
            f"first at index {int(np.argmin(finite))}: remove or fix them"
        )
    low, high = float(real.min()), float(real.max())
    if real.ndim == 4 and (low < -1 or high > 1):
        raise ValueError(
            f"float images must lie in [-1, 1], got [{low:g}, {high:g}]: give uint8 pixels, or "
            "scale with x / 127.5 - 1"
        )


def checked_labels(labels: ArrayLike | None, classes: int | None, n: int) -> Array | None:
    """Labels as training takes them.

    Args:
        labels: integers from 0, `[n]`; None for data without classes.
        classes: number of classes; the largest label + 1 if None.
        n: number of examples.

    Returns:
        `[n]` int32 on the device, or None.

    Raises:
        ValueError: another shape or type, or a label out of range.

    >>> checked_labels([0, 2], None, 2).tolist()
    [0, 2]
    """
    if labels is None:
        return None
    values = np.asarray(labels)
    if values.shape != (n,) or not np.issubdtype(values.dtype, np.integer):
        raise ValueError(
            f"labels must be [{n}] integers, one per example, got {values.dtype} of shape "
            f"{values.shape}"
        )
    low, high, limit = int(values.min()), int(values.max()), classes or int(values.max()) + 1
    if low < 0 or high >= limit:
        raise ValueError(
            f"labels must lie in 0..{limit - 1}, got {low}..{high}: renumber them, or "
            "give another number of classes"
        )
    return jnp.asarray(values, jnp.int32)
