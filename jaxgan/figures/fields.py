"""Vector fields on the plane, each with a trajectory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Real
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from jaxgan.figures.canvas import area, canvas, write
from jaxgan.figures.style import HEADING, INK, PAGE, SMALL, SOFT, arm_colors

__all__ = ["Field", "vector_fields"]

PER_LINE, GUTTER, HEAD, FOOT = 5, 32, 44, 56


class Field(NamedTuple):
    """A vector field on a square grid around the origin, and a path through it.

    Attributes:
        arrows: `[n, n, 2]`, rows from low to high y and columns from low to high x.
        reach: the grid covers [-reach, reach] in both directions.
        path: `[t, 2]`.
    """

    arrows: Real[np.ndarray, "_n _n 2"]
    reach: float
    path: Real[np.ndarray, "_t 2"]


def vector_fields(panels: Mapping[str, Field], axes: tuple[str, str] = ("x", "y")) -> Figure:
    """A panel per arm: its field as arrows of equal length, its path from ring to square.

    Args:
        panels: fields by arm.
        axes: names of the two coordinates.

    Returns:
        A figure.

    Raises:
        ValueError: nothing to draw.

    >>> field = Field(np.ones((3, 3, 2)), 2.0, np.zeros((4, 2)))
    >>> vector_fields({"wgan": field}).texts[0].get_text()
    'wgan'
    """
    if not panels:
        raise ValueError("vector_fields: panels is empty; give the field of at least one arm")
    lines = -(-len(panels) // PER_LINE)
    columns = -(-len(panels) // lines)
    side = PAGE // max(columns, 3) - GUTTER
    figure = canvas(columns * (side + GUTTER), lines * (HEAD + side) + FOOT)
    colors = arm_colors(panels)
    for i, (arm, field) in enumerate(panels.items()):
        x, y = (i % columns) * (side + GUTTER), (i // columns) * (HEAD + side)
        _panel(area(figure, x, y + HEAD, side, side), field, colors[arm])
        write(figure, arm, x, y + 30, size=HEADING, weight="bold", color=colors[arm])
    reach = max(field.reach for field in panels.values())
    note = (
        f"Horizontal: {axes[0]}, vertical: {axes[1]}, both in [-{reach:g}, {reach:g}]. Arrows: "
        "direction of a step. Line: steps from the ring to the square."
    )
    write(figure, note, 0, lines * (HEAD + side) + 36, size=SMALL, color=SOFT)
    return figure


def _panel(axes: Axes, field: Field, color: str) -> None:
    reach = field.reach
    axes.set_axis_on()
    axes.set(xticks=[], yticks=[], xlim=(-reach, reach), ylim=(-reach, reach))
    for spine in axes.spines.values():
        spine.set(color="#c3c8d1", linewidth=0.8)
    axes.axhline(0, color="#e4e7ec", linewidth=0.8, zorder=0)
    axes.axvline(0, color="#e4e7ec", linewidth=0.8, zorder=0)
    at = np.linspace(-reach, reach, len(field.arrows))
    length = np.linalg.norm(field.arrows, axis=-1, keepdims=True)
    unit = np.divide(field.arrows, length, out=np.zeros_like(field.arrows), where=length > 0)
    axes.quiver(at, at, *np.moveaxis(unit, -1, 0), color=SOFT, alpha=0.6, scale=24, width=0.006)
    path = np.asarray(field.path)
    axes.plot(*path.T, color=color, linewidth=1.1, zorder=3)
    axes.plot(*path[0], "o", color=color, markersize=5, markerfacecolor="white", zorder=4)
    axes.plot(*np.clip(path[-1], -reach, reach), "s", color=INK, markersize=4, zorder=5)
