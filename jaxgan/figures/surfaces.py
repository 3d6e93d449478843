"""Functions on the plane, such as critics, as contour lines with data points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Real
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from jaxgan.figures.canvas import area, canvas, write
from jaxgan.figures.style import HEADING, INK, PAGE, SMALL, SOFT, arm_colors, width_of

__all__ = ["Surface", "contours"]

GUTTER, HEAD, FOOT, LEVELS = 28, 52, 48, 17
HILLS = LinearSegmentedColormap.from_list("hills", ["#7d8fc4", "#f7f6f2", "#e2a06a"])


class Surface(NamedTuple):
    """A function on a square grid, and points to draw over it.

    Attributes:
        values: `[n, n]`, rows from low to high y and columns from low to high x.
        reach: the grid covers [-reach, reach] in both directions.
        points: `[m, 2]`.
    """

    values: Real[np.ndarray, "_n _n"]
    reach: float
    points: Real[np.ndarray, "_m 2"]


def contours(rows: Mapping[str, Mapping[str, Surface]]) -> Figure:
    """A table of contour plots: a row per arm, a column per data set.

    The levels are equally spaced over the values of each panel, because critics differ in scale.
    Orange is high, blue is low.

    Args:
        rows: surfaces by arm and data set; a missing one leaves its panel empty.

    Returns:
        A figure.

    Raises:
        ValueError: nothing to draw.

    >>> x = np.linspace(-1, 1, 5)
    >>> surface = Surface(x[None] + x[:, None], 1.0, np.zeros((3, 2)))
    >>> [text.get_text() for text in contours({"clipping": {"ring": surface}}).texts][:2]
    ['ring', 'clipping']
    """
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    if not columns:
        raise ValueError("contours: rows is empty; give the surface of at least one arm")
    margin = 32 + max(width_of(arm, HEADING, "bold") for arm in rows)
    side = (PAGE - margin) // max(len(columns), 3) - GUTTER
    figure = canvas(
        margin + len(columns) * (side + GUTTER), HEAD + len(rows) * (side + GUTTER) + FOOT
    )
    colors = arm_colors(rows)
    for i, name in enumerate(columns):
        write(figure, name, margin + i * (side + GUTTER) + side // 2, 34, align="center")
    for j, (arm, row) in enumerate(rows.items()):
        y = HEAD + j * (side + GUTTER)
        style = {"size": HEADING, "weight": "bold", "color": colors[arm], "align": "right"}
        write(figure, arm, margin - 32, y + side // 2 + 10, **style)
        for name, surface in row.items():
            x = margin + columns.index(name) * (side + GUTTER)
            _panel(area(figure, x, y, side, side), surface)
    reaches = sorted({surface.reach for row in rows.values() for surface in row.values()})
    frame = f"[-{reaches[-1]:g}, {reaches[-1]:g}]\u00b2" if len(reaches) == 1 else "its own square"
    note = f"Lines: equal steps of the score, high where orange. Dots: points. Panels show {frame}."
    write(figure, note, margin, HEAD + len(rows) * (side + GUTTER) + 28, size=SMALL, color=SOFT)
    return figure


def _panel(axes: Axes, surface: Surface) -> None:
    reach, values = surface.reach, np.ma.masked_invalid(surface.values)
    axes.set_axis_on()
    axes.set(xticks=[], yticks=[], xlim=(-reach, reach), ylim=(-reach, reach))
    for spine in axes.spines.values():
        spine.set(color="#c3c8d1", linewidth=0.8)
    low, high = float(values.min()), float(values.max())
    if np.isfinite([low, high]).all() and high > low:
        at = np.linspace(-reach, reach, len(values))
        levels = np.linspace(low, high, LEVELS)
        axes.contourf(at, at, values, levels=levels, cmap=HILLS)
        lines = {"linewidths": 0.45, "linestyles": "solid", "alpha": 0.55}
        axes.contour(at, at, values, levels=levels, colors=INK, **lines)
    axes.scatter(*np.asarray(surface.points).T, s=2.2, color=INK, alpha=0.55, linewidths=0)
