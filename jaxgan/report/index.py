"""The page of many runs: a gallery of their pictures and a table of their claims."""

from __future__ import annotations

import base64
import html
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from string import Template
from urllib.parse import quote

from jaxgan.report.badges import VERDICTS, badges, counted, counts, together
from jaxgan.report.files import inside
from jaxgan.report.numbers import duration, with_interval
from jaxgan.report.thumbnail import thumbnail
from jaxgan.study.results import RESULTS, ClaimResult, Results, read_results

__all__ = ["index", "runs_in", "write_index"]

INDEX, NOTHING = "index.html", "No run has begun."


def runs_in(folder: Path) -> dict[str, Results]:
    """The results of the runs in a folder, each at `paper/what`.

    Args:
        folder: the folder.

    Returns:
        The results by path, in order.

    Raises:
        ValueError: results cannot be read.
    """
    found = sorted(path.parent for path in folder.glob(f"*/*/{RESULTS}"))
    return {path.relative_to(folder).as_posix(): read_results(path) for path in found}


def write_index(folder: Path) -> Path:
    """Writes the page of the runs in a folder.

    Args:
        folder: the folder, with runs at `paper/what`.

    Returns:
        The path of the page; it is readable alone, and its links lead to the runs' reports.

    Raises:
        FileNotFoundError: the folder does not exist.
        ValueError: results cannot be read.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"no folder {folder}: give one with runs at paper/what")
    target = folder / INDEX
    target.write_text(index(runs_in(folder), folder), encoding="utf-8")
    return target


def index(runs: Mapping[str, Results], folder: Path) -> str:
    """The page of several runs.

    Args:
        runs: their results, by path in the folder.
        folder: the folder, from which the pictures are read.

    Returns:
        A complete HTML document without scripts.

    >>> "No run has begun." in index({}, Path())
    True
    """
    files = resources.files("jaxgan.report")
    read = {name: files.joinpath(name).read_text(encoding="utf-8") for name in FILES}
    papers = list(dict.fromkeys(map(_paper, runs)))
    tiles = "\n".join(_tile(*one, folder) for one in runs.items())
    groups = "\n".join(_group(*one) for one in runs.items())
    return Template(read["page.html"]).substitute(
        title="Experiments",
        style="\n".join([read["page.css"], read["index.css"], *map(_only, papers)]),
        body=f"{_head(runs)}\n{_filters(papers)}\n<h2>Gallery</h2>\n"
        f'<div class="tiles">{tiles}</div>\n<h2>Claims</h2>\n'
        f'<div class="card scroll"><table class="claims">{HEADS}{groups}</table></div>',
    )


FILES = ("page.html", "page.css", "index.css")
HEADS = "<thead><tr>{}</tr></thead>".format(
    "".join(
        f'<th scope="col">{name}</th>'
        for name in ("Claim", "Published", "Measured, 95 % interval", "Verdict")
    )
)


def _head(runs: Mapping[str, Results]) -> str:
    claims = [claim for results in runs.values() for claim in results.claims]
    said = counted(Counter(map(together, claims)))
    lead = f"{len(claims)} claims of {len(runs)} experiments: {said}." if runs else NOTHING
    facts = {
        "Time": duration(sum(results.seconds for results in runs.values())),
        "Scale": _each(results.scale for results in runs.values()),
        "Device": _each(str(results.provenance.get("device")) for results in runs.values()),
    }
    entries = "".join(
        f"<div><dt>{name}</dt><dd>{html.escape(text)}</dd></div>" for name, text in facts.items()
    )
    return (
        f'<header>\n<h1>Experiments</h1>\n<div class="lead"><p>{html.escape(lead)}</p></div>\n'
        f'<dl class="facts">{entries}</dl>\n</header>'
    )


def _each(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(texts))


def _filters(papers: Iterable[str]) -> str:
    """Controls that hide tiles and claims by style sheet rules, as the page has no scripts."""
    pills = "".join(
        f'<label class="pill"><input type="radio" name="verdict" value="{_token(name)}"'
        f"{'' if name in VERDICTS else ' checked'}>{name}</label>"
        for name in ("all verdicts", *VERDICTS)
    )
    options = "".join(
        f'<option value="{paper}">{paper}</option>' for paper in map(html.escape, papers)
    )
    return (
        f'<div class="filters"><div role="radiogroup" aria-label="Verdict">{pills}</div>\n'
        f'<select aria-label="Paper"><option>all papers</option>{options}</select></div>'
    )


def _only(paper: str) -> str:
    """The rule that hides the entries of other papers."""
    return (
        f'main:has(option[value="{paper}"]:checked) .entry:not([data-paper="{paper}"]) '
        "{ display: none; }"
    )


def _token(verdict: str) -> str:
    return verdict.replace(" ", "-")


def _paper(name: str) -> str:
    return name.split("/")[0]


def _entry(name: str, claims: Iterable[ClaimResult]) -> str:
    """The attributes by which an element is hidden."""
    verdicts = dict.fromkeys(_token(one.verdict) for claim in claims for one in claim.verdicts)
    return f'data-paper="{html.escape(_paper(name))}" data-verdicts="{" ".join(verdicts)}"'


def _tile(name: str, results: Results, folder: Path) -> str:
    """The first picture of a run, its title, its verdicts and its time."""
    shown = [image for entry in results.pictures if (image := _image(folder / name, entry.file))]
    image = (shown or ['<p class="missing">no picture</p>'])[0]
    hidden_by = _entry(name, results.claims)
    return (
        f'<a class="entry tile card" {hidden_by} href="{quote(name)}/report.html">'
        f'<div class="sheet">{image}</div><h3>{html.escape(results.title)}</h3>'
        f'<p class="soft">{html.escape(name)}, {duration(results.seconds)}</p>'
        f"<div>{counts(results.claims)}</div></a>"
    )


def _image(folder: Path, file: str) -> str:
    try:
        data = base64.b64encode(thumbnail(inside(folder, file))).decode()
    except OSError:
        return ""
    return f'<img src="data:image/png;base64,{data}" alt="" loading="lazy">'


def _group(name: str, results: Results) -> str:
    """The claims of a run as rows under its name."""
    head = (
        f'<tr class="entry head" {_entry(name, results.claims)}><th colspan="4" scope="rowgroup">'
        f'<a href="{quote(name)}/report.html">{html.escape(name)}</a> '
        f'<span class="soft">{duration(results.seconds)}</span></th></tr>'
    )
    return f"<tbody>{head}{''.join(_row(name, claim) for claim in results.claims)}</tbody>"


def _row(name: str, claim: ClaimResult) -> str:
    measured = "<br>".join(
        html.escape(with_interval(one.measured, one.interval)) for one in claim.verdicts
    )
    cells = {
        "Published": html.escape(claim.published or "no statement"),
        "Measured": measured,
        "Verdict": badges(claim),
    }
    row = "".join(f'<td data-label="{label}">{text}</td>' for label, text in cells.items())
    sentence = html.escape(claim.sentence)
    return f'<tr class="entry" {_entry(name, [claim])}><th scope="row">{sentence}</th>{row}</tr>'
