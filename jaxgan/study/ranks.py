"""How well two quantities rank the moments of a training alike."""

from __future__ import annotations

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Num
from scipy.stats import rankdata

__all__ = ["rank_correlation"]


def rank_correlation(x: Num[ArrayLike, " n"], y: Num[ArrayLike, " n"]) -> float:
    """Spearman's correlation: that of the ranks, with the mean rank for equal numbers.

    Args:
        x: numbers, `[n]`.
        y: as many others.

    Returns:
        A number in [-1, 1]; 0 if one of them is constant.

    >>> x, y = np.array([1, 2, 3, 4]), np.array([1, 8, 9, 7])
    >>> round(rank_correlation(x, y), 6)  # 1 - 6 * 6 / 60
    0.4
    >>> rank_correlation(x, np.ones(4))
    0.0
    """
    if min(np.ptp(x), np.ptp(y)) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(x), rankdata(y))[0, 1])
