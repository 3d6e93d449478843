"""The two files that a report leaves in the folder of its run."""

from __future__ import annotations

import os
from pathlib import Path

from jaxgan.report.markdown import markdown
from jaxgan.report.page import page
from jaxgan.report.results import read_results

__all__ = ["write_report"]


def write_report(folder: str | os.PathLike[str]) -> Path:
    """Writes `report.html` and `report.md` beside the `results.json` of a run.

    Args:
        folder: of the run.

    Returns:
        The path of the page, one file that holds its pictures and needs nothing else.

    Raises:
        ValueError: no results, or not what `jaxgan run` and `jaxgan train` write.

    >>> write_report("nowhere")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ValueError: nowhere/results.json does not exist: ...
    """
    results, target = read_results(folder), Path(folder) / "report.html"
    target.write_text(page(results, Path(folder)), encoding="utf-8")
    target.with_suffix(".md").write_text(markdown(results), encoding="utf-8")
    return target
