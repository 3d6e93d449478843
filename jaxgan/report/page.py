"""The report as one self-contained HTML page: without scripts, fonts or other files."""

from __future__ import annotations

import html
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from string import Template

from jaxgan.figures import arm_colors
from jaxgan.report.badges import badges
from jaxgan.report.compare import compared
from jaxgan.report.facts import (
    ABSENT,
    diverged,
    facts,
    has_reference,
    has_rows,
    mean_of,
    seconds_on,
    seeds_of,
)
from jaxgan.report.markup import code, link, picture, prose
from jaxgan.report.numbers import MISSING, duration, number, with_interval
from jaxgan.report.strip import strip
from jaxgan.study.claims import Verdict
from jaxgan.study.folder import Run
from jaxgan.study.results import CellResult, ClaimResult, MetricResult, PictureResult, Results

__all__ = ["page"]

BETTER = {"higher": "↑ higher is better", "lower": "↓ lower is better"}
EACH = {"seeds": "Per seed", "draws": "Per draw", "set": "Per set of seeds", "exact": "Each number"}


def page(run: Run, folder: Path, problems: Mapping[str, str] | None = None) -> str:
    """The report of a run.

    Args:
        run: its results and records.
        folder: the folder with its pictures.
        problems: by file, the reason why a picture could not be redrawn.

    Returns:
        A complete HTML document.
    """
    said, results = problems or {}, run.results
    sections = [
        _head(results),
        _section("Claims", [_claim(claim) for claim in results.claims]),
        _section("Diverged", [_list(diverged(results))]),
        _section("Pictures", [_figure(folder, entry, said) for entry in results.pictures]),
        _section("Scores", [_scores(results)] if results.metrics else []),
        _section("Cells", [_cells(run)] if not results.metrics else []),
        _section("What differs from the paper", [prose(results.differs)]),
        _section("Protocol", [prose(results.protocol or "None was recorded.")], "protocol"),
        _section("Settings", [_setting(name, cell) for name, cell in results.cells.items()]),
        _section("Provenance", [_provenance(results)]),
        _section("Reproduce", [f"<pre>{html.escape(results.command)}</pre>"]),
    ]
    files = resources.files("jaxgan.report")
    template = Template(files.joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=html.escape(results.title),
        style=files.joinpath("page.css").read_text(encoding="utf-8"),
        body="\n".join(filter(None, sections)),
    )


def _section(heading: str, parts: list[str], name: str = "") -> str:
    """A section, or an empty string without content: a training has no claims and no paper."""
    content = "\n".join(filter(None, parts))
    mark = f' id="{name}"' if name else ""
    return f"<section{mark}>\n<h2>{heading}</h2>\n{content}\n</section>" if content else ""


def _list(lines: list[str]) -> str:
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""


def _head(results: Results) -> str:
    shown = {
        "Seeds": seeds_of(results),
        **({"Scale": results.scale} if results.scale else {}),
        "Time": seconds_on(results),
    }
    entries = "".join(f"<div>{_entry(name, text)}</div>" for name, text in shown.items())
    paper = link(results.paper, results.url)
    return (
        f'<header>\n<p class="eyebrow">{html.escape(results.experiment)}</p>\n'
        f"<h1>{html.escape(results.title)}</h1>\n"
        f'<div class="lead">{prose(results.claim[:1].upper() + results.claim[1:])}</div>\n'
        f"{f'<p>{paper}</p>' if paper else ''}\n"
        f'<dl class="facts">{entries}</dl>\n</header>'
    )


def _entry(name: str, text: str, cls: str = "") -> str:
    mark = f' class="{cls}"' if cls else ""
    return f"<dt>{html.escape(name)}</dt><dd{mark}>{html.escape(text)}</dd>"


def _claim(claim: ClaimResult) -> str:
    """A card: the verdicts, then the published result, then a line of numbers per set of seeds."""
    rows = "\n".join(_measured(claim, verdict, i) for i, verdict in enumerate(claim.verdicts))
    published = _entry("Published", claim.published or "no statement")
    return (
        '<article class="claim card">\n'
        f"<header><h3>{html.escape(claim.sentence)}</h3><div>{badges(claim)}</div></header>\n"
        f'<dl class="published">{published}</dl>\n{rows}\n'
        '<p class="reason"><a href="#protocol">How it was measured</a></p>\n</article>'
    )


