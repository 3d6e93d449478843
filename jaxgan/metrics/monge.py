"""The Monge Inception Distance: a sliced distance on the scale of the Fréchet distance."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Key

from jaxgan.metrics.sample_metric import SampleMetric
from jaxgan.metrics.slices import mean_slice
from jaxgan.types import check_number

__all__ = ["Mind", "mind"]


def mind(
    x: Float[ArrayLike, "n d"],
    y: Float[ArrayLike, "m d"],
    key: Key[Array, ""],
    projections: int = 1000,
) -> float:
    r"""The Monge Inception Distance of two sets of features.

    $$3 d \, \mathbb{E}_u W_2^2(u^\top x, u^\top y)$$

    with u uniform on the unit sphere; the factor brings it near the Fréchet distance, without an
    estimate of covariances. Its authors find that 5,000 samples rank models as FID does with
    50,000. The published form draws equally many examples of both sets; here unequal sets are
    compared as they are.

    Args:
        x: features, `[n, d]`.
        y: features from the same network, `[m, d]`.
        key: a PRNG key for the directions.
        projections: number of directions.

    Returns:
        The distance, in the squared unit of the features.

    Raises:
        ValueError: the sets differ in columns, or there is no projection.

    >>> import jax, numpy as np
    >>> x = np.array([[0.0], [1.0]])
    >>> mind(x, x + 3, jax.random.key(0))  # 3 * 1 * 3^2
    27.0

    Reference: Berthet et al., MIND: Monge Inception Distance for Generative Models Evaluation,
    2026. https://arxiv.org/abs/2605.06797
    """
    distance = mean_slice(x, y, key, projections)
    return 3 * np.shape(x)[1] * distance


@dataclasses.dataclass(frozen=True)
class Mind(SampleMetric):
    """Three d times the mean squared sliced Wasserstein-2 distance of features.

    >>> import jax, numpy as np
    >>> x = np.array([[0.0], [1.0]])
    >>> Mind()(x, x + 3, jax.random.key(0))
    {'mind': 27.0}

    Reference: Berthet et al., MIND: Monge Inception Distance for Generative Models Evaluation,
    2026. https://arxiv.org/abs/2605.06797
    """

    projections: int = 1000

    usual = False

    needs = "features"
    better: ClassVar = {"mind": "lower"}
    protocol = "3 d times the mean squared W2 of features over random directions"

    def __post_init__(self) -> None:
        check_number("projections", self.projections, "an integer of at least 1", "give hundreds")

    def __call__(
        self, real: Float[np.ndarray, "n d"], fake: Float[np.ndarray, "m d"], key: Key[Array, ""]
    ) -> dict[str, float]:
        """See `mind`."""
        return {"mind": mind(real, fake, key, self.projections)}
