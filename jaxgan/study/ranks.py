"""How well two quantities rank the moments of a training alike."""

from __future__ import annotations

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Float
from scipy.stats import rankdata

__all__ = ["rank_correlation"]


def rank_correlation(x: Float[ArrayLike, " n"], y: Float[ArrayLike, " n"]) -> float:
    """Spearman's correlation: that of the ranks, with the mean rank for equal numbers.

    Args:
        x: numbers, `[n]`.
        y: as many others.

    Returns:
        A number in [-1, 1]; 0 if one of them is constant.

    >>> round(rank_correlation([1.0, 2.0, 3.0, 4.0], [1.0, 8.0, 9.0, 7.0]), 6)  # 1 - 6 * 6 / 60
    0.4
    >>> rank_correlation([1.0, 2.0], [3.0, 3.0])
    0.0
    """
    if min(np.ptp(np.asarray(x)), np.ptp(np.asarray(y))) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(x), rankdata(y))[0, 1])
