"""The report as Markdown, and one table over several runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from jaxgan.report.facts import diverged, facts, seconds_on, seeds_of, values_of
from jaxgan.report.numbers import duration, number, spread, with_interval
from jaxgan.report.paragraphs import paragraphs
from jaxgan.study.results import ClaimResult, Results

__all__ = ["markdown", "summarize"]


def summarize(runs: Iterable[Results]) -> str:
    """One Markdown table over the claims of several runs.

    Args:
        runs: their results.

    Returns:
        A row per claim, and one row for a run that claims nothing.

    >>> print(summarize([]))
    | Experiment | Claim | Published | Measured | Verdict | Seeds | Cost |
    | --- | --- | --- | --- | --- | --- | --- |
    """
    rows = []
    for results in runs:
        name = _plain(results.experiment or results.title)
        ends = [seeds_of(results), _plain(seconds_on(results))]
        claims = [_claim(claim) for claim in results.claims]
        rows += [[name, *claim, *ends] for claim in claims or [["no claim", "", "", ""]]]
    heads = ["Experiment", "Claim", "Published", "Measured", "Verdict", "Seeds", "Cost"]
    return _table(heads, rows)


def markdown(results: Results) -> str:
    """The report of a run.

    Args:
        results: of the run.

    Returns:
        A Markdown document.
    """
    parts = {
        "Claims": _claims(results.claims),
        "Diverged": "\n".join(f"- {_plain(line)}" for line in diverged(results)),
        "Pictures": "\n\n".join(
            f"![{_plain(entry.caption)}]({quote(entry.file)})" for entry in results.pictures
        ),
        "Scores": _scores(results),
        "What differs from the paper": _paragraphs(results.differs),
        "Protocol": _paragraphs(results.protocol),
        "Settings": "\n\n".join(_settings(results)),
        "Provenance": "\n".join(
            f"- {_plain(f'{name}: {text}')}" for name, text in facts(results).items()
        ),
        "Reproduce": _code(results.command),
    }
    head = [f"# {_plain(results.title)}", _paragraphs(results.claim), _paper(results)]
    body = [f"## {heading}\n\n{text}" for heading, text in parts.items() if text]
    return "\n\n".join(filter(None, [*head, *body])) + "\n"


def _paper(results: Results) -> str:
    text, url = _plain(results.paper), results.url
    if not url.startswith(("https://", "http://")):
        return text
    return f"[{text or _plain(url)}](<{quote(url, safe=':/?#&=%~+,;@!$*()')}>)"


def _claims(claims: Sequence[ClaimResult]) -> str:
    rows = []
    for claim in claims:
        values = "; ".join(", ".join(map(number, verdict.values)) for verdict in claim.verdicts)
        why = "; ".join(dict.fromkeys(verdict.reason for verdict in claim.verdicts))
        rows.append([*_claim(claim), values, _plain(why)])
    heads = ["Claim", "Published", "Measured", "Verdict", "Each number", "Why"]
    return _table(heads, rows) if rows else ""


def _claim(claim: ClaimResult) -> list[str]:
    """Sentence, published, measured and verdict, those of further sets of seeds behind."""
    measured = [with_interval(verdict.measured, verdict.interval) for verdict in claim.verdicts]
    verdicts = [f"**{verdict.verdict}**" for verdict in claim.verdicts]
    brackets = str.maketrans({"[": r"\[", "]": r"\]"})
    return [
        _plain(claim.sentence),
        _plain(claim.published),
        "; again ".join(measured).translate(brackets),
        "; again ".join(verdicts),
    ]


def _scores(results: Results) -> str:
    if not results.metrics:
        return ""
    rows = []
    for name, metric in results.metrics.items():
        values = [spread(values_of(cell, name)) for cell in results.cells.values()]
        label = _plain(f"{metric.label} ({metric.better} is better)")
        rows.append([label, *values, number(metric.reference)])
    table = _table(["At the end", *map(_plain, results.cells), "Real data"], rows)
    return f"{table}\n\nMean over seeds ± half-width of its 95 % Student interval."


def _settings(results: Results) -> Iterable[str]:
    for name, cell in results.cells.items():
        times = ", ".join(duration(one.seconds) for one in cell.seeds)
        yield f"{_plain(name)} ({times} per seed):"
        yield _code("\n".join(f"{key}: {value}" for key, value in cell.settings.items()))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """One line in which nothing is markup."""
    line = re.sub(r"([\\`*_\[\]<>|~$&])", r"\\\1", " ".join(text.split()))
    return re.sub(r"^(\d*)(?=([-+#=]+|[.)])(\s|$))", r"\1\\", line)


def _paragraphs(text: str) -> str:
    return "\n\n".join(
        _plain(block)
        if isinstance(block, str)
        else "\n".join(f"- {_plain(item)}" for item in block)
        for block in paragraphs(text)
    )


def _code(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
