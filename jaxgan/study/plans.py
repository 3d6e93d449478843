"""The picture of transport plans."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from matplotlib.figure import Figure

from jaxgan import figures
from jaxgan.figures.plans import Plan
from jaxgan.study.picture import Metric, Picture
from jaxgan.study.records import Records

__all__ = ["Plans"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plans(Picture):
    """Transport plans on the line: the arrays `plan`, `plan/x` and `plan/y` of a cell.

    >>> Plans().file
    'plans.png'
    """

    file: str = "plans.png"
    caption: str = "The mass that each plan moves from x to y, and its mean distance; seed 0."

    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """A panel per cell."""
        firsts = {cell: of_cell[0].arrays for cell, of_cell in records.items() if of_cell}
        return figures.transport_plans(
            {
                cell: Plan(arrays["plan"], arrays["plan/x"], arrays["plan/y"])
                for cell, arrays in firsts.items()
                if "plan" in arrays
            }
        )
