"""The report as Markdown, and one table of several runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from jaxgan.report.facts import (
    diverged,
    facts,
    has_reference,
    has_rows,
    mean_of,
    seconds_on,
    seeds_of,
)
from jaxgan.report.numbers import duration, number, with_interval
from jaxgan.report.paragraphs import paragraphs
from jaxgan.study.results import ClaimResult, Results

__all__ = ["claims", "judged", "markdown", "plain", "scores", "summarize", "table"]


def summarize(runs: Iterable[Results]) -> str:
    """One Markdown table of the claims of several runs.

    Args:
        runs: the runs' results.

    Returns:
        A row per claim, and one row for a run without claims; only a run's first row has its name
        and cost.

    >>> print(summarize([]))
    | Experiment | Claim | Published | Measured | Verdict | Seeds | Cost |
    | --- | --- | --- | --- | --- | --- | --- |
    """
    rows = []
    for results in runs:
        found = [[*judged(claim), _seeds(results, claim)] for claim in results.claims]
        first, *others = found or [["no claim", "", "", "", seeds_of(results)]]
        name = plain(results.experiment or results.title)
        rows.append([name, *first, plain(seconds_on(results))])
        rows += [["", *other, ""] for other in others]
    heads = ["Experiment", "Claim", "Published", "Measured", "Verdict", "Seeds", "Cost"]
    return table(heads, rows)


def markdown(results: Results, cells: str = "") -> str:
    """The report of a run.

    Args:
        results: the run's results.
        cells: a table of the cells of a run without scores.

    Returns:
        A Markdown document.
    """
    parts = {
        "Claims": claims(results),
        "Diverged": "\n".join(f"- {plain(line)}" for line in diverged(results)),
        "Pictures": "\n\n".join(
            f"![{plain(entry.caption)}]({quote(entry.file)})" for entry in results.pictures
        ),
        "Scores": scores(results),
        "Cells": cells,
        "What differs from the paper": _paragraphs(results.differs),
        "Protocol": _paragraphs(results.protocol),
        "Settings": "\n\n".join(_settings(results)),
        "Provenance": "\n".join(
            f"- {plain(f'{name}: {text}')}" for name, text in facts(results).items()
        ),
        "Reproduce": _code(results.command),
    }
    head = [f"# {plain(results.title)}", _paragraphs(results.claim), _paper(results)]
    body = [f"## {heading}\n\n{text}" for heading, text in parts.items() if text]
    return "\n\n".join(filter(None, [*head, *body])) + "\n"


def claims(results: Results) -> str:
    """The claims of a run beside the published results, as a Markdown table.

    Args:
        results: the run's results.

    Returns:
        A table with a row per claim; empty without claims.
    """
    rows = []
    for claim in results.claims:
        values = "; ".join(", ".join(map(number, verdict.values)) for verdict in claim.verdicts)
        why = "; ".join(dict.fromkeys(verdict.reason for verdict in claim.verdicts))
        rows.append([*judged(claim), values, plain(why)])
    heads = ["Claim", "Published", "Measured", "Verdict", "Each number", "Why"]
    return table(heads, rows) if rows else ""


def scores(results: Results) -> str:
    """The scores of all cells, as a Markdown table.

    Args:
        results: the run's results.

    Returns:
        A table with a row per metric, or a row per cell of many; empty without metrics.
    """
    if not results.metrics:
        return ""
    real = ["Real data"] if has_reference(results) else []
    grid = [["At the end", *map(plain, results.cells), *real]]
    for name, metric in results.metrics.items():
        values = [mean_of(cell, name) for cell in results.cells.values()]
        label = plain(f"{metric.label} ({metric.better} is better)")
        grid.append([label, *values, *([number(metric.reference)] if real else [])])
    heads, *rows = zip(*grid, strict=True) if has_rows(results) else grid
    return f"{table(heads, rows)}\n\nMean over seeds ± half-width of its 95 % Student interval."


def _paper(results: Results) -> str:
    text, url = plain(results.paper), results.url
    if not url.startswith(("https://", "http://")):
        return text
    return f"[{text or plain(url)}](<{quote(url, safe=':/?#&=%~+,;@!$*()')}>)"


def judged(claim: ClaimResult) -> list[str]:
    """Sentence, published, measured and verdict; further sets of seeds follow after "again"."""
    measured = [with_interval(verdict.measured, verdict.interval) for verdict in claim.verdicts]
    verdicts = [f"**{verdict.verdict}**" for verdict in claim.verdicts]
    brackets = str.maketrans({"[": r"\[", "]": r"\]"})
    return [
        plain(claim.sentence),
        plain(claim.published),
        "; again ".join(measured).translate(brackets),
        "; again ".join(verdicts),
    ]


def _seeds(results: Results, claim: ClaimResult) -> str:
    return "exact" if claim.unit == "exact" else seeds_of(results)


def _settings(results: Results) -> Iterable[str]:
    for name, cell in results.cells.items():
        times = ", ".join(duration(one.seconds) for one in cell.seeds)
        yield f"{plain(name)} ({times} per seed):"
        yield _code("\n".join(f"{key}: {value}" for key, value in cell.settings.items()))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the cells are Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def plain(text: str) -> str:
    """The text on one line, with Markdown characters escaped."""
    line = re.sub(r"([\\`*_\[\]<>|~$&])", r"\\\1", " ".join(text.split()))
    return re.sub(r"^(\d*)(?=([-+#=]+|[.)])(\s|$))", r"\1\\", line)


def _paragraphs(text: str) -> str:
    return "\n\n".join(
        plain(block) if isinstance(block, str) else "\n".join(f"- {plain(item)}" for item in block)
        for block in paragraphs(text)
    )


def _code(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
