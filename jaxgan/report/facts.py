"""Facts shared by page and Markdown: seeds, cost, provenance, diverged trainings."""

from __future__ import annotations

from collections.abc import Mapping

from jaxgan.report.numbers import duration, spread
from jaxgan.study.results import CellResult, Results

__all__ = [
    "ABSENT",
    "diverged",
    "facts",
    "has_reference",
    "has_rows",
    "mean_of",
    "seconds_on",
    "seeds_of",
]

ABSENT = "–"
"""Shown for a score that a cell does not have."""

SIDE_BY_SIDE = 12
"""The most cells that have a column each in the table of scores."""


def seeds_of(results: Results) -> str:
    """The number of seeds in each set: "10" or "10 + 10"."""
    return " + ".join(str(len(seeds)) for seeds in results.sets)


def seconds_on(results: Results) -> str:
    """The duration of the run and its machine."""
    return f"{duration(results.seconds)} on {results.provenance.get('device')}"


def facts(results: Results) -> dict[str, str]:
    """The provenance of the numbers."""
    origin = results.provenance
    commit = origin.get("commit") or "none: not run from a checkout"
    versions = origin.get("versions")
    named = versions.items() if isinstance(versions, Mapping) else ()
    return {
        "Seeds": seeds_of(results) + (f", scale {results.scale}" if results.scale else ""),
        "Commit": f"{commit}{', with uncommitted changes' if origin.get('dirty') else ''}",
        "Device": str(origin.get("device")),
        "Platform": str(origin.get("platform")),
        **({"Started": str(origin["started"])} if "started" in origin else {}),
        "Took": duration(results.seconds),
        "Versions": ", ".join(f"{name} {version}" for name, version in named),
    }


def diverged(results: Results) -> list[str]:
    """A line for each cell and seed that diverged."""
    return [
        f"{name}, seed {one.seed}: {one.note}"
        for name, cell in results.cells.items()
        for one in cell.seeds
        if one.ended == "diverged"
    ]


def has_reference(results: Results) -> bool:
    """Whether any metric has a value for real data."""
    return any(metric.reference is not None for metric in results.metrics.values())


def has_rows(results: Results) -> bool:
    """Whether cells are rows of the table of scores, since they are too many to be its columns."""
    return len(results.cells) > SIDE_BY_SIDE


def mean_of(cell: CellResult, metric: str) -> str:
    """A score's mean over the seeds that have ended; a dash if the cell does not have the score."""
    ended = [one.scores for one in cell.seeds if one.ended != "unfinished"]
    if ended and not any(metric in scores for scores in ended):
        return ABSENT
    return spread([scores.get(metric) for scores in ended])
