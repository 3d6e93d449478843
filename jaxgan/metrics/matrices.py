"""Checked arguments of the metrics, in float64."""

from __future__ import annotations

import numpy as np
from jax.typing import ArrayLike

__all__ = ["matrix", "matrix_pair", "probability_rows"]


def matrix(name: str, x: ArrayLike, rows: int = 1) -> np.ndarray:
    """An argument as a float64 matrix with one row per example.

    Args:
        name: the argument, for the error.
        x: `[n, ...]`; all axes after the first are flattened.
        rows: the least number of rows.

    Returns:
        `[n, d]`.

    Raises:
        ValueError: it has fewer rows, no columns, or values that are not finite.

    >>> matrix("x", np.zeros((3, 2, 2))).shape
    (3, 4)
    """
    try:
        array = np.asarray(x, np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of numbers, got {x!r}: give [n, d]") from error
    if array.ndim < 2 or len(array) < rows or array.size == 0:
        raise ValueError(f"{name} is {array.shape}; give [n, d] with n at least {rows}")
    if not np.isfinite(array).all():
        wrong = int((~np.isfinite(array.reshape(len(array), -1)).all(axis=1)).sum())
        raise ValueError(
            f"{name} has values that are not finite in {wrong} of {len(array)} rows: a diverged "
            "generator has no score, leave them out"
        )
    return array.reshape(len(array), -1)


def matrix_pair(
    x: ArrayLike, y: ArrayLike, rows: int = 1, names: tuple[str, str] = ("x", "y")
) -> tuple[np.ndarray, np.ndarray]:
    """Two arguments as float64 matrices with equally many columns.

    Args:
        x: `[n, ...]`.
        y: `[m, ...]`.
        rows: the least number of rows of both.
        names: their names, for the error.

    Returns:
        `[n, d]` and `[m, d]`.

    Raises:
        ValueError: one of them is not such a matrix, or they differ in columns.

    >>> [a.shape for a in matrix_pair(np.zeros((3, 2)), np.zeros((4, 2)))]
    [(3, 2), (4, 2)]
    """
    first, second = matrix(names[0], x, rows), matrix(names[1], y, rows)
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"{names[0]} has {first.shape[1]} features and {names[1]} has {second.shape[1]}; use "
            "one classifier for both"
        )
    return first, second


def probability_rows(name: str, x: ArrayLike) -> np.ndarray:
    """An argument as float64 rows that sum to one.

    Args:
        name: the argument, for the error.
        x: `[n, classes]`, not negative; each row is divided by its sum.

    Returns:
        `[n, classes]`.

    Raises:
        ValueError: a row is negative somewhere or sums to 0.

    >>> probability_rows("p", np.array([[1.0, 3.0]])).tolist()
    [[0.25, 0.75]]
    """
    rows = matrix(name, x)
    sums = rows.sum(axis=1, keepdims=True)
    if (rows < 0).any() or (sums <= 0).any():
        raise ValueError(
            f"{name} must be probabilities, got numbers from {rows.min():g} on, with sums from "
            f"{sums.min():g} on: give none below 0, and a positive sum"
        )
    return rows / sums
