"""A report shows every number of its results, and has nothing that runs or is downloaded."""

from __future__ import annotations

import base64
import copy
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from jaxgan import figures
from jaxgan.report import summarize, write_report
from jaxgan.study import read_results


def cell(values: list[float]) -> dict[str, Any]:
    return {
        "settings": {
            "recipe": "Recipe(wgan)",
            "networks": "Networks(MLP)",
            "generator steps": "2,000",
            "batch size": "64",
        },
        "seeds": [
            {
                "seed": seed,
                "ended": "finished",
                "steps": 2000,
                "seconds": 61.0 + seed,
                "note": "",
                "scores": {"fd": value},
            }
            for seed, value in enumerate(values)
        ],
    }


RESULTS: dict[str, Any] = {
    "experiment": "digits",
    "title": "WGAN-GP on digits",
    "paper": "Gulrajani et al., 2017",
    "url": "https://arxiv.org/abs/1704.00028",
    "claim": "The second recipe is better.",
    "differs": "Smaller images.\n\n- 8 x 8\n- gray",
    "protocol": "256 samples per score, raw pixels.",
    "command": "jaxgan run digits --seeds 3",
    "scale": "small",
    "judged": True,
    "sets": [[0, 1, 2]],
    "claims": [
        {
            "sentence": "It is better.",
            "published": "6.58 against 5.1",
            "unit": "seeds",
            "above": 0.125,
            "below": None,
            "verdicts": [
                {
                    "seeds": [0, 1, 2],
                    "measured": 0.4231,
                    "interval": [0.3131, 0.5332],
                    "values": [0.4101, 0.4702, 0.3891],
                    "verdict": "holds",
                    "reason": "the 95 % interval lies above 0.125",
                }
            ],
        }
    ],
    "metrics": {
        "fd": {"label": "Distance", "better": "lower", "reference": 0.7777, "note": "of pixels"}
    },
    "cells": {"wgan": cell([1.111, 1.222, 1.333]), "wgan_gp": cell([0.444, 0.555, 0.666])},
    "pictures": [
        {"file": "samples.png", "caption": "Samples, seed 0.", "kind": "Own", "settings": {}}
    ],
    "seconds": 372.5,
    "provenance": {
        "commit": "3f2a9c1d0b7e",
        "dirty": True,
        "device": "1 x cpu",
        "platform": "Linux x86_64, Python 3.11",
        "started": "2025-11-21T22:30:00+00:00",
        "versions": {"jaxgan": "0.1.0", "jax": "0.10.2"},
    },
}
VOID = {"meta", "img", "br", "circle", "line"}


