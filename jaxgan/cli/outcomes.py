"""The command that writes reports of runs and compares them."""

from __future__ import annotations

from pathlib import Path

from tyro.conf import Positional

__all__ = ["report"]


def report(folders: Positional[tuple[Path, ...]], /) -> None:
    """Redraw the pictures of runs, rewrite their reports, and compare the runs.

    Nothing is trained; the runs may be finished, interrupted or still in progress. Prints a table
    of their claims, and for several runs, or runs without claims, a table of their cells with the
    settings in which they differ, steps, the last gap and the scores. Scores of `jaxgan score`
    are compared too. Scores with different stamps are not compared; a line says what differs.

    Args:
        folders: the folders of the runs, or that of `jaxgan run --all`.
    """
    from jaxgan.cli.everything import runs_of
    from jaxgan.cli.streams import complain
    from jaxgan.report import compare, summarize, write_index, write_report
    from jaxgan.report.score_table import score_comparison
    from jaxgan.study import read_run
    from jaxgan.study.score_file import SCORES, read_scores

    found = {folder: runs_of(folder) for folder in folders}
    inside = [one for runs in found.values() for one in runs]
    pages: list[Path] = []
    try:
        pages += (write_report(folder, notify=complain) for folder in inside)
        pages += (write_index(folder) for folder, runs in found.items() if runs != [folder])
    finally:
        print(*pages, sep="\n", flush=True)
    runs = {str(folder): read_run(folder) for folder in inside}
    scores = {str(folder): read_scores(folder / SCORES) for folder in inside}
    claims = [run.results for run in runs.values() if run.results.claims]
    if claims:
        print(summarize(claims))
    if len(runs) > 1 or not claims:
        print(compare(runs))
    if compared := score_comparison(scores):
        print(f"\n{compared}")