def _measured(claim: ClaimResult, verdict: Verdict, index: int) -> str:
    threshold = claim.below if claim.above is None else claim.above
    assert threshold is not None
    head = {"exact": "Computed", "set": "Measured"}.get(claim.unit, "Measured, 95 % interval")
    head = f"{head}, on other seeds" if index else head
    state = "measured" if verdict.measured is not None else "missing"
    drawing = strip(verdict.values, verdict.measured, verdict.interval, threshold)
    numbers = ", ".join(map(number, verdict.values)) or MISSING
    side = "above" if claim.below is None else "below"
    return (
        f"<dl><div>{_entry(head, with_interval(verdict.measured, verdict.interval), state)}"
        f"<dd>{_sentence(verdict.reason)}</dd></div>\n"
        f"<div><dt>{EACH[claim.unit]}; claim: {side} the dashed line at {number(threshold)}</dt>"
        f"<dd>{drawing}</dd><dd>{numbers}</dd></div></dl>"
    )


def _sentence(text: str) -> str:
    return f"{html.escape(text[:1].upper() + text[1:].rstrip('.'))}. " if text else ""


def _figure(folder: Path, entry: PictureResult, problems: Mapping[str, str]) -> str:
    problem = problems.get(entry.file, "")
    note = f" Not redrawn: {html.escape(problem)}." if problem else ""
    return (
        f'<figure class="card"><div class="sheet">{picture(folder, entry.file, entry.caption)}'
        f"</div><figcaption>{html.escape(entry.caption)}{note}</figcaption></figure>"
    )


def _scores(results: Results) -> str:
    colors, rows = arm_colors(results.cells), has_rows(results)
    of_cell, of_metric = ("row", "col") if rows else ("col", "row")
    cells = (
        f'<th scope="{of_cell}" class="arm" style="--arm:{colors[name]}">{html.escape(name)}</th>'
        for name in results.cells
    )
    real = [f'<th scope="{of_cell}">Real data</th>'] if has_reference(results) else []
    grid = [['<th scope="col">At the end</th>', *cells, *real]]
    for name, metric in results.metrics.items():
        label = f'<th scope="{of_metric}">{_label(metric)}</th>'
        reference = [f"<td>{number(metric.reference)}</td>"] if real else []
        grid.append([label, *(_cell(cell, name) for cell in results.cells.values()), *reference])
    head, *body = map("".join, zip(*grid, strict=True) if rows else grid)
    return (
        f'<div class="card scroll"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>{''.join(f'<tr>{line}</tr>' for line in body)}</tbody>\n</table></div>\n"
        '<p class="under">Mean over seeds ± half-width of its 95 % Student interval; below, each '
        'seed. <a href="#protocol">How they were measured</a></p>'
    )


def _cells(run: Run) -> str:
    """The cells of a run without scores, with the settings in which they differ."""
    heads, found = compared({"": run})
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in ("Differs in", *heads))
    rows = [
        f'<tr><th scope="row">{html.escape(row.cell)}</th><td>{html.escape(row.differs)}</td>'
        f"{''.join(f'<td>{html.escape(text)}</td>' for text in row.numbers)}</tr>"
        for row in found
    ]
    if len(rows) < 2:
        return ""
    return (
        f'<div class="card scroll"><table>\n<thead><tr><th scope="col">At the end</th>{head}</tr>'
        f"</thead>\n<tbody>{''.join(rows)}</tbody>\n</table></div>"
    )


def _label(metric: MetricResult) -> str:
    notes = [BETTER[metric.better], html.escape(metric.note)]
    return html.escape(metric.label) + "".join(f"<small>{note}</small>" for note in notes if note)


def _cell(cell: CellResult, metric: str) -> str:
    mean = mean_of(cell, metric)
    seeds = ", ".join(
        "diverged" if one.ended == "diverged" else number(one.scores.get(metric))
        for one in cell.seeds
    )
    under = f"<small>{seeds}</small>" if mean != ABSENT else ""
    return f"<td><strong>{mean}</strong>{under}</td>"


def _setting(name: str, cell: CellResult) -> str:
    times = ", ".join(duration(one.seconds) for one in cell.seeds)
    long = ("recipe", "networks")
    codes = "\n".join(code(cell.settings[key]) for key in long if key in cell.settings)
    short = {key: value for key, value in cell.settings.items() if key not in long}
    entries = "".join(_entry(key, value) for key, value in short.items())
    return (
        f'<article class="setting card"><header><h3>{html.escape(name)}</h3>'
        f'<span class="soft">{times} per seed</span></header>\n'
        f'<dl class="short">{entries}</dl>\n<div class="pair">{codes}</div></article>'
    )


def _provenance(results: Results) -> str:
    entries = "".join(_entry(name, text) for name, text in facts(results).items())
    return f'<dl class="provenance card">{entries}</dl>'
