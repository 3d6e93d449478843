"""Nearest neighbors by exact differences, and the ratio of distances that reveals copies."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, NamedTuple

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Int, Key
from scipy.spatial.distance import cdist

from jaxgan.metrics.matrices import matrix_pair
from jaxgan.metrics.sample_metric import SampleMetric

__all__ = ["Nearest", "NearestRatio", "nearest", "nearest_ratio"]

BLOCK = 256
"""Rows whose distances to all others are in memory at a time."""


class Nearest(NamedTuple):
    """The nearest example of each row.

    Attributes:
        index: its index in the other set.
        distance: the Euclidean distance.
    """

    index: Int[np.ndarray, " n"]
    distance: Float[np.ndarray, " n"]


def nearest(x: Float[ArrayLike, "n ..."], y: Float[ArrayLike, "m ..."] | None = None) -> Nearest:
    r"""The nearest row of y for each row of x, $\arg\min_j \| x_i - y_j \|$.

    Distances are sums of squared differences in float64; $\|x\|^2 + \|y\|^2 - 2 x^\top y$ would
    lose the digits of near pairs, which are the ones that matter.

    Args:
        x: `[n, ...]`.
        y: `[m, ...]`; if None, x itself without the row that is searched for.

    Returns:
        Index and distance for each row of x.

    Raises:
        ValueError: the sets differ in size per example, or there is no other row.

    >>> import numpy as np
    >>> nearest(np.array([[0.0], [1.0], [4.0]])).distance.tolist()
    [1.0, 1.0, 3.0]
    """
    first, second = matrix_pair(x, x if y is None else y, rows=2 if y is None else 1)
    index, distance = np.empty(len(first), int), np.empty(len(first))
    for start in range(0, len(first), BLOCK):
        rows = slice(start, min(start + BLOCK, len(first)))
        found = cdist(first[rows], second)
        if y is None:
            found[np.arange(len(found)), np.arange(rows.start, rows.stop)] = np.inf
        index[rows] = found.argmin(axis=1)
        distance[rows] = found.min(axis=1)
    return Nearest(index, distance)


def nearest_ratio(real: Float[ArrayLike, "n ..."], fake: Float[ArrayLike, "m ..."]) -> float:
    r"""Mean distance of fakes to the nearest real example, over that of real ones to each other.

    $$\frac{\frac{1}{m} \sum_j \min_i \| y_j - x_i \|}
    {\frac{1}{n} \sum_i \min_{k \ne i} \| x_i - x_k \|}$$

    About 1 for new draws from the distribution of the real examples, near 0 for copies of them.
    Above 1 it means little: blurred or noisy samples have almost any value.

    Args:
        real: the examples of the training set, `[n, ...]` with n at least 2.
        fake: generated examples, `[m, ...]`.

    Returns:
        The ratio; infinite if the real examples are equal in pairs.

    Raises:
        ValueError: the sets differ in size per example, or there are fewer than two real ones.

    >>> import numpy as np
    >>> nearest_ratio(np.array([[0.0], [2.0]]), np.array([[1.0], [2.0]]))  # 1/2 over 2
    0.25

    Reference: Lopez-Paz, Oquab, Revisiting Classifier Two-Sample Tests, 2017, section 2 (nearest
    neighbors as a test of two samples). https://arxiv.org/abs/1610.06545
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(nearest(fake, real).distance.mean() / nearest(real).distance.mean())


@dataclasses.dataclass(frozen=True)
class NearestRatio(SampleMetric):
    """Distance of samples to the nearest real image over that of real images; near 0 for copies.

    >>> import jax, numpy as np
    >>> x = np.array([[0.0], [2.0]])
    >>> NearestRatio()(x, x, jax.random.key(0))
    {'nearest_ratio': 0.0}

    Reference: Lopez-Paz, Oquab, Revisiting Classifier Two-Sample Tests, 2017, section 2.
    https://arxiv.org/abs/1610.06545
    """

    usual = False

    needs = "images"
    better: ClassVar = {"nearest_ratio": "higher"}
    protocol = "Euclidean pixel distance by exact differences; a low value means copies"

    def __call__(
        self,
        real: Float[np.ndarray, "n ..."],
        fake: Float[np.ndarray, "m ..."],
        key: Key[Array, ""],
    ) -> dict[str, float]:
        """See `nearest_ratio`."""
        del key
        return {"nearest_ratio": nearest_ratio(real, fake)}
