"""A claim as inline SVG: threshold, seeds, mean and interval on one line."""

from __future__ import annotations

import math
from collections.abc import Sequence

from jaxgan.report.numbers import Value

__all__ = ["strip"]

WIDTH, HEIGHT, MARGIN, LINE = 360, 40, 14, 20


def strip(
    values: Sequence[Value],
    measured: Value,
    interval: Sequence[float] | None,
    threshold: float,
) -> str:
    """The drawing beside a verdict.

    Args:
        values: one per seed.
        measured: their mean.
        interval: lower and upper end of the mean's interval, or None.
        threshold: of the claim.

    Returns:
        An `<svg>` element, empty if there is nothing finite to draw.

    >>> strip([None], None, None, 0.0)
    ''
    >>> strip([1.0, 3.0], 2.0, [0.5, 3.5], 0.0).count("<circle")
    2
    """
    seeds = [value for value in values if value is not None and math.isfinite(value)]
    if not seeds:
        return ""
    drawn = [*seeds, threshold, *(interval or ())]
    low, span = min(drawn), (max(drawn) - min(drawn)) or 1.0

    def x(value: float) -> str:
        return f"{MARGIN + (WIDTH - 2 * MARGIN) * (value - low) / span:.1f}"

    marks = [f'<line class="axis" x1="0" x2="{WIDTH}" y1="{LINE}" y2="{LINE}"/>']
    marks.append(
        f'<line class="threshold" x1="{x(threshold)}" x2="{x(threshold)}" y1="2" y2="38"/>'
    )
    if interval:
        ends = f'x1="{x(interval[0])}" x2="{x(interval[1])}" y1="{LINE}" y2="{LINE}"'
        marks.append(f'<line class="interval" {ends}/>')
    if measured is not None and math.isfinite(measured):
        marks.append(f'<line class="mean" x1="{x(measured)}" x2="{x(measured)}" y1="11" y2="29"/>')
    marks += [f'<circle cx="{x(value)}" cy="{LINE}" r="4"/>' for value in seeds]
    stroke = " Stroke: their mean. Bar: its 95 % interval." if interval else ""
    title = f"<title>Dots: each number.{stroke} Dashes: threshold.</title>"
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{title}{"".join(marks)}</svg>'
