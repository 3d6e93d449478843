"""The kernel distance between two sets of features, in the form of KID."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Key

from jaxgan.metrics.matrices import matrix_pair
from jaxgan.metrics.sample_metric import SampleMetric

__all__ = ["KernelDistance", "kernel_distance"]

BLOCK = 2048
"""Rows of the kernel matrix that are in memory at a time."""


def kernel_distance(x: Float[ArrayLike, "n d"], y: Float[ArrayLike, "m d"]) -> float:
    r"""Unbiased squared maximum mean discrepancy with the cubic kernel of KID.

    $$\frac{1}{n(n-1)} \sum_{i \ne j} k(x_i, x_j) + \frac{1}{m(m-1)} \sum_{i \ne j} k(y_i, y_j)
    - \frac{2}{nm} \sum_{ij} k(x_i, y_j), \qquad k(u, v) = (u^\top v / d + 1)^3$$

    Its expectation does not depend on n and m and is 0 for equal distributions, so it may be
    negative, and is negative for a set with itself, whose pairs of equal examples are only in the
    last sum. It uses all pairs; the mean over random subsets that papers report has the same
    expectation and a larger variance. It is KID only with the features of `inception`.

    Args:
        x: features, `[n, d]` with n at least 2.
        y: features from the same network, `[m, d]` with m at least 2.

    Returns:
        The squared discrepancy.

    Raises:
        ValueError: a set has fewer than two rows, or the sets differ in columns.

    >>> import numpy as np
    >>> kernel_distance(np.array([[1.0], [1.0]]), np.array([[0.0], [0.0]]))  # 2^3 + 1 - 2
    7.0

    Reference: Binkowski, Sutherland, Arbel, Gretton, Demystifying MMD GANs, 2018, section 4.
    https://arxiv.org/abs/1801.01401
    """
    x, y = matrix_pair(x, y, rows=2)
    n, m = len(x), len(y)
    own_x = (_kernel_sum(x, x) - _diagonal_sum(x)) / (n * (n - 1))
    own_y = (_kernel_sum(y, y) - _diagonal_sum(y)) / (m * (m - 1))
    return float(own_x + own_y - 2 * _kernel_sum(x, y) / (n * m))


@dataclasses.dataclass(frozen=True)
class KernelDistance(SampleMetric):
    """The unbiased squared MMD of features with a cubic kernel; KID with Inception features.

    >>> import jax, numpy as np
    >>> x, y = np.ones((2, 1)), np.zeros((2, 1))
    >>> KernelDistance()(x, y, jax.random.key(0))
    {'kernel_distance': 7.0}

    Reference: Binkowski, Sutherland, Arbel, Gretton, Demystifying MMD GANs, 2018, section 4.
    https://arxiv.org/abs/1801.01401
    """

    needs = "features"
    better: ClassVar = {"kernel_distance": "lower"}
    protocol = "unbiased squared MMD of features over all pairs, kernel (x y / d + 1)^3"

    def __call__(
        self, real: Float[np.ndarray, "n d"], fake: Float[np.ndarray, "m d"], key: Key[Array, ""]
    ) -> dict[str, float]:
        """See `kernel_distance`."""
        del key
        return {"kernel_distance": kernel_distance(real, fake)}


def _kernel_sum(x: np.ndarray, y: np.ndarray) -> float:
    blocks = (x[start : start + BLOCK] for start in range(0, len(x), BLOCK))
    return sum(float(((block @ y.T / x.shape[1] + 1) ** 3).sum()) for block in blocks)


def _diagonal_sum(x: np.ndarray) -> float:
    return float(((np.square(x).sum(axis=1) / x.shape[1] + 1) ** 3).sum())
