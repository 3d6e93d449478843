"""Labels at the ends of lines, moved apart where they would overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from scipy.optimize import isotonic_regression

from jaxgan.figures.style import BODY, words

__all__ = ["Label", "apart", "name_ends"]

LINE_HEIGHT = 0.16
"""The height of a label, in inches."""

LOWEST = 0.09
"""The lowest position, as a fraction of the axes' height, that leaves the tick labels free."""


class Label(NamedTuple):
    """A name, the value at which its line ends, and its color."""

    text: str
    y: float
    color: str


def apart(heights: Sequence[float], least: float, lowest: float = 0.0) -> list[float]:
    """The nearest heights, in least squares, with at least a given distance between neighbors.

    With sorted heights, h_i - i * least must not decrease: an isotonic regression, then clipped
    to keep the highest within 1.

    Args:
        heights: in [0, 1], in any order.
        least: the distance, at most 1 / (len(heights) - 1) to fit.
        lowest: the lowest allowed height.

    Returns:
        New heights, in the order of `heights`.

    >>> [round(height, 2) for height in apart([0.5, 0.5, 0.0], least=0.2)]
    [0.4, 0.6, 0.0]
    """
    order = np.argsort(heights, kind="stable")
    steps = least * np.arange(len(order))
    fit = isotonic_regression(np.asarray(heights, float)[order] - steps).x
    moved = np.empty(len(order))
    moved[order] = np.clip(fit, lowest, max(lowest, 1 - steps[-1])) + steps
    return moved.tolist()


def name_ends(axes: Axes, ends: Sequence[Label], inches: float) -> None:
    """Writes each label to the right of the axes at its value, and fixes the vertical limits.

    Args:
        axes: axes on which everything else is drawn already.
        ends: labels, one per line.
        inches: approximate height of the axes.
    """
    axes.set_ylim(axes.get_ylim())
    to_height = axes.transScale + axes.transLimits
    heights = to_height.transform([(1.0, end.y) for end in ends])[:, 1]
    inside = np.clip(np.nan_to_num(heights), 0, 1).tolist()
    for end, height in zip(ends, apart(inside, LINE_HEIGHT / inches, LOWEST), strict=True):
        place = {"transform": axes.transAxes, "va": "center"}
        axes.text(1.02, height, end.text, **place, **words(BODY, end.color, "bold"))
