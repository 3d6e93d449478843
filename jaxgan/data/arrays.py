"""Data sets from your own arrays, which are checked."""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from numpy.typing import ArrayLike

from jaxgan.types import ClassNames, Dataset, check_number

__all__ = ["checked_labels", "from_arrays"]

LARGEST = 2**31 - 1
"""The largest label: JAX would wrap a larger one to 32 bits."""


def from_arrays(
    real: ArrayLike,
    labels: ArrayLike | None = None,
    classes: int | Sequence[str] | None = None,
) -> Dataset:
    """A data set from arrays: images, points, or sequences of one-hot tokens.

    Args:
        real: uint8 images `[n, h, w]` or `[n, h, w, channels]` with pixels 0..255, or floats
            `[n, ...]`; float images (rank 4) must be in [-1, 1], the range of a tanh.
        labels: integers from 0, `[n]`; None for data without classes.
        classes: number of classes, or their names by label; the largest label + 1 if None.

    Returns:
        The data set, on the device; uint8 stays uint8.

    Raises:
        TypeError: the number of classes is not a number.
        ValueError: empty data, a wrong rank or type, values that are not finite or out of range,
            or invalid labels or names.

    >>> from_arrays(np.zeros((5, 8, 8), np.uint8)).real.shape
    (5, 8, 8, 1)
    >>> from_arrays(np.zeros((2, 3)), [0, 1], classes=["cat", "dog"]).names
    ('cat', 'dog')
    """
    images = _array("real", real)
    _check_rank(images)
    if images.dtype == np.uint8:
        images = images[..., None] if images.ndim == 3 else images
    else:
        images = images.astype(np.float32)
        _check_values(images)
    return Dataset(jnp.asarray(images), *checked_labels(labels, classes, len(images)))


def _array(name: str, given: ArrayLike) -> np.ndarray:
    try:
        return np.asarray(given)
    except ValueError as error:  # rows of different lengths
        raise ValueError(f"{name} must be an array, got {type(given).__name__}: {error}") from error


def _check_rank(real: np.ndarray) -> None:
    if real.ndim < 2 or real.size == 0:
        raise ValueError(
            f"real must be a non-empty [n, ...] array of examples, got shape {real.shape}: give "
            "at least one example of at least one number"
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


def checked_labels(
    labels: ArrayLike | None, classes: int | Sequence[str] | None, n: int
) -> tuple[Array | None, ClassNames | None]:
    """Labels and names of classes as training takes them.

    Args:
        labels: integers from 0, `[n]`; None for data without classes.
        classes: number of classes, or their names by label; the largest label + 1 if None.
        n: number of examples.

    Returns:
        `[n]` int32 on the device, or None; the names, if there are any.

    Raises:
        ValueError: another shape or type, a label out of range, names that are not distinct, or
            names without labels.

    >>> labels, names = checked_labels([0, 2], ["cat", "dog", "eel"], 2)
    >>> labels.tolist(), names
    ([0, 2], ('cat', 'dog', 'eel'))
    """
    count, names = _named(classes)
    if labels is None:
        if names is not None:
            raise ValueError(f"classes has {count} names, but there are no labels: give them")
        return None, None
    values = _array("labels", labels)
    if values.shape != (n,) or not np.issubdtype(values.dtype, np.integer):
        raise ValueError(
            f"labels must be [{n}] integers, one per example, got {values.dtype} of shape "
            f"{values.shape}: give the class of each example"
        )
    low, high = int(values.min()), int(values.max())
    limit = min(high, LARGEST) + 1 if count is None else count
    if low < 0 or high >= limit:
        raise ValueError(
            f"labels must lie in 0..{limit - 1}, got {low}..{high}: renumber them, or "
            "give another number of classes"
        )
    return jnp.asarray(values, jnp.int32), names


def _named(classes: int | Sequence[str] | None) -> tuple[int | None, ClassNames | None]:
    """The number of classes and their names, if they are given."""
    if classes is None:
        return None, None
    if isinstance(classes, (int, float, np.number)):
        remedy = "give the number of classes, or their names"
        check_number("classes", classes, "an integer of at least 1", remedy)
        return int(classes), None
    texts = isinstance(classes, (list, tuple)) and all(isinstance(name, str) for name in classes)
    if not texts or len(set(classes)) < len(classes):
        raise ValueError(
            f"classes must be a number, or distinct names by label, got {classes!r}: give, for "
            "example, ['cat', 'dog']"
        )
    return len(classes), ClassNames(classes)
