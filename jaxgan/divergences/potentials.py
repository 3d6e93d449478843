"""The optimal critic: of all functions of slope at most one, its means differ most."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

__all__ = ["Potential", "kantorovich_potential"]

Potential = Callable[[Float[ArrayLike, "k d"]], Float[np.ndarray, " k"]]


def kantorovich_potential(x: Float[ArrayLike, "n d"], y: Float[ArrayLike, "m d"]) -> Potential:
    r"""An optimal critic between two sets of equally many points.

    Of all functions with $|f(a) - f(b)| \le \| a - b \|$ it has the largest
    $\frac{1}{n} \sum_i f(x_i) - \frac{1}{n} \sum_j f(y_j)$, which is $W_1$. Given the best
    assignment s, the values $g_j = f(y_j)$ are shortest paths under
    $g_{s(i)} - g_j \le \| x_i - y_j \| - \| x_i - y_{s(i)} \|$, and everywhere
    $f(z) = \min_j (g_j + \| z - y_j \|)$, the largest function of slope one with these values.
    Where no mass is moved, the optimal critic is not unique.

    Args:
        x: points where it is high, `[n, d]`.
        y: points where it is low, `[n, d]`.

    Returns:
        A function of points, `[k, d] -> [k]`.

    Raises:
        ValueError: the two sets differ in shape, or are not matrices.

    >>> f = kantorovich_potential(np.array([[3.0], [4.0]]), np.array([[0.0], [1.0]]))
    >>> (f(np.array([[3.0], [4.0]])) - f(np.array([[0.0], [1.0]]))).tolist()
    [3.0, 3.0]

    Reference: Villani, Optimal Transport, 2009, Theorem 5.10 and Particular Case 5.16.
    https://doi.org/10.1007/978-3-540-71050-9
    """
    a, b = np.asarray(x, np.float64), np.asarray(y, np.float64)
    for name, points in (("x", a), ("y", b)):
        if not np.isfinite(points).all():
            raise ValueError(f"{name} has values that are not finite; leave them out")
    if a.shape != b.shape or a.ndim != 2:
        raise ValueError(f"x is {a.shape} and y is {b.shape}; give two sets of one shape [n, d]")
    cost = cdist(a, b)
    rows, partners = linear_sum_assignment(cost)
    slack = np.empty_like(cost)  # slack[j, s(i)]: how much g at s(i) may exceed g at j
    slack[:, partners] = (cost - cost[rows, partners][:, None]).T
    heights = _shortest(slack)

    def potential(z: Float[ArrayLike, "k d"]) -> Float[np.ndarray, " k"]:
        return (heights[None] + cdist(np.asarray(z, np.float64), b)).min(axis=1)

    return potential


def _shortest(graph: Float[np.ndarray, "n n"]) -> Float[np.ndarray, " n"]:
    """The length of the shortest path to each node from any node (Bellman-Ford)."""
    distances = np.zeros(len(graph))
    for _ in range(len(graph)):
        shorter = np.minimum(distances, (distances[:, None] + graph).min(axis=0))
        if np.allclose(shorter, distances, rtol=1e-12, atol=1e-12):
            break
        distances = shorter
    return distances
