"""The exact Wasserstein-1 distance between two sets of points, and an optimal plan."""

from __future__ import annotations

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Float
from scipy import sparse
from scipy.optimize import linear_sum_assignment, linprog
from scipy.spatial.distance import cdist
from scipy.stats import wasserstein_distance

__all__ = ["transport_plan", "wasserstein1"]


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
    x, y, a, b = _checked(x, y, x_weights, y_weights)
    if x.shape[1] == 1:
        return float(wasserstein_distance(x[:, 0], y[:, 0], a, b))
    cost = cdist(x, y)
    if len(x) == len(y) and x_weights is None and y_weights is None:
        return float(cost[linear_sum_assignment(cost)].mean())
    return float((_linear_programme(cost, a, b) * cost).sum())


def transport_plan(
    x: Float[ArrayLike, "n d"],
    y: Float[ArrayLike, "m d"],
    x_weights: Float[ArrayLike, " n"] | None = None,
    y_weights: Float[ArrayLike, " m"] | None = None,
) -> Float[np.ndarray, "n m"]:
    r"""A plan P of `wasserstein1`: how much mass goes from each point of x to each of y.

    Its rows sum to a and its columns to b, and $\sum_{ij} P_{ij} \| x_i - y_j \|_2 = W_1$. Other
    plans may cost as little. A linear programme with n m unknowns: seconds at n = m = 300.

    Args:
        x: points, `[n, d]`.
        y: points, `[m, d]`.
        x_weights: a, the mass of each point of x, scaled to sum to 1; equal masses by default.
        y_weights: b, the mass of each point of y, scaled to sum to 1; equal masses by default.

    Returns:
        The plan, `[n, m]`, with sum 1.

    Raises:
        ValueError: the sets are not matrices with equally many columns, or weights do not fit.

    >>> import numpy as np
    >>> transport_plan(np.array([[0.0], [1.0]]), np.array([[1.0], [2.0]])).sum(axis=1).tolist()
    [0.5, 0.5]

    Reference: Peyré, Cuturi, Computational Optimal Transport, 2019, section 2.3.
    https://arxiv.org/abs/1803.00567
    """
    x, y, a, b = _checked(x, y, x_weights, y_weights)
    return _linear_programme(cdist(x, y), a, b)


def _checked(
    x: ArrayLike, y: ArrayLike, x_weights: ArrayLike | None, y_weights: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Points and masses in float64; an error names the argument."""
    x, y = _points("x", x), _points("y", y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"x is {x.shape} and y is {y.shape}; give points of the same dimension")
    return x, y, _masses("x_weights", x_weights, len(x)), _masses("y_weights", y_weights, len(y))


def _points(name: str, x: ArrayLike) -> np.ndarray:
    """The argument in float64; an error names the argument."""
    try:
        points = np.asarray(x, np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of numbers, got {x!r}; give [n, d]") from error
    if points.ndim != 2 or len(points) < 1 or points.shape[1] < 1:
        raise ValueError(f"{name} is {points.shape}; give [n, d], one row for each point")
    if not np.isfinite(points).all():
        raise ValueError(f"{name} has values that are not finite; leave them out")
    return points


def _masses(name: str, weights: ArrayLike | None, n: int) -> np.ndarray:
    """Weights scaled to sum to 1; an error names the argument."""
    masses = np.ones(n) if weights is None else np.asarray(weights, np.float64)
    if masses.shape != (n,):
        raise ValueError(f"{name} is {masses.shape}; give one weight for each of the {n} points")
    if not (masses >= 0).all() or not 0 < masses.sum() < np.inf:
        raise ValueError(
            f"{name} must be finite and not negative, with a positive sum, got {masses.sum():g}: "
            "give the masses of the points"
        )
    return masses / masses.sum()


def _linear_programme(cost: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The plan of least cost with the marginals a and b."""
    n, m = cost.shape
    rows = sparse.kron(sparse.eye_array(n), np.ones((1, m)))
    columns = sparse.kron(np.ones((1, n)), sparse.eye_array(m))
    marginals = sparse.vstack([rows, columns], format="csr")
    plan = linprog(cost.ravel(), A_eq=marginals, b_eq=np.concatenate([a, b]), method="highs")
    if plan.x is None:
        raise RuntimeError(f"the linear programme failed: {plan.message}")
    return plan.x.reshape(n, m)
