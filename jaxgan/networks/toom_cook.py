r"""The matrices that multiply polynomials by their values at points, after Toom and Cook.

    sum_{o,k} x[o + k] w[k] v[o] = sum_t (B x)[t] (G w)[t] (A v)[t]

A and G evaluate the polynomials with coefficients v and w at n points, one of them at infinity; a
product of polynomials is determined by its values there, and B is the inverse of evaluation,
transposed.
"""

from __future__ import annotations

import functools
from fractions import Fraction
from math import lcm

import numpy as np

__all__ = ["transforms"]

POINTS = (Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(-2))
"""Where polynomials are evaluated, besides infinity. With 2 instead of 1/2 errors are four times as
large: 1.2e-5 instead of 3.1e-6 of the largest output, 16 x 16 x 128 in float32 (patches 8e-7)."""


@functools.cache
def transforms(outputs: int, taps: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A, B and G.

    Args:
        outputs: m, the outputs of a tile.
        taps: r, the taps of the window.

    Returns:
        A `[n, m]`, B `[n, n]` and G `[n, r]`, with n = m + r - 1. B is integral, so that its
        products are exact for small integers.

    >>> transforms(2, 3)[0].tolist()
    [[1.0, 0.0], [1.0, 1.0], [1.0, -1.0], [0.0, 1.0]]
    """
    n = outputs + taps - 1
    inverse = _inverse(_values(n, n))
    b = [[inverse[i][t] for i in range(n)] for t in range(n)]
    scales = [lcm(*(entry.denominator for entry in row)) for row in b]
    g = [[entry / s for entry in row] for s, row in zip(scales, _values(n, taps), strict=True)]
    b = [[entry * s for entry in row] for s, row in zip(scales, b, strict=True)]
    a, b, g = (np.array(x, float) for x in (_values(n, outputs), b, g))
    return a, b, g


def _values(points: int, coefficients: int) -> list[list[Fraction]]:
    """The matrix that evaluates polynomials; at infinity that is the highest coefficient."""
    finite = [[point**power for power in range(coefficients)] for point in POINTS[: points - 1]]
    return [*finite, [Fraction(int(power == coefficients - 1)) for power in range(coefficients)]]


def _inverse(matrix: list[list[Fraction]]) -> list[list[Fraction]]:
    """The exact inverse, by elimination."""
    n = len(matrix)
    rows = [[*row, *(Fraction(int(i == j)) for j in range(n))] for i, row in enumerate(matrix)]
    for i in range(n):
        pivot = next(k for k in range(i, n) if rows[k][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [entry / rows[i][i] for entry in rows[i]]
        for k in set(range(n)) - {i}:
            rows[k] = [a - rows[k][i] * b for a, b in zip(rows[k], rows[i], strict=True)]
    return [row[n:] for row in rows]
