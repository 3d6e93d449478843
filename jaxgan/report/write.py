"""Writes a report to the folder of its run: pictures, an HTML page and Markdown."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from jaxgan.data.paths import check_path
from jaxgan.report.compare import compare
from jaxgan.report.draw import draw
from jaxgan.report.markdown import markdown
from jaxgan.report.page import page
from jaxgan.study.folder import read_run
from jaxgan.study.picture import Picture

__all__ = ["write_report"]


def write_report(
    folder: str | os.PathLike[str],
    own: Iterable[Picture] = (),
    notify: Callable[[str], object] = lambda problem: None,
) -> Path:
    """Draws the pictures of a run from its records, and writes `report.html` and `report.md`.

    Nothing is trained, and the experiment's module is not needed. The run may still be in progress
    or have been interrupted.

    Args:
        folder: the run's folder.
        own: the experiment's pictures whose classes are not in `jaxgan.study.pictures`; without
            them, the existing files of these pictures are kept.
        notify: called with a sentence for each picture that could not be drawn.

    Returns:
        The path of the page, a self-contained file.

    Raises:
        ValueError: there are no results, or they do not fit the schema.

    >>> write_report("nowhere")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ValueError: nowhere/results.json does not exist: ...
    """
    path = check_path("folder", folder)
    found = read_run(path)
    problems = draw(path, found, own)
    for file, problem in problems.items():
        notify(f"{path / file} was not drawn: {problem}")
    many = len(found.results.cells) > 1 and not found.results.metrics
    cells = compare({str(path): found}) if many else ""
    target = path / "report.html"
    target.write_text(page(found, path, problems), encoding="utf-8")
    target.with_suffix(".md").write_text(markdown(found.results, cells), encoding="utf-8")
    return target
