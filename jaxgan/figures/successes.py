"""Successes of two arms at several thresholds, as stacked bars with an exact sign test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Real
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch
from scipy.stats import binomtest

from jaxgan.figures.style import DPI, PAGE, PAPER, SMALL, SOFT, arm_colors, quiet, words

__all__ = ["successes"]

BOTH, NEITHER = "#98a2b3", "#e4e7ec"
ROW, SHARE = 0.3, 0.75


def successes(
    scores: Mapping[str, Real[np.ndarray, " _n"]], thresholds: Sequence[float], label: str = "score"
) -> Figure:
    """How often only the first arm, both, neither or only the second exceed each threshold.

    A horizontal bar per threshold, with the counts in it, and the p-value of a two-sided exact sign
    test: if an architecture with exactly one success is as likely to be of either arm, the count of
    the second is binomial with probability 1 / 2. A NaN counts as a failure.

    Args:
        scores: values of two arms by name, `[n]`, in the same order.
        thresholds: the thresholds, in order.
        label: name of the score.

    Returns:
        A figure.

    Raises:
        ValueError: not two arms, or no threshold.

    >>> scores = {"gan": np.array([1.0, 3.0, 1.0]), "wgan": np.array([1.0, 3.0, 4.0])}
    >>> [int(bar.get_width()) for bar in successes(scores, (2.0,)).axes[0].patches]
    [1, 1, 1, 0]
    """
    if len(scores) != 2 or not thresholds:
        raise ValueError(
            f"successes: got {len(scores)} arms and {len(thresholds)} thresholds; give two arms "
            "and at least one threshold"
        )
    (first, a), (second, b) = scores.items()
    colors = arm_colors(scores)
    layout = ConstrainedLayoutEngine(w_pad=0.09, h_pad=0.09)
    across, down = PAGE / DPI * SHARE, ROW * len(thresholds) + 1.1
    figure = Figure((across, down), DPI, facecolor=PAPER, layout=layout)
    axes = figure.subplots()
    quiet(axes)
    axes.grid(visible=False)
    shades = (colors[second], BOTH, NEITHER, colors[first])
    for y, threshold in enumerate(thresholds):
        won, lost = np.asarray(b) > threshold, np.asarray(a) > threshold
        parts = (won & ~lost, won & lost, ~won & ~lost, ~won & lost)
        _bar(axes, y, [int(np.sum(part)) for part in parts], shades)
    axes.set(xlim=(0, len(a)), ylim=(len(thresholds) - 0.5, -0.5), xticks=[])
    axes.spines["bottom"].set_visible(False)
    axes.set_yticks(range(len(thresholds)), [f"{threshold:g}" for threshold in thresholds])
    axes.set_ylabel(f"{label} above", **words(SMALL, SOFT))
    names = (f"only {second}", "both", "neither", f"only {first}")
    handles = [Patch(color=shade) for shade in shades]
    font = {"family": "DejaVu Sans", "size": SMALL}
    figure.legend(handles, names, loc="outside upper left", ncols=4, frameon=False, prop=font)
    return figure


def _bar(axes: Axes, y: int, counts: Sequence[int], shades: Sequence[str]) -> None:
    """Draws the counts beside each other, and the p-value of the first against the last."""
    left = 0
    for count, shade in zip(counts, shades, strict=True):
        axes.barh(y, count, left=left, height=0.78, color=shade)
        if count:
            style = words(SMALL, SOFT if shade == NEITHER else "white")
            middle = left + count / 2
            axes.text(middle, y, str(count), ha="center", va="center_baseline", **style)
        left += count
    only, other = counts[0], counts[-1]
    p = binomtest(only, only + other).pvalue if only + other else 1.0
    style = words(SMALL, SOFT)
    axes.text(left * 1.015, y, f"p = {p:.2g}", va="center_baseline", **style)
