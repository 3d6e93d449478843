"""What a report leaves in the folder of its run: pictures, a page, and the same as Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from jaxgan.report.draw import draw
from jaxgan.report.markdown import markdown
from jaxgan.report.page import page
from jaxgan.study.picture import Picture
from jaxgan.study.results import read_results

__all__ = ["write_report"]


def write_report(folder: str | os.PathLike[str], own: Iterable[Picture] = ()) -> Path:
    """Draws the pictures of a run from its records, and writes `report.html` and `report.md`.

    Nothing is trained and no module of the experiment is needed, also while the run goes on or
    after it was stopped.

    Args:
        folder: of the run.
        own: pictures of the experiment that are not in `jaxgan.study.pictures`; where they are not
            given, their files stay as they are.

    Returns:
        The path of the page, one file that holds its pictures and needs nothing else.

    Raises:
        ValueError: no results, or results of another form.

    >>> write_report("nowhere")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ValueError: nowhere/results.json does not exist: ...
    """
    path = Path(folder)
    results = read_results(path)
    problems = draw(path, results, own)
    target = path / "report.html"
    target.write_text(page(results, path, problems), encoding="utf-8")
    target.with_suffix(".md").write_text(markdown(results), encoding="utf-8")
    return target
