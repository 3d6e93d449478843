"""The report as Markdown, and one table over several runs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from jaxgan.report.numbers import duration, number, spread
from jaxgan.report.paragraphs import paragraphs
from jaxgan.report.results import Results, read_results

__all__ = ["markdown", "summarize"]


def summarize(folders: Iterable[str | os.PathLike[str]]) -> str:
    """One Markdown table over the claims of several runs.

    Args:
        folders: of the runs.

    Returns:
        A row per claim, and one row for a run that claims nothing.

    Raises:
        ValueError: a folder without results.

    >>> print(summarize([]))
    | Experiment | Claim | Published | Measured | Verdict | Seeds | Cost |
    | --- | --- | --- | --- | --- | --- | --- |
    """
    rows = []
    for results in map(read_results, folders):
        origin = results["provenance"]
        cost = f"{duration(origin.get('seconds'))} on {origin.get('device')}"
        ends = [str(len(results["seeds"])), _plain(cost)]
        name = _plain(results["experiment"] or results["title"])
        claims = [_verdict(claim) for claim in results["claims"]]
        rows += [[name, *claim, *ends] for claim in claims or [["no claim", "", "", ""]]]
    heads = ["Experiment", "Claim", "Published", "Measured", "Verdict", "Seeds", "Cost"]
    return _table(heads, rows)


def markdown(results: Results) -> str:
    """The report of a run.

    Args:
        results: see `read_results`.

    Returns:
        A Markdown document.
    """
    origin = results["provenance"]
    versions = ", ".join(f"{k} {v}" for k, v in (origin.get("versions") or {}).items())
    dirty = ", with uncommitted changes" if origin.get("dirty") else ""
    facts = [
        f"{len(results['seeds'])} seeds, {results['steps']:,} generator steps, batch size "
        f"{results['batch_size']:,}, {duration(origin.get('seconds'))} on {origin.get('device')}",
        f"commit {origin.get('commit') or 'none: not run from a checkout'}{dirty}",
        f"{origin.get('platform')}, started {origin.get('started')}, {versions}",
    ]
    parts = {
        "Claims": _claims(results["claims"]),
        "Pictures": "\n\n".join(
            f"![{_plain(entry['caption'])}]({quote(entry['file'])})"
            for entry in results["pictures"]
        ),
        "Scores": _scores(results),
        "What differs from the paper": _paragraphs(results["differs"]),
        "Protocol": _paragraphs(results["protocol"]),
        "Settings": "\n\n".join(
            f"{_plain(arm)}:\n\n{_code(entry['recipe'])}\n\n{_code(entry['networks'])}"
            for arm, entry in results["arms"].items()
        ),
        "Provenance": "\n".join(f"- {_plain(fact)}" for fact in facts),
        "Make it again": _code(results["command"]),
    }
    head = [f"# {_plain(results['title'])}", _paragraphs(results["summary"]), _paper(results)]
    body = [f"## {heading}\n\n{text}" for heading, text in parts.items() if text]
    return "\n\n".join(filter(None, [*head, *body])) + "\n"


def _paper(results: Results) -> str:
    text, url = _plain(results["paper"]), results["url"]
    if not url.startswith(("https://", "http://")):
        return text
    return f"[{text or _plain(url)}](<{quote(url, safe=':/?#&=%~+,;@!$*()')}>)"


def _claims(claims: Sequence[dict[str, Any]]) -> str:
    rows = [
        [
            *_verdict(claim),
            ", ".join(map(number, claim["values"])),
            _plain(claim.get("reason") or ""),
        ]
        for claim in claims
    ]
    heads = ["Claim", "Published", "Measured", "Verdict", "Per seed", "Why"]
    return _table(heads, rows) if rows else ""


def _verdict(claim: dict[str, Any]) -> list[str]:
    bounds = f" [{', '.join(map(number, claim['interval']))}]" if claim["interval"] else ""
    measured = number(claim["measured"]) + bounds.replace("[", r"\[").replace("]", r"\]")
    return [_plain(claim["claim"]), _plain(claim["published"]), measured, f"**{claim['verdict']}**"]


def _scores(results: Results) -> str:
    if not results["metrics"]:
        return ""
    arms = list(results["arms"])
    rows = []
    for name, metric in results["metrics"].items():
        values = [results["scores"].get(arm, {}).get(name, []) for arm in arms]
        label = _plain(f"{metric['label']} ({metric['better']} is better)")
        rows.append([label, *map(spread, values), number(metric["reference"])])
    table = _table(["After the last step", *map(_plain, arms), "Reference"], rows)
    note = "Mean over seeds ± half-width of its 95 % Student interval; reference: real data."
    return f"{table}\n\n{note}"


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
