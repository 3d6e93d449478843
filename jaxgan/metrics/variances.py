"""The variance of a score between trainings and between draws of samples of one training."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Float

__all__ = ["Deviations", "deviations"]


class Deviations(NamedTuple):
    """Standard deviations of a score.

    Attributes:
        between_seeds: of the seeds' true means, without the part that draws explain; NaN for one
            seed.
        between_draws: of the draws of one seed; NaN for one draw.
    """

    between_seeds: float
    between_draws: float


def deviations(scores: Float[ArrayLike, "seeds draws"]) -> Deviations:
    r"""The two components of the variance of a score, by the analysis of variance.

    $$\hat\sigma_d^2 = \frac{1}{S} \sum_s \mathrm{var}_j(x_{sj}), \qquad
    \hat\sigma_s^2 = \max\!\Big(0, \mathrm{var}_s(\bar x_s) - \frac{\hat\sigma_d^2}{D} \Big)$$

    for S seeds with D draws each. With one draw the first is unknown, and the second contains it.

    Args:
        scores: a row per training seed, a column per draw of samples, `[seeds, draws]`.

    Returns:
        Both standard deviations.

    Raises:
        ValueError: the scores are not a matrix.

    >>> deviations(np.array([[1.0, 3.0], [5.0, 7.0]]))  # 2 of draws; 8 - 2/2 = 7 of seeds
    Deviations(between_seeds=2.6457513110645907, between_draws=1.4142135623730951)

    Reference: Dufour, Efros, Perez, The FID Lottery, 2026 (retraining moves a score more than
    resampling). https://arxiv.org/abs/2606.20536
    """
    rows = np.asarray(scores, np.float64)
    if rows.ndim != 2 or rows.size == 0:
        raise ValueError(f"scores is {rows.shape}; give [seeds, draws]")
    seeds, draws = rows.shape
    within = rows.var(axis=1, ddof=1).mean() if draws > 1 else np.nan
    between = rows.mean(axis=1).var(ddof=1) if seeds > 1 else np.nan
    if draws > 1:
        between = max(0.0, between - within / draws) if seeds > 1 else np.nan
    return Deviations(float(np.sqrt(between)), float(np.sqrt(within)))
