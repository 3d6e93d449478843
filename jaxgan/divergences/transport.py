"""The exact Wasserstein-1 distance between two sets of points."""

from __future__ import annotations

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Float
from scipy import sparse
from scipy.optimize import linear_sum_assignment, linprog
from scipy.spatial.distance import cdist
from scipy.stats import wasserstein_distance

__all__ = ["wasserstein1"]


def wasserstein1(
    x: Float[ArrayLike, "n d"],
    y: Float[ArrayLike, "m d"],
    x_weights: Float[ArrayLike, " n"] | None = None,
    y_weights: Float[ArrayLike, " m"] | None = None,
) -> float:
    r"""Wasserstein-1 distance between two sets of points, with optional weights.

    $$W_1 = \min_{P \ge 0} \sum_{ij} P_{ij} \| x_i - y_j \|_2,
    \qquad \sum_j P_{ij} = a_i, \quad \sum_i P_{ij} = b_j$$

    In one dimension it is the area between the distribution functions, in $O(n \log n)$ time. In
    more dimensions, equally many points without weights are an assignment problem, up to $O(n^3)$:
    about a second at n = 2,000. All else is a linear programme with n m unknowns: seconds at
    n = m = 300, so draw equally many points from both if you can. Use `sinkhorn_cost` for larger
    sets.

    Args:
        x: points, `[n, d]`.
        y: points, `[m, d]`.
        x_weights: a, the mass of each point of x, scaled to sum to 1; equal masses by default.
        y_weights: b, the mass of each point of y, scaled to sum to 1; equal masses by default.

    Returns:
        The distance, in the unit of the points.

    Raises:
        ValueError: the sets are not matrices with equally many columns, or weights do not fit.

    >>> import numpy as np
    >>> wasserstein1(np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[1.0, 3.0], [0.0, 3.0]]))
    3.0

    Reference: Peyré, Cuturi, Computational Optimal Transport, 2019, sections 2.2, 2.6 and 3.1.
    https://arxiv.org/abs/1803.00567
    """
    x, y = _points("x", x), _points("y", y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"x is {x.shape} and y is {y.shape}; give points of the same dimension")
    a, b = _masses("x_weights", x_weights, len(x)), _masses("y_weights", y_weights, len(y))
    if x.shape[1] == 1:
        return float(wasserstein_distance(x[:, 0], y[:, 0], a, b))
    cost = cdist(x, y)
    if len(x) == len(y) and x_weights is None and y_weights is None:
        return float(cost[linear_sum_assignment(cost)].mean())
    return _linear_programme(cost, a, b)


def _points(name: str, x: ArrayLike) -> np.ndarray:
    """The argument in float64; an error names the argument."""
    points = np.asarray(x, np.float64)
    if points.ndim != 2 or len(points) < 1 or points.shape[1] < 1:
        raise ValueError(f"{name} is {points.shape}; give [n, d], one row for each point")
    return points


def _masses(name: str, weights: ArrayLike | None, n: int) -> np.ndarray:
    """Weights scaled to sum to 1; an error names the argument."""
    masses = np.ones(n) if weights is None else np.asarray(weights, np.float64)
    if masses.shape != (n,):
        raise ValueError(f"{name} is {masses.shape}; give one weight for each of the {n} points")
    if not (masses >= 0).all() or not 0 < masses.sum() < np.inf:
        raise ValueError(f"{name} must be finite and not negative, with a positive sum")
    return masses / masses.sum()


def _linear_programme(cost: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    """The least cost of a plan with the marginals a and b."""
    n, m = cost.shape
    rows = sparse.kron(sparse.eye_array(n), np.ones((1, m)))
    columns = sparse.kron(np.ones((1, n)), sparse.eye_array(m))
    marginals = sparse.vstack([rows, columns], format="csr")
    plan = linprog(cost.ravel(), A_eq=marginals, b_eq=np.concatenate([a, b]), method="highs")
    if plan.fun is None:
        raise RuntimeError(f"the linear programme failed: {plan.message}")
    return float(plan.fun)
