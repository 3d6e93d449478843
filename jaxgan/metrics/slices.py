"""The sliced Wasserstein distance: exact distances of one-dimensional projections."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar, Literal

import jax
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Key

from jaxgan.metrics.matrices import matrix_pair
from jaxgan.metrics.sample_metric import SampleMetric
from jaxgan.types import check_number, unknown

__all__ = ["SlicedWasserstein", "mean_slice", "sliced_wasserstein"]


def sliced_wasserstein(
    x: Float[ArrayLike, "n ..."],
    y: Float[ArrayLike, "m ..."],
    key: Key[Array, ""],
    projections: int = 256,
) -> float:
    r"""The sliced Wasserstein-2 distance between two sets of points.

    $$\Big( \mathbb{E}_u W_2^2(u^\top x, u^\top y) \Big)^{1/2}$$

    with u uniform on the unit sphere. The distance of two projections is exact: sorted values of
    sets of equal sizes, quantile functions of unequal ones.

    Args:
        x: points, `[n, ...]`.
        y: points of the same shape, `[m, ...]`.
        key: a PRNG key for the directions; the same key gives the same directions.
        projections: number of directions.

    Returns:
        The distance, in the unit of the points.

    Raises:
        ValueError: the sets differ in columns, or there is no projection.

    >>> import jax, numpy as np
    >>> x = np.array([[0.0], [1.0]])
    >>> sliced_wasserstein(x, x + 3, jax.random.key(0))  # in one dimension it is W2
    3.0

    Reference: Bonneel, Rabin, Peyré, Pfister, Sliced and Radon Wasserstein Barycenters of Measures,
    2015, definition 8. https://doi.org/10.1007/s10851-014-0506-3
    """
    return math.sqrt(mean_slice(x, y, key, projections))


def mean_slice(
    x: Float[ArrayLike, "n ..."],
    y: Float[ArrayLike, "m ..."],
    key: Key[Array, ""],
    projections: int,
    order: Literal[1, 2] = 2,
) -> float:
    r"""The mean over directions u of the distance $W_p^p(u^\top x, u^\top y)$ of order p.

    Args:
        x: points, `[n, ...]`.
        y: points of the same shape, `[m, ...]`.
        key: a PRNG key for the directions.
        projections: number of directions.
        order: 1 or 2.

    Returns:
        The mean, in the unit of the points to the power p.

    >>> import jax, numpy as np
    >>> mean_slice(np.zeros((2, 1)), 3 * np.ones((3, 1)), jax.random.key(0), 4)
    9.0
    """
    check_number("projections", projections, "an integer of at least 1", "give a few hundred")
    if order not in (1, 2):
        raise unknown("order", order, ["1", "2"])
    x, y = matrix_pair(x, y)
    normal = jax.random.normal(key, (projections, x.shape[1]))
    directions = np.asarray(normal, np.float64)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    low, high = np.sort(directions @ x.T, axis=1), np.sort(directions @ y.T, axis=1)
    cost = np.abs if order == 1 else np.square
    if len(x) == len(y):
        return float(cost(low - high).mean())
    return float((cost(low[:, _rank(x, y)] - high[:, _rank(y, x)]) @ _masses(x, y)).mean())


@dataclasses.dataclass(frozen=True)
class SlicedWasserstein(SampleMetric):
    """The sliced Wasserstein-2 distance of images, each a vector of pixels in [-1, 1].

    >>> import jax, numpy as np
    >>> x = np.zeros((4, 2, 2, 1))
    >>> SlicedWasserstein()(x, x, jax.random.key(0))
    {'sliced_wasserstein': 0.0}

    Reference: Bonneel, Rabin, Peyré, Pfister, Sliced and Radon Wasserstein Barycenters of Measures,
    2015, definition 8. https://doi.org/10.1007/s10851-014-0506-3
    """

    projections: int = 256

    usual = False

    needs = "images"
    better: ClassVar = {"sliced_wasserstein": "lower"}
    protocol = "root mean squared W2 of pixels in [-1, 1] over random directions"

    def __post_init__(self) -> None:
        check_number("projections", self.projections, "an integer of at least 1", "give hundreds")

    def __call__(
        self,
        real: Float[np.ndarray, "n ..."],
        fake: Float[np.ndarray, "m ..."],
        key: Key[Array, ""],
    ) -> dict[str, float]:
        """See `sliced_wasserstein`."""
        return {"sliced_wasserstein": sliced_wasserstein(real, fake, key, self.projections)}


def _ends(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The levels at which either quantile function jumps, in units of 1 / (n m)."""
    n, m = len(x), len(y)
    return np.union1d(np.arange(1, n + 1) * m, np.arange(1, m + 1) * n)


def _rank(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The rank of x's quantile below each level."""
    return (_ends(x, y) - 1) // len(y)


def _masses(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The masses between the levels; they sum to 1."""
    return np.diff(_ends(x, y), prepend=0) / (len(x) * len(y))
