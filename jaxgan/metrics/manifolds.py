"""Precision, recall, density and coverage, by the nearest neighbors in feature space."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, NamedTuple

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Key
from scipy.spatial.distance import cdist

from jaxgan.metrics.matrices import matrix_pair
from jaxgan.metrics.sample_metric import SampleMetric
from jaxgan.types import check_number

__all__ = ["ManifoldScores", "Manifolds", "manifold_scores"]


BLOCK = 1024
"""Rows whose distances to all others are in memory at a time."""


class ManifoldScores(NamedTuple):
    """How two sets of features overlap.

    Attributes:
        precision: share of fakes inside the ball of at least one real example, in [0, 1].
        recall: share of real examples inside the ball of at least one fake, in [0, 1].
        density: mean number of real balls around a fake, divided by k; it may exceed 1.
        coverage: share of real examples with at least one fake in their own ball, in [0, 1].
    """

    precision: float
    recall: float
    density: float
    coverage: float


def manifold_scores(
    real: Float[ArrayLike, "n d"], fake: Float[ArrayLike, "m d"], k: int = 5
) -> ManifoldScores:
    r"""Precision, recall, density and coverage with the balls of the k nearest neighbors.

    The ball of an example has the distance to its k-th nearest neighbor within its own set as the
    radius, $B(x_i) = \{ z : \| z - x_i \| < r_k(x_i) \}$.

    $$\mathrm{precision} = \frac{1}{m} \sum_j 1[y_j \in \textstyle\bigcup_i B(x_i)], \qquad
    \mathrm{density} = \frac{1}{k m} \sum_{ij} 1[y_j \in B(x_i)],$$
    $$\mathrm{recall} = \frac{1}{n} \sum_i 1[x_i \in \textstyle\bigcup_j B(y_j)], \qquad
    \mathrm{coverage} = \frac{1}{n} \sum_i 1[\exists j : y_j \in B(x_i)].$$

    For equal distributions and n = m, coverage is about $1 - 2^{-k}$ and density about 1. Precision
    and recall depend on the numbers of examples and can be raised by a single outlier.

    Args:
        real: features of real examples, `[n, d]` with n greater than k.
        fake: features of generated examples, `[m, d]` with m greater than k.
        k: number of neighbors; 3 in the paper of precision and recall, 5 in that of density.

    Returns:
        The four scores.

    Raises:
        ValueError: a set has at most k rows, or the sets differ in columns.

    >>> import numpy as np
    >>> real, fake = np.array([[0.0], [1.0], [5.0], [9.0]]), np.array([[0.5], [0.7], [3.0], [99.0]])
    >>> manifold_scores(real, fake, k=1)
    ManifoldScores(precision=0.75, recall=0.75, density=1.25, coverage=0.75)

    Reference: Naeem, Oh, Uh, Choi, Yoo, Reliable Fidelity and Diversity Metrics for Generative
    Models, 2020, section 3. https://arxiv.org/abs/2002.09797
    """
    check_number("k", k, "an integer of at least 1", "give the number of neighbors")
    real, fake = matrix_pair(real, fake, rows=k + 1, names=("real", "fake"))
    around_real, around_fake = _radii(real, k), _radii(fake, k)
    balls, recalled, covered = np.zeros(len(fake), int), 0, 0
    for rows in _blocks(real):
        between = cdist(real[rows], fake)
        in_real = between < around_real[rows, None]
        balls += in_real.sum(axis=0)
        covered += int(in_real.any(axis=1).sum())
        recalled += int((between < around_fake[None, :]).any(axis=1).sum())
    return ManifoldScores(
        precision=float((balls > 0).mean()),
        recall=recalled / len(real),
        density=float(balls.mean() / k),
        coverage=covered / len(real),
    )


@dataclasses.dataclass(frozen=True)
class Manifolds(SampleMetric):
    """Precision, recall, density and coverage of features, by k nearest neighbors.

    >>> import jax, numpy as np
    >>> x = np.arange(12.0)[:, None]
    >>> Manifolds(k=1)(x, x + 100, jax.random.key(0))["precision"]
    0.0

    Reference: Naeem, Oh, Uh, Choi, Yoo, Reliable Fidelity and Diversity Metrics for Generative
    Models, 2020, section 3. https://arxiv.org/abs/2002.09797
    """

    k: int = 5

    needs = "features"
    better: ClassVar = {
        "precision": "higher",
        "recall": "higher",
        "density": "higher",
        "coverage": "higher",
    }
    protocol = "balls up to the k-th nearest neighbor in feature space"

    def __post_init__(self) -> None:
        check_number("k", self.k, "an integer of at least 1", "give the number of neighbors")

    def __call__(
        self, real: Float[np.ndarray, "n d"], fake: Float[np.ndarray, "m d"], key: Key[Array, ""]
    ) -> dict[str, float]:
        """See `manifold_scores`."""
        del key
        return manifold_scores(real, fake, self.k)._asdict()


def _radii(x: np.ndarray, k: int) -> np.ndarray:
    """The distance of each row to its k-th nearest other row."""
    nearest = [np.partition(cdist(x[rows], x), k, axis=1)[:, k] for rows in _blocks(x)]
    return np.concatenate(nearest)  # the nearest of all is the row itself, at 0


def _blocks(x: np.ndarray) -> list[slice]:
    return [slice(start, start + BLOCK) for start in range(0, len(x), BLOCK)]
