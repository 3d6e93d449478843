"""Transport plans between two discrete distributions on the line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Real
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from jaxgan.figures.canvas import area, canvas, write
from jaxgan.figures.style import COLORS, HEADING, INK, PAGE, PAPER, SMALL, SOFT, words

__all__ = ["Plan", "transport_plans"]

PER_LINE, GUTTER, HEAD, FOOT, BARS = 3, 56, 60, 60, 140
ROOM = 1.4  # for the numbers beside the longest bar
MASS = LinearSegmentedColormap.from_list("mass", [PAPER, COLORS[0]])


class Plan(NamedTuple):
    """A transport plan between points on the line.

    Attributes:
        plan: the mass that goes from each x to each y, `[n, m]`.
        x: where the mass comes from, `[n]`.
        y: where it goes, `[m]`.
    """

    plan: Real[np.ndarray, "_n _m"]
    x: Real[np.ndarray, " _n"]
    y: Real[np.ndarray, " _m"]

    @property
    def cost(self) -> float:
        """The mean distance that the mass moves."""
        return float((self.plan * np.abs(self.x[:, None] - self.y[None])).sum())


def transport_plans(panels: Mapping[str, Plan]) -> Figure:
    """A matrix of masses per plan, with the two distributions at its sides.

    Args:
        panels: plans by name.

    Returns:
        A figure.

    Raises:
        ValueError: nothing to draw.

    >>> plan = Plan(np.array([[0.5, 0.0], [0.0, 0.5]]), np.arange(2.0), np.arange(2.0))
    >>> transport_plans({"optimal": plan}).texts[0].get_text()
    'optimal: cost 0'
    """
    if not panels:
        raise ValueError("transport_plans: panels is empty; give at least one plan")
    lines = -(-len(panels) // PER_LINE)
    columns = -(-len(panels) // lines)
    side = PAGE // PER_LINE - GUTTER - BARS
    width, height = side + BARS + GUTTER, HEAD + side + BARS
    figure = canvas(columns * width, lines * height + FOOT)
    for i, (name, plan) in enumerate(panels.items()):
        x, y = (i % columns) * width, (i // columns) * height
        _panel(figure, plan, x, y + HEAD, side)
        title = f"{name}: cost {plan.cost:.3g}"
        write(figure, title, x + BARS, y + 36, size=HEADING, weight="bold", color=INK)
    note = (
        "Rows: mass at each x, left. Columns: mass at each y, top. Numbers: moved mass in percent."
    )
    write(figure, note, BARS, lines * height + 40, size=SMALL, color=SOFT)
    return figure


def _panel(figure: Figure, plan: Plan, x: int, y: int, side: int) -> None:
    masses = np.asarray(plan.plan, float)
    rows, columns = masses.shape
    axes = area(figure, x + BARS, y + BARS, side, side)
    axes.imshow(masses, cmap=MASS, vmin=0.0, vmax=masses.max() or 1.0, aspect="auto")
    for i, j in zip(*np.nonzero(masses > 5e-4), strict=True):
        color = PAPER if masses[i, j] > masses.max() / 2 else INK
        axes.text(
            j, i, f"{100 * masses[i, j]:.3g}", ha="center", va="center", **words(SMALL, color)
        )
    axes.set_axis_on()
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(color="#c3c8d1", linewidth=0.8)
    left, top = area(figure, x, y + BARS, BARS - 8, side), area(figure, x + BARS, y, side, BARS - 8)
    out, down = masses.sum(axis=1), masses.sum(axis=0)
    left.barh(np.arange(rows), -out, color=SOFT, height=0.8)
    left.set(ylim=(rows - 0.5, -0.5), xlim=(-ROOM * out.max(), 0))
    top.bar(np.arange(columns), down, color=SOFT, width=0.8)
    top.set(xlim=(-0.5, columns - 0.5), ylim=(0, ROOM * down.max()))
    for i, (at, mass) in enumerate(zip(plan.x, out, strict=True)):
        left.text(-mass, i, f"{at:g} ", ha="right", va="center", **words(SMALL, INK))
    for j, (at, mass) in enumerate(zip(plan.y, down, strict=True)):
        top.text(j, mass, f"{at:g}", ha="center", va="bottom", **words(SMALL, INK))
