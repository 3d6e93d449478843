"""Stamped scores as tables: those of one generator, and those of several side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from jaxgan.metrics import StampedScore, stamp_differences
from jaxgan.report.facts import ABSENT
from jaxgan.report.markdown import plain, table
from jaxgan.report.numbers import number

__all__ = ["refusals", "score_comparison", "score_table"]

COMMON = ("n_real", "n_fake", "split", "data", "batch_norm", "parameters")
"""Fields of a stamp that are the same for all scores of one measurement."""


def score_table(scores: Sequence[StampedScore]) -> str:
    """The scores of one generator, with floors, directions and stamps, as Markdown.

    Args:
        scores: scores that were measured together.

    Returns:
        A table with a row per score, and a line with what their stamps have in common.

    >>> print(score_table([]))
    | Score | Value | Floor | Better | Between seeds | Between draws | Metric | Sees |
    | --- | --- | --- | --- | --- | --- | --- | --- |
    """
    rows = []
    for score in scores:
        numbers = [number(score.mean), _known(score.floor), score.better]
        spreads = map(_known, score.deviations)
        sees = "pixels" if score.stamp.features == "pixels" else "features"
        rows.append([score.name, *numbers, *spreads, f"`{score.stamp.metric}`", sees])
    heads = ["Score", "Value", "Floor", "Better", "Between seeds", "Between draws"]
    found = table([*heads, "Metric", "Sees"], rows)
    if not scores:
        return found
    common = [f"{name}: {getattr(scores[0].stamp, name)}" for name in COMMON]
    networks = dict.fromkeys((score.stamp.features, score.stamp.resize) for score in scores)
    common += [f"features: {plain(f)}; resize: {r}" for f, r in networks if f != "pixels"]
    return f"{found}\n\nStamp: {'; '.join(common)}."


def score_comparison(runs: Mapping[str, Mapping[str, Sequence[StampedScore]]]) -> str:
    """The scores of several runs side by side; refused where their stamps differ.

    Args:
        runs: scores by run and cell.

    Returns:
        A table with a row per cell and a column per score that all cells have with equal stamps;
        then a line for each score that is not compared, with the fields that differ. Empty if
        fewer than two cells have scores.

    >>> score_comparison({})
    ''
    """
    rows = {
        (run, cell): {score.name: score for score in scores}
        for run, cells in runs.items()
        for cell, scores in cells.items()
        if scores
    }
    if len(rows) < 2:
        return ""
    first, *others = rows.values()
    refused = {name: reason for name in first if (reason := _refusal(name, first, others))}
    names = [name for name in first if name not in refused]
    lines = [
        [f"`{run}`", f"`{cell}`", *(number(scores[name].mean) for name in names)]
        for (run, cell), scores in rows.items()
    ]
    floors = [["real data", "", *(_known(first[name].floor) for name in names)]]
    heads = [f"{name} ({first[name].better})" for name in names]
    found = table(["Run", "Cell", *heads], [*lines, *floors]) if names else ""
    return "\n\n".join(filter(None, [found, *refusals(refused)]))


def refusals(reasons: Mapping[str, str]) -> list[str]:
    """Sentences on the scores that are not compared.

    Args:
        reasons: the reason by score.

    Returns:
        A sentence per reason.

    >>> refusals({"precision": "n_fake is 10 and 20", "recall": "n_fake is 10 and 20"})
    ['Not compared: precision, recall (n_fake is 10 and 20).']
    """
    names = {why: [name for name in reasons if reasons[name] == why] for why in reasons.values()}
    return [f"Not compared: {', '.join(found)} ({why})." for why, found in names.items()]


def _refusal(
    name: str, first: Mapping[str, StampedScore], others: Sequence[Mapping[str, StampedScore]]
) -> str:
    """Why a score cannot be compared; empty if it can."""
    for other in others:
        if name not in other:
            return "not every run has it"
        if differing := stamp_differences(first[name].stamp, other[name].stamp):
            return "; ".join(differing)
    return ""


def _known(value: float | None) -> str:
    return ABSENT if value is None or math.isnan(value) else number(value)
