"""Which cell is next: each part has a share of the time, then the rest is for what did not fit."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from benchmarks.gpu.cells import Cell

__all__ = ["run"]

PATIENCE = 0.3
"""The largest share of the time that one cell may take, if that is more than a minute."""


def run(
    cells: Iterable[Cell],
    shares: Mapping[str, float],
    seconds: float,
    take: Callable[[Cell, float], dict[str, Any]],
    put: Callable[[Cell, dict[str, Any]], None],
) -> None:
    """Measures cells until the time is up.

    A cell is expected to take as long as the one before it of the same part. A part has its first
    cell measured whatever its share is.

    Args:
        cells: the cells; those of a part follow one another.
        shares: the share of the time of each part.
        seconds: the time.
        take: a function of a cell and the seconds that it may take, which measures it.
        put: a function of a cell and its result, which notes it.
    """
    end = time.monotonic() + seconds
    expected: dict[str, float] = {}

    def fits(cell: Cell, until: float) -> bool:
        return time.monotonic() + expected.get(cell.part, 0.0) < until

    def measure(cell: Cell) -> None:
        begin = time.monotonic()
        found = take(cell, min(end - begin, max(60.0, PATIENCE * seconds)))
        expected[cell.part] = time.monotonic() - begin
        put(cell, found | {"wall": expected[cell.part]})

    waiting = []
    for part, of_part in itertools.groupby(cells, lambda cell: cell.part):
        until = min(end, time.monotonic() + shares[part] * seconds)
        for cell in of_part:
            if fits(cell, until):
                measure(cell)
            else:
                waiting.append(cell)
    for cell in waiting:
        if fits(cell, end):
            measure(cell)
        else:
            left = max(0.0, end - time.monotonic())
            needed = expected.get(cell.part, 0.0)
            put(cell, {"skipped": f"{left:.0f} s are left, about {needed:.0f} s are needed"})
