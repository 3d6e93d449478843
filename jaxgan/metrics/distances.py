"""The Fréchet distance between two sets of feature vectors, and its value for real data."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import jax
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Key
from threadpoolctl import threadpool_limits

from jaxgan.metrics.matrices import matrix, matrix_pair
from jaxgan.metrics.sample_metric import SampleMetric
from jaxgan.types import check_number

__all__ = ["FrechetDistance", "frechet_distance", "frechet_floor"]


def frechet_distance(x: Float[ArrayLike, "n d"], y: Float[ArrayLike, "m d"]) -> float:
    r"""Fréchet distance between the Gaussians fitted to two sets of feature vectors.

    $$\| \mu_x - \mu_y \|^2 + \mathrm{Tr}(C_x) + \mathrm{Tr}(C_y) - 2 \| R_x R_y^\top \|_*,$$

    where $C = R^\top R$ and the nuclear norm equals $\mathrm{Tr} (C_x C_y)^{1/2}$. The factors R
    are from eigendecompositions, with negative eigenvalues (rounding errors) set to 0, so n may be
    smaller than d. Covariances are divided by n - 1; everything is float64.

    The value is biased upward by about 1/n, so compare only distances with equal numbers of
    samples, and report `frechet_floor` with them. Call it "Fréchet distance of our classifier's
    features"; it is not FID, which uses one particular Inception network.

    Args:
        x: features, `[n, d]` with n at least 2.
        y: features from the same classifier, `[m, d]` with m at least 2.

    Returns:
        The squared distance, in the squared unit of the features.

    Raises:
        ValueError: a set is not a matrix of two or more rows, or the sets differ in columns.

    >>> import numpy as np
    >>> x = np.array([[0.0], [2.0]])  # mean 1, variance 2
    >>> y = np.array([[3.0], [7.0]])  # mean 5, variance 8
    >>> round(frechet_distance(x, y), 6)  # (5 - 1)^2 + (8^0.5 - 2^0.5)^2
    18.0

    Reference: Dowson, Landau, The Fréchet Distance between Multivariate Normal Distributions, 1982.
    https://doi.org/10.1016/0047-259X(82)90077-X
    """
    x, y = matrix_pair(x, y, rows=2)
    mean = np.square(x.mean(axis=0) - y.mean(axis=0)).sum()
    with threadpool_limits(1, "blas"):  # a second thread does not help with small matrices
        root_x, root_y = _covariance_root(x), _covariance_root(y)
        overlap = np.linalg.svd(root_x @ root_y.T, compute_uv=False).sum()
    distance = mean + np.square(root_x).sum() + np.square(root_y).sum() - 2 * overlap
    return max(float(distance), 0.0)  # rounding can make the distance of equal sets negative


def frechet_floor(x: Float[ArrayLike, "n d"], key: Key[Array, ""], splits: int = 10) -> float:
    """Fréchet distance between two halves of the real features: the floor for a generator.

    The mean of `frechet_distance` over several random splits of one set into disjoint halves. It is
    the floor for sets of n/2 samples; the floor of larger sets is lower.

    Args:
        x: features of real data, `[n, d]` with n at least 4.
        key: a PRNG key.
        splits: number of random splits.

    Returns:
        The mean squared distance, in the squared unit of the features.

    Raises:
        ValueError: fewer than four rows, or no split.

    >>> import jax
    >>> x = jax.random.normal(jax.random.key(0), (1000, 2))
    >>> 0 < frechet_floor(x, jax.random.key(1)) < 0.02
    True
    """
    check_number("splits", splits, "an integer of at least 1", "give 10 or so")
    x = matrix("x", x, rows=4)
    half = len(x) // 2
    orders = [np.asarray(jax.random.permutation(k, len(x))) for k in jax.random.split(key, splits)]
    return float(np.mean([frechet_distance(x[o[:half]], x[o[half : 2 * half]]) for o in orders]))


@dataclasses.dataclass(frozen=True)
class FrechetDistance(SampleMetric):
    """The Fréchet distance of Gaussians fitted to features; FID with Inception features.

    >>> import jax, numpy as np
    >>> x = np.array([[0.0], [2.0]])
    >>> FrechetDistance()(x, x + 3, jax.random.key(0))
    {'frechet_distance': 9.0}

    Reference: Heusel et al., GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
    Equilibrium, 2017, section 3. https://arxiv.org/abs/1706.08500
    """

    needs = "features"
    better: ClassVar = {"frechet_distance": "lower"}
    protocol = "Gaussians fitted to features, covariances divided by n - 1"

    def __call__(
        self, real: Float[np.ndarray, "n d"], fake: Float[np.ndarray, "m d"], key: Key[Array, ""]
    ) -> dict[str, float]:
        """See `frechet_distance`."""
        del key
        return {"frechet_distance": frechet_distance(real, fake)}


def _covariance_root(x: np.ndarray) -> np.ndarray:
    """A square root R of the sample covariance, R^T R, of any rank."""
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(x, rowvar=False)))
    return np.sqrt(np.maximum(values, 0))[:, None] * vectors.T
