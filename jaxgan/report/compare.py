"""One table of the cells of several runs, with the settings in which they differ."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from jaxgan.metrics import Stamp, stamp_differences
from jaxgan.report.differences import differing
from jaxgan.report.facts import ABSENT
from jaxgan.report.markdown import plain, table
from jaxgan.report.numbers import number, spread
from jaxgan.report.score_table import refusals
from jaxgan.study.folder import Run
from jaxgan.study.records import Record
from jaxgan.study.results import CellResult

__all__ = ["compare", "compared"]

GAP = "critic/gap"


class Row(NamedTuple):
    """A cell of a run: its path and name, the settings in which it differs, and its numbers."""

    path: str
    cell: str
    differs: str
    numbers: list[str]


def compare(runs: Mapping[str, Run]) -> str:
    """A Markdown table with a row per cell.

    Args:
        runs: the runs by path.

    Returns:
        The table: path, cell, settings that are not the same in all rows, steps, seeds, the last
        critic gap and the scores, as means over the seeds with 95 % intervals. Scores whose stamps
        differ are left out; a line for each of them names the fields.

    >>> print(compare({}))
    | Run | Cell | Differs in | Steps | Seeds | Last critic gap |
    | --- | --- | --- | --- | --- | --- |
    """
    heads, rows = compared(runs)
    lines = [
        [_code(row.path), _code(row.cell), _code(row.differs), *map(plain, row.numbers)]
        for row in rows
    ]
    labels = _labels(runs)
    refused = refusals({labels[name]: reason for name, reason in _refused(runs).items()})
    found = table(["Run", "Cell", "Differs in", *map(plain, heads)], lines)
    return "\n\n".join([found, *refused])


def compared(runs: Mapping[str, Run]) -> tuple[list[str], list[Row]]:
    """The contents of `compare`.

    Args:
        runs: the runs by path.

    Returns:
        The names of the numbers, and the rows.
    """
    cells = [
        (path, name, cell, run.records.get(name, ()), run.identities.get(name, {}))
        for path, run in runs.items()
        for name, cell in run.results.cells.items()
    ]
    different = differing([identity for *_, identity in cells])
    labels = _labels(runs)
    refused = _refused(runs)
    scored = dict.fromkeys(name for _, _, cell, *_ in cells for name in _scored(cell))
    scores = [name for name in scored if name not in refused]
    rows = []
    for (path, name, cell, records, _), settings in zip(cells, different, strict=True):
        steps = _range([one.steps for one in cell.seeds])
        found = [_score(cell, score) for score in scores]
        rows.append(Row(path, name, settings, [steps, _seeds(cell), _gap(records), *found]))
    heads = ["Steps", "Seeds", "Last critic gap", *(labels.get(name, name) for name in scores)]
    return heads, rows


def _labels(runs: Mapping[str, Run]) -> dict[str, str]:
    return {name: m.label for run in runs.values() for name, m in run.results.metrics.items()}


def _refused(runs: Mapping[str, Run]) -> dict[str, str]:
    """The scores that were measured in different ways, with the fields that differ."""
    found: dict[str, str] = {}
    first: dict[str, Stamp | None] = {}
    for run in runs.values():
        for name, metric in run.results.metrics.items():
            one, other = first.setdefault(name, metric.stamp), metric.stamp
            if one is None or other is None:
                reason = "" if one is other else "not every run has its stamp"
            else:
                reason = "; ".join(stamp_differences(one, other))
            if reason:
                found.setdefault(name, reason)
    return found


def _scored(cell: CellResult) -> list[str]:
    return [name for one in cell.seeds for name in one.scores]


def _score(cell: CellResult, name: str) -> str:
    found = [one.scores[name] for one in cell.seeds if name in one.scores]
    return spread(found) if found else ABSENT


def _range(steps: Sequence[int]) -> str:
    ends = sorted({min(steps), max(steps)}) if steps else []
    return " to ".join(f"{step:,}" for step in ends)


def _seeds(cell: CellResult) -> str:
    """The number of seeds, or which one, and how many did not finish."""
    counts = [
        f"{n} {ended}"
        for ended in ("diverged", "unfinished")
        if (n := sum(one.ended == ended for one in cell.seeds))
    ]
    if len(cell.seeds) == 1 and cell.seeds[0].seed:
        counts = [f"seed {cell.seeds[0].seed}", *counts]
    return f"{len(cell.seeds)}" + (f" ({', '.join(counts)})" if counts else "")


def _gap(records: Sequence[Record]) -> str:
    """The mean of the last gaps; seeds that diverged are left out, and the text says so."""
    last = [
        math.nan if one.ended == "diverged" else float(one.series[GAP].values[-1])
        for one in records
        if GAP in one.series
    ]
    if len(last) == 1:
        return number(last[0])
    return spread(last) if last else ABSENT


def _code(text: str) -> str:
    """The text as a Markdown code span in a table; a dash if it is empty."""
    plainer = text.replace("`", "'").replace("|", chr(92) + "|")
    return f"`{plainer}`" if text else ABSENT
