"""The report as one self-contained HTML page: no script, no font, no file beside it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

from jaxgan.figures import arm_colors
from jaxgan.report.markup import code, link, picture, prose
from jaxgan.report.numbers import MISSING, Number, duration, number, spread
from jaxgan.report.results import Results
from jaxgan.report.strip import strip

__all__ = ["page"]

MARKS = {"holds": "✓", "does not hold": "✕", "undecided": "?", "not judged": "–"}
BETTER = {"higher": "↑ higher is better", "lower": "↓ lower is better"}


def page(results: Results, folder: Path) -> str:
    """The report of a run.

    Args:
        results: see `read_results`.
        folder: where its pictures are.

    Returns:
        A whole HTML document.
    """
    sections = [
        _head(results),
        _section("Claims", [_claim(claim) for claim in results["claims"]]),
        _section("Pictures", [_figure(folder, **entry) for entry in results["pictures"]]),
        _section("Scores", [_scores(results)] if results["metrics"] else []),
        _section("What differs from the paper", [prose(results["differs"])]),
        _section("Protocol", [prose(results["protocol"] or "None was recorded.")], "protocol"),
        _section("Settings", [_setting(arm, entry) for arm, entry in results["arms"].items()]),
        _section("Provenance", [_provenance(results["provenance"])]),
        _section("Make it again", [f"<pre>{html.escape(results['command'])}</pre>"]),
    ]
    files = resources.files("jaxgan.report")
    template = Template(files.joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=html.escape(results["title"]),
        style=files.joinpath("page.css").read_text(encoding="utf-8"),
        body="\n".join(filter(None, sections)),
    )


def _section(heading: str, parts: list[str], name: str = "") -> str:
    """Nothing without content: a training of one's own has no claims and no paper."""
    content = "\n".join(filter(None, parts))
    mark = f' id="{name}"' if name else ""
    return f"<section{mark}>\n<h2>{heading}</h2>\n{content}\n</section>" if content else ""


def _head(results: Results) -> str:
    facts = {
        "Seeds": ", ".join(map(str, results["seeds"])),
        "Generator steps": f"{results['steps']:,}",
        "Batch size": f"{results['batch_size']:,}",
        "Device": str(results["provenance"].get("device")),
        "Time": duration(results["provenance"].get("seconds")),
    }
    entries = "".join(f"<div>{_entry(name, text)}</div>" for name, text in facts.items())
    paper = link(results["paper"], results["url"])
    return (
        f'<header>\n<p class="eyebrow">{html.escape(results["experiment"])}</p>\n'
        f"<h1>{html.escape(results['title'])}</h1>\n"
        f'<div class="lead">{prose(results["summary"])}</div>\n'
        f"{f'<p>{paper}</p>' if paper else ''}\n"
        f'<dl class="facts">{entries}</dl>\n</header>'
    )


def _entry(name: str, text: str, cls: str = "") -> str:
    mark = f' class="{cls}"' if cls else ""
    return f"<dt>{html.escape(name)}</dt><dd{mark}>{html.escape(text)}</dd>"


def _claim(claim: dict[str, Any]) -> str:
    verdict, interval, values = claim["verdict"], claim["interval"], claim["values"]
    badge = f'<span class="badge {verdict.replace(" ", "-")}">{MARKS[verdict]} {verdict}</span>'
    bounds = ""
    if interval:
        low, high = map(number, interval)
        bounds = f"<dd>95 % interval [{low}, {high}]</dd>"
    state = "measured" if claim["measured"] is not None else "missing"
    drawing = strip(values, claim["measured"], interval, claim["threshold"])
    seeds = ", ".join(map(number, values)) or MISSING
    return (
        '<article class="claim card">\n'
        f"<header><h3>{html.escape(claim['claim'])}</h3>{badge}</header>\n"
        f"<dl><div>{_entry('Published', claim['published'] or 'no statement')}</div>\n"
        f"<div>{_entry('Measured', number(claim['measured']), state)}{bounds}</div>\n"
        f"<div><dt>Per seed; the dashes are the threshold {number(claim['threshold'])}</dt>"
        f"<dd>{drawing}</dd><dd>{seeds}</dd></div></dl>\n"
        f'<p class="reason">{_sentence(claim.get("reason") or "")}'
        '<a href="#protocol">How it was measured</a></p>\n</article>'
    )


def _sentence(text: str) -> str:
    return f"{html.escape(text[:1].upper() + text[1:].rstrip('.'))}. " if text else ""


def _figure(folder: Path, file: str, caption: str) -> str:
    return (
        f'<figure class="card"><div class="sheet">{picture(folder, file, caption)}</div>'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
    )


def _scores(results: Results) -> str:
    arms, metrics = list(results["arms"]), results["metrics"]
    colors = arm_colors(arms)
    head = "".join(
        f'<th scope="col" class="arm" style="--arm:{colors[arm]}">{html.escape(arm)}</th>'
        for arm in arms
    )
    rows = []
    for name, metric in metrics.items():
        notes = [BETTER.get(metric["better"], ""), html.escape(metric.get("note") or "")]
        label = html.escape(metric["label"]) + "".join(f"<small>{note}</small>" for note in notes)
        cells = "".join(_cell(results["scores"].get(arm, {}).get(name, [])) for arm in arms)
        reference = f"<td>{number(metric['reference'])}</td>"
        rows.append(f'<tr><th scope="row">{label}</th>{cells}{reference}</tr>')
    return (
        '<div class="card scroll"><table>\n'
        f'<thead><tr><th scope="col">After the last step</th>{head}<th scope="col">Reference</th>'
        f"</tr></thead>\n<tbody>{''.join(rows)}</tbody>\n</table></div>\n"
        '<p class="under">Mean over seeds ± half-width of its 95 % Student interval; below, each '
        "seed. The reference is the same score of real data. "
        '<a href="#protocol">How they were taken</a></p>'
    )


def _cell(values: Sequence[Number]) -> str:
    seeds = ", ".join(map(number, values))
    return f"<td><strong>{spread(values)}</strong><small>{seeds}</small></td>"


def _setting(arm: str, entry: dict[str, Any]) -> str:
    times = ", ".join(map(duration, entry["seconds"]))
    return (
        f'<article class="setting card"><header><h3>{html.escape(arm)}</h3>'
        f'<span class="soft">{times} per seed</span></header>\n'
        f'<div class="pair">{code(entry["recipe"])}\n{code(entry["networks"])}</div></article>'
    )


def _provenance(provenance: dict[str, Any]) -> str:
    commit = provenance.get("commit") or "none: not run from a checkout"
    facts = {
        "Commit": commit + (", with uncommitted changes" if provenance.get("dirty") else ""),
        "Device": str(provenance.get("device")),
        "Platform": str(provenance.get("platform")),
        "Started": str(provenance.get("started")),
        "Took": f"{duration(provenance.get('seconds'))} ({number(provenance.get('seconds'))} s)",
        "Versions": ", ".join(f"{k} {v}" for k, v in (provenance.get("versions") or {}).items()),
    }
    entries = "".join(_entry(name, text) for name, text in facts.items())
    return f'<dl class="provenance card">{entries}</dl>'