class Page(HTMLParser):
    """Parses a page as a browser would: balanced tags, attributes, text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text, self.open = "", []
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data + " "


def folder_of(path: Path, results: dict[str, Any]) -> Path:
    path.mkdir(exist_ok=True)
    (path / "results.json").write_text(json.dumps(results))
    return path


def page_of(path: Path, results: dict[str, Any]) -> Page:
    return Page(write_report(folder_of(path, results)).read_text(encoding="utf-8"))


def changed(path: str, value: Any) -> dict[str, Any]:
    """The results with one value changed, at a path such as "claims.0.measured"."""
    results = copy.deepcopy(RESULTS)
    *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    at: Any = results
    for step in parents:
        at = at[step]
    at[last] = value
    return results


def test_every_number_is_shown(tmp_path: Path) -> None:
    text = page_of(tmp_path, RESULTS).text
    markdown = (tmp_path / "report.md").read_text(encoding="utf-8")
    # Rounded to two digits of half the interval's width, 0.11.
    claims = ["0.42 [0.31, 0.53]", "0.4101", "0.4702", "0.3891", "6.58", "lies above 0.125"]
    scores = ["1.22 ± 0.28", "0.56 ± 0.28", "0.7777"]  # sd 0.111, t(0.975, 2) = 4.3027
    origin = ["2,000", "64", "3f2a9c1d0b7e", "uncommitted", "1 x cpu", "2025-11-21", "0.10.2"]
    others = ["6 min 12 s", "1 min 1 s", "jaxgan run digits --seeds 3", "holds"]
    for shown in [*claims, *scores, *origin, *others]:
        assert shown in text, shown
        assert shown in re.sub(r"\\([\[\]])", r"\1", markdown), shown
    for shown in ["1.111", "1.222", "1.333", "0.444", "0.555", "0.666", "at 0.125"]:
        assert shown in text, shown


def test_sections_are_in_order(tmp_path: Path) -> None:
    source = write_report(folder_of(tmp_path, RESULTS)).read_text(encoding="utf-8")
    headings = ["Claims", "Pictures", "Scores", "What differs from the paper", "Protocol"]
    headings += ["Settings", "Provenance", "Reproduce"]
    assert re.findall(r"<h2>(.*?)</h2>", source) == headings
    markdown = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", markdown, re.MULTILINE) == headings
    assert "<li>8 x 8</li>" in source
    assert "\n- 8 x 8\n- gray\n" in markdown


def test_what_diverged_is_said_with_its_step(tmp_path: Path) -> None:
    results = changed("cells.wgan.seeds.1.ended", "diverged")
    results["cells"]["wgan"]["seeds"][1] |= {
        "note": "diverged at step 7: x",
        "scores": {"fd": None},
    }
    page = page_of(tmp_path, results)
    markdown = (tmp_path / "report.md").read_text(encoding="utf-8")
    for text in (page.text, markdown):
        assert "Diverged" in text
        assert "wgan, seed 1: diverged at step 7: x" in text
        assert "(2 of 3 seeds)" in text
    assert "1.111, diverged, 1.333" in page.text


def test_a_second_set_of_seeds_is_shown_beside_the_first(tmp_path: Path) -> None:
    again = copy.deepcopy(RESULTS["claims"][0]["verdicts"][0])
    again |= {"measured": 0.1, "interval": [-0.2, 0.4], "verdict": "undecided", "values": [0.1]}
    results = changed("claims.0.verdicts", [RESULTS["claims"][0]["verdicts"][0], again])
    results["sets"] = [[0, 1, 2], [3, 4, 5]]
    page = page_of(tmp_path, results)
    assert "0.42 [0.31, 0.53]" in page.text
    assert "0.10 [-0.20, 0.40]" in page.text
    assert "Measured, 95 % interval, on other seeds" in page.text
    badges = [value for _, name, value in page.attributes if name == "class" and "badge" in value]
    assert badges == ["badge holds", "badge undecided"]
    (row,) = summarize([read_results(tmp_path)]).splitlines()[2:]
    assert r"0.42 \[0.31, 0.53\]; again 0.10 \[-0.20, 0.40\]" in row
    assert "**holds**; again **undecided**" in row
    assert "| 3 + 3 |" in row


@pytest.mark.parametrize(("above", "below", "side"), [(0.125, None, "above"), (None, 2.0, "below")])
def test_the_side_of_the_threshold_is_said(
    tmp_path: Path, above: Any, below: Any, side: str
) -> None:
    results = changed("claims.0.above", above)
    results["claims"][0]["below"] = below
    assert f"claim: {side} the dashed line at {above or below:g}" in page_of(tmp_path, results).text


def test_no_interval_is_drawn_around_what_is_exact(tmp_path: Path) -> None:
    results = changed("claims.0.unit", "exact")
    results["claims"][0]["verdicts"][0] |= {"interval": None, "values": [2e-9], "measured": 2e-9}
    page = page_of(tmp_path, results)
    assert "Computed" in page.text
    assert "Measured" not in page.text
    assert "interval" not in [value for _, name, value in page.attributes if name == "class"]
    assert "2e-09" in page.text


def test_the_page_needs_nothing_else(tmp_path: Path) -> None:
    figures.save(figures.sample_grid({"a": np.zeros((4, 8, 8, 1))}), tmp_path / "samples.png")
    page = page_of(tmp_path, RESULTS)
    assert not {"script", "link", "iframe", "object", "embed", "base", "form"} & {*page.tags}
    targets = {
        (tag, name): value for tag, name, value in page.attributes if ":" in value or "/" in value
    }
    assert targets.pop(("a", "href")) in {RESULTS["url"], "#protocol"}
    assert targets.pop(("img", "src")).startswith("data:image/png;base64,")
    assert {name for _, name in targets} <= {"content", "style"}
    style = (tmp_path / "report.html").read_text(encoding="utf-8").split("<style>")[1]
    assert "url(" not in style.split("</style>")[0]
    assert "@import" not in style
    assert "prefers-color-scheme: dark" in style


def test_a_picture_is_inside_at_half_its_pixels(tmp_path: Path) -> None:
    path = tmp_path / "samples.png"
    figures.save(figures.sample_grid({"a": np.zeros((4, 8, 8, 1))}), path)
    attributes = {
        name: value for tag, name, value in page_of(tmp_path, RESULTS).attributes if tag == "img"
    }
    assert base64.b64decode(attributes["src"].split(",")[1]) == path.read_bytes()
    assert attributes["alt"] == "Samples, seed 0."
    with Image.open(path) as image:
        assert int(attributes["width"]) == round(image.width / 2)  # 200 dpi, 100 CSS pixels


@pytest.mark.parametrize("file", ["samples.png", "../secret.png", "results.json"])
def test_a_picture_that_cannot_be_shown_is_said_to_be_missing(tmp_path: Path, file: str) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "secret.png")
    page = page_of(tmp_path / "run", changed("pictures.0.file", file))
    assert f"The picture {file} is missing." in page.text
    assert "img" not in page.tags


HOSTILE = """<script>alert("1" & '2')</script> | a `|` *b* _c_ [d](e) <!-- $x$ ~f~ &lt; \\"""


@pytest.mark.parametrize(
    "path",
    [
        *("experiment", "title", "paper", "url", "claim", "differs", "protocol", "command"),
        *("claims.0.sentence", "claims.0.published", "claims.0.verdicts.0.reason"),
        *("metrics.fd.label", "cells.wgan.seeds.0.note"),
        *("metrics.fd.note", "pictures.0.file", "pictures.0.caption", "provenance.commit"),
        *("provenance.device", "provenance.platform", "provenance.started"),
        *("cells.wgan.settings.recipe", "cells.wgan.settings.batch size"),
    ],
)
def test_texts_are_escaped(tmp_path: Path, path: str) -> None:
    def with_text(text: str) -> dict[str, Any]:
        results = changed(path, text)
        if path.endswith("note"):  # shown for a cell that diverged
            results["cells"]["wgan"]["seeds"][0]["ended"] = "diverged"
        return results

    benign = page_of(tmp_path, with_text("text"))
    page = page_of(tmp_path, with_text(HOSTILE))
    assert {*page.tags} - {"code"} <= {*benign.tags, "p"}
    if path != "url":
        assert "<script>" in "".join([page.text, *(value for *_, value in page.attributes)])
    markdown = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "<script>" not in re.sub(r"^    .*$", "", markdown, flags=re.MULTILINE)
    for table in re.findall(r"(?:^\|.*\|\n)+", markdown, re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in table.splitlines()}
        assert len(widths) == 1, table


@pytest.mark.parametrize("text", ["- a", "1. a", "# a", "---", "6.58", "-0.3", "#1"])
def test_markdown_does_not_take_a_number_for_a_list(tmp_path: Path, text: str) -> None:
    write_report(folder_of(tmp_path, changed("claims.0.published", text)))
    cell = (tmp_path / "report.md").read_text(encoding="utf-8").split("| It is better. | ")[1]
    marker = text in {"- a", "1. a", "# a", "---"}
    assert cell.split(" | ")[0] == (re.sub(r"([-.#])", r"\\\1", text, count=1) if marker else text)


def test_arms_are_escaped_too(tmp_path: Path) -> None:
    results = copy.deepcopy(RESULTS)
    results["cells"][HOSTILE] = results["cells"].pop("wgan")
    page = page_of(tmp_path, results)
    assert "script" not in page.tags
    assert html.unescape(html.escape(HOSTILE)) in page.text
    assert "1.22 ± 0.28" in page.text


def test_attributes_are_escaped(tmp_path: Path) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "samples.png")
    results = changed("pictures.0.caption", HOSTILE) | {"url": 'https://a.b/?c="d"&e=<f>'}
    values = [value for _, _, value in page_of(tmp_path, results).attributes]
    assert HOSTILE in values
    assert results["url"] in values


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", ""])
def test_only_addresses_of_the_web_become_links(tmp_path: Path, url: str) -> None:
    page = page_of(tmp_path, changed("url", url))
    assert {value for _, name, value in page.attributes if name == "href"} == {"#protocol"}
    assert "](" not in (tmp_path / "report.md").read_text(encoding="utf-8").split("## Claims")[0]


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        ("claims.0.verdicts.0.measured", None, "missing"),
        ("claims.0.verdicts.0.interval", None, "0.4231"),
        ("claims.0.verdicts.0.values", [], "missing"),
        ("claims.0.verdicts.0.values", [None, None, 2.0], "missing, missing, 2"),
        ("cells.wgan", cell([None, None, None]), "missing"),
        ("cells.wgan", cell([None, 1.0, 2.0]), "1.5 ± 6.4 (2 of 3 seeds)"),
        ("cells.wgan.seeds", [], "missing"),
        ("cells.wgan.seeds.0.scores", {}, "missing"),
        ("provenance.commit", None, "not run from a checkout"),
        ("protocol", "", "None was recorded."),
    ],
)
def test_what_is_missing_is_said(tmp_path: Path, path: str, value: Any, shown: str) -> None:
    assert shown in page_of(tmp_path, changed(path, value)).text


def test_a_score_that_a_cell_does_not_have_is_a_dash(tmp_path: Path) -> None:
    results = changed("cells.wgan.seeds.0.scores", {})
    for one in results["cells"]["wgan"]["seeds"]:
        one["scores"] = {}
    assert " – " in page_of(tmp_path, results).text
    assert "| – | 0.56 ± 0.28 |" in (tmp_path / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("reference", "shown"), [(0.7777, True), (None, False)])
def test_real_data_has_a_column_if_it_has_scores(
    tmp_path: Path, reference: float | None, shown: bool
) -> None:
    page = page_of(tmp_path, changed("metrics.fd.reference", reference))
    assert ("Real data" in page.text) == shown
    assert ("Real data" in (tmp_path / "report.md").read_text(encoding="utf-8")) == shown


@pytest.mark.parametrize(("number", "rows"), [(12, False), (13, True)])
def test_many_cells_have_a_row_each(tmp_path: Path, number: int, rows: bool) -> None:
    found = {f"cell {i}": cell([1.0, 2.0, 3.0]) for i in range(number)}
    page = page_of(tmp_path, changed("cells", found))
    scopes = [value for tag, name, value in page.attributes if (tag, name) == ("th", "scope")]
    of_cells = (number + 1) * ["row" if rows else "col"]  # with that of real data
    assert scopes == (["col", "col", *of_cells] if rows else ["col", *of_cells, "row"])
    lines = (tmp_path / "report.md").read_text(encoding="utf-8").splitlines()
    assert lines.count("| cell 11 | 2.0 ± 2.5 |") == rows  # t(0.975, 2) / sqrt(3) = 2.48
    assert lines.count("| Real data | 0.7777 |") == rows


@pytest.mark.parametrize("verdict", ["holds", "does not hold", "undecided", "not judged"])
def test_verdicts_have_a_badge_of_their_own(tmp_path: Path, verdict: str) -> None:
    page = page_of(tmp_path, changed("claims.0.verdicts.0.verdict", verdict))
    badges = [value for tag, name, value in page.attributes if value.startswith("badge ")]
    assert badges == [f"badge {verdict.replace(' ', '-')}"]
    style = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f".{verdict.replace(' ', '-')} {{" in style
    assert f"**{verdict}**" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_a_training_without_claims_has_a_report(tmp_path: Path) -> None:
    results = RESULTS | {"claims": [], "metrics": {}, "paper": "", "url": "", "differs": ""}
    page = page_of(tmp_path, results)
    assert "Claims" not in page.text
    assert "Scores" not in page.text
    assert "differs" not in page.text
    row = summarize([read_results(tmp_path)]).splitlines()[2]
    assert row.startswith("| digits | no claim |")


def test_the_summary_has_a_row_per_claim(tmp_path: Path) -> None:
    two = changed("claims", [RESULTS["claims"][0]] * 2)
    folders = [folder_of(tmp_path / "a", RESULTS), folder_of(tmp_path / "b", two)]
    rows = summarize(map(read_results, folders)).splitlines()[2:]
    claim = r"It is better. | 6.58 against 5.1 | 0.42 \[0.31, 0.53\] | **holds**"
    first, other = f"| digits | {claim} | 3 | 6 min 12 s on 1 x cpu |", f"|  | {claim} | 3 |  |"
    assert rows == [first, first, other]


def test_the_summary_counts_no_seeds_for_what_is_exact(tmp_path: Path) -> None:
    results = read_results(folder_of(tmp_path, changed("claims.0.unit", "exact")))
    assert "| exact |" in summarize([results])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"results\.json does not exist: give a folder that `jaxgan run`"),
        ("{", r"results\.json cannot be read \(.*\): give a folder"),
        ("[]", r"Expected `object`, got `array`"),
        (
            json.dumps({k: v for k, v in RESULTS.items() if k != "sets"}),
            r"missing required field `sets`",
        ),
        (
            json.dumps(changed("claims", [{"sentence": "x"}])),
            r"missing required field `published` - at `\$\.claims\[0\]`",
        ),
        (
            json.dumps(changed("claims.0.verdicts.0.verdict", "maybe")),
            r"Invalid enum value 'maybe' - at `\$\.claims\[0\]\.verdicts\[0\]\.verdict`",
        ),
    ],
)
def test_another_folder_is_refused(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "results.json").write_text(content)
    with pytest.raises(ValueError, match=message) as caught:
        write_report(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert not (tmp_path / "report.html").exists()
