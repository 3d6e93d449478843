"""Successes of two arms at several thresholds, as stacked bars with an exact sign test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Real
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
    the second is binomial with probability 1 / 2. A NaN is no success.

    Args:
        scores: values of two arms by name, `[n]`, in the same order.
        thresholds: the thresholds, in order.
        label: name of the score.

    Returns:
        A figure.

    Raises:
        ValueError: not two arms, or no threshold.

    >>> scores = {"gan": np.array([1.0, 3.0, 1.0]), "wgan": np.array([1.0, 3.0, 4.0])}
    >>> [bar.get_width() for bar in successes(scores, (2.0,)).axes[0].patches]  # only wgan, ...
    [1.0, 1.0, 1.0, 0.0]
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
    for y, threshold in enumerate(thresholds):
        won, lost = np.asarray(b) > threshold, np.asarray(a) > threshold
        parts = (
            (np.sum(won & ~lost), colors[second], "white"),
            (np.sum(won & lost), BOTH, "white"),
            (np.sum(~won & ~lost), NEITHER, SOFT),
            (np.sum(~won & lost), colors[first], "white"),
        )
        left = 0
        for count, color, ink in parts:
            axes.barh(y, count, left=left, height=0.78, color=color)
            if count:
                middle, style = left + count / 2, words(SMALL, ink)
                axes.text(middle, y, str(count), ha="center", va="center_baseline", **style)
            left += count
        only = int(parts[0][0]), int(parts[3][0])
        p = binomtest(only[0], sum(only)).pvalue if sum(only) else 1.0
        said = f"p = {p:.2g}"
        axes.text(len(a) * 1.015, y, said, va="center_baseline", **words(SMALL, SOFT))
    axes.set(xlim=(0, len(a)), ylim=(len(thresholds) - 0.5, -0.5), xticks=[])
    axes.spines["bottom"].set_visible(False)
    axes.set_yticks(range(len(thresholds)), [f"{threshold:g}" for threshold in thresholds])
    axes.set_ylabel(f"{label} above", **words(SMALL, SOFT))
    names = (f"only {second}", "both", "neither", f"only {first}")
    shades = (colors[second], BOTH, NEITHER, colors[first])
    handles = [Patch(color=shade) for shade in shades]
    font = {"family": "DejaVu Sans", "size": SMALL}
    figure.legend(handles, names, loc="outside upper left", ncols=4, frameon=False, prop=font)
    return figure
