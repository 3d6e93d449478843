"""Quantities over training or another variable, one panel each, every line labelled at its end."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping, Sequence

import jax
import numpy as np
from jaxtyping import Real
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from jaxgan.figures.labels import Label, name_ends
from jaxgan.figures.style import (
    DPI,
    EXACT,
    PAGE,
    PAPER,
    REAL,
    SMALL,
    SOFT,
    arm_colors,
    quiet,
    words,
)

__all__ = ["line_plots"]

Curve = tuple[
    Real[np.ndarray, " _t"] | Real[jax.Array, " _t"],
    Real[np.ndarray, "_seeds _t"] | Real[jax.Array, "_seeds _t"],
]
PER_LINE, HEIGHT = 3, 2.3
LETTERS = {3: 20, 2: 40}
"""By the number of panels in a line, the longest name of an arm that leaves room for the curves."""
STEPS = "generator steps"
DIVERGED = " Cross: the last finite value of a seed that diverges."
LEFT_OUT = " Without seeds that diverge."


def line_plots(
    panels: Mapping[str, Mapping[str, Curve]],
    log: Collection[str] = (),
    references: Mapping[str, float] | None = None,
    x: str = STEPS,
    lines: bool = False,
    ticks: Sequence[str] = (),
) -> Figure:
    """A panel per quantity with, per arm, the mean over seeds and a band from lowest to highest.

    Non-finite values are left out of the mean and the band, and a cross marks the last finite
    value of a seed that diverges. The arm "exact" is drawn as a line in ink. If the horizontal axis
    is not generator steps and `lines` is false, other arms are dots with bars from the lowest to
    the highest seed.

    Args:
        panels: by quantity and arm, steps `[t]` and values `[seeds, t]`.
        log: quantities with a logarithmic axis, if a curve and the reference are positive and
            nothing is negative.
        references: by quantity, a reference value such as the score of real data, drawn dashed.
        x: label of the horizontal axis.
        lines: whether all arms are lines with bands over any horizontal axis.
        ticks: names of the values 0, 1, ... of the horizontal axis, if they are no quantity.

    Returns:
        A figure.

    Raises:
        ValueError: nothing to draw.

    >>> steps, values = np.arange(3), np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 0.5]])
    >>> figure = line_plots({"gap": {"wgan": (steps, values)}}, references={"gap": 0.2})
    >>> figure.axes[0].lines[0].get_ydata().tolist()
    [3.0, 1.5, 0.75]
    """
    if not panels:
        raise ValueError("line_plots: panels is empty; give at least one quantity")
    longest = max((len(arm) for panel in panels.values() for arm in panel), default=0)
    per_line = next((n for n, letters in LETTERS.items() if longest <= letters), 1)
    rows = -(-len(panels) // per_line)
    columns = -(-len(panels) // rows)
    across = PAGE / DPI * max(columns, 2) / PER_LINE if rows == 1 else PAGE / DPI
    layout = ConstrainedLayoutEngine(w_pad=0.09, h_pad=0.09)
    figure = Figure((across, HEIGHT * rows + 0.3), DPI, facecolor=PAPER, layout=layout)
    colors = arm_colors(arm for panel in panels.values() for arm in panel)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, (name, panel) in zip(grid, panels.items(), strict=False):
        wrapped = textwrap.fill(name, 38)
        axes.set_title(wrapped, loc="left", pad=8, **words())
        _draw(axes, panel, colors, x, name in log, (references or {}).get(name), lines)
        if ticks:
            axes.set_xticks(range(len(ticks)), ticks)
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    figure.supxlabel(
        _note(panels, dots=x != STEPS and not lines), x=0.012, ha="left", **words(SMALL, SOFT)
    )
    return figure


def _draw(
    axes: Axes,
    panel: Mapping[str, Curve],
    colors: Mapping[str, str],
    x: str,
    log: bool,
    reference: float | None,
    lines: bool,
) -> None:
    quiet(axes)
    ends = []
    for arm, (steps, values) in panel.items():
        finite = np.ma.masked_invalid(np.asarray(values, float))
        draw = _line if lines or x == STEPS or arm == EXACT else _dots
        ends += draw(axes, arm, np.asarray(steps), finite, colors[arm])
    if not ends:
        axes.text(
            0.5, 0.5, "not measured", transform=axes.transAxes, ha="center", **words(color=SOFT)
        )
        axes.set(xticks=[], yticks=[])
        return
    shown = [] if reference is None or not np.isfinite(reference) else [reference]
    lowest = min(np.nanmin(values, initial=np.inf) for _, values in panel.values())
    if log and lowest >= 0 and any(end.y > 0 for end in ends) and all(y > 0 for y in shown):
        axes.set_yscale("log", nonpositive="mask")
    for y in shown:
        axes.axhline(y, color=SOFT, linewidth=1, dashes=(4, 3), zorder=1)
        ends.append(Label(REAL, y, SOFT))
    axes.margins(x=0.01)
    if x == STEPS:
        axes.xaxis.set_major_formatter(
            lambda step, _: f"{step / 1000:g}k" if step >= 1000 else f"{step:g}"
        )
    whole = all((np.mod(steps, 1) == 0).all() for steps, _ in panel.values())
    axes.locator_params(axis="x", nbins=5, integer=whole)
    axes.set_xlabel(x, **words(SMALL, SOFT))
    name_ends(axes, ends, HEIGHT - 0.8)


def _line(
    axes: Axes, arm: str, steps: np.ndarray, values: np.ma.MaskedArray, color: str
) -> list[Label]:
    """Draws an arm as a line and returns the label for its end."""
    mean, low, high = values.mean(axis=0), values.min(axis=0), values.max(axis=0)
    if not np.ma.count(mean):
        return []
    alone = "o" if len(steps) == 1 else ""
    axes.plot(steps, mean, color=color, linewidth=1.7, marker=alone, markersize=4, zorder=3)
    if len(values) > 1:
        axes.fill_between(steps, low, high, color=color, alpha=0.16, linewidth=0)
    for seed in values:
        last = int(np.flatnonzero(~np.ma.getmaskarray(seed))[-1]) if np.ma.count(seed) else -1
        if 0 <= last < len(steps) - 1:
            axes.plot(steps[last], seed[last], "x", color=color, markersize=6, zorder=4)
    return [Label(arm, float(mean.compressed()[-1]), color)]


def _dots(
    axes: Axes, arm: str, steps: np.ndarray, values: np.ma.MaskedArray, color: str
) -> list[Label]:
    """Draws an arm as dots and returns the label for the last one."""
    mean, low, high = values.mean(axis=0), values.min(axis=0), values.max(axis=0)
    if not np.ma.count(mean):
        return []
    axes.vlines(steps, low, high, color=color, linewidth=3, alpha=0.35, clip_on=False)
    axes.plot(steps, mean, "o", color=color, markersize=5, zorder=4, clip_on=False)
    return [Label(arm, float(mean.compressed()[-1]), color)]


def _note(panels: Mapping[str, Mapping[str, Curve]], *, dots: bool) -> str:
    """The note that explains line or dot, band and cross."""
    curves = [
        np.asarray(values)
        for panel in panels.values()
        for arm, (_, values) in panel.items()
        if arm != EXACT
    ]
    seeds = sorted({len(values) for values in curves})
    if not seeds:
        return ""
    ends = curves if dots else [values[:, -1:] for values in curves]
    lost = any(not np.isfinite(values).all() for values in ends)
    note = (LEFT_OUT if dots else DIVERGED) if lost else ""
    if seeds == [1]:
        return f"One seed.{note}"
    count = f"{seeds[0]} seeds" if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]} seeds"
    return f"Mean over {count}, and the band from the lowest to the highest seed.{note}"
