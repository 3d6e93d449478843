"""Quantities over generator steps, of all seeds of a cell."""

from __future__ import annotations

import numpy as np

from jaxgan.study.records import Records, Series

__all__ = ["Panel", "curves_of"]

Panel = tuple[str, str]
"""A quantity of the records, and its label."""


def curves_of(records: Records, name: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Per cell, all steps at which a seed has the quantity, and values `[seeds, t]`.

    The values of a diverged seed are NaN from the divergence on. Seeds that have not ended are left
    out if there are others.
    """
    curves = {}
    for cell, of_cell in records.items():
        having = [record for record in of_cell if name in record.series]
        ended = [record for record in having if record.ended != "unfinished"] or having
        series = [record.series[name] for record in ended]
        if steps := sorted({step for one in series for step in one.steps.tolist()}):
            curves[cell] = (np.asarray(steps), np.stack([_at(one, steps) for one in series]))
    return curves


def _at(series: Series, steps: list[int]) -> np.ndarray:
    """The values at these steps, interpolated linearly; NaN outside the measured steps."""
    finite = np.isfinite(series.values)
    if not finite.any():
        return np.full(len(steps), np.nan)
    known = series.steps[finite], series.values[finite]
    return np.interp(steps, *known, left=np.nan, right=np.nan)
