"""Runs what the settings of a run say, and keeps its report up to date."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jaxgan.cli.experiments import load_experiment
from jaxgan.cli.settings import claim_folder, command_of

if TYPE_CHECKING:
    from jaxgan.study import Experiment

__all__ = ["DIVERGED", "experiment_of", "launch"]

DIVERGED = 3
"""The status of `jaxgan train` where a training diverged."""

SHARE = 0.05
"""Of the time of a run that may be spent on drawing while it goes on."""


def experiment_of(settings: dict[str, Any]) -> Experiment:
    """The experiment that settings name, or the training that they describe as one."""
    if settings["command"] == "run":
        return load_experiment(settings["experiment"])
    from jaxgan.cli.solo import solo

    return solo(**settings["what"])


def launch(folder: Path, settings: dict[str, Any]) -> None:
    """Runs what the settings say in a folder, new or not, and writes its report.

    Args:
        folder: of the run.
        settings: what `run.json` is to hold.
    """
    from jaxgan.report import summarize, write_report
    from jaxgan.runs.compile_cache import use_compile_cache
    from jaxgan.study import run

    use_compile_cache()
    experiment = experiment_of(settings)
    claim_folder(folder, settings)
    try:
        results = run(
            experiment,
            folder,
            name=settings.get("experiment", "train"),
            command=command_of(settings),
            report=_now_and_then(lambda folder: write_report(folder, experiment.pictures)),
            **settings["arguments"],
        )
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(f"{stop}\nGo on with: jaxgan resume {folder}") from stop
    page = write_report(folder, experiment.pictures)
    print(summarize([results]))
    print(page)
    notes = [
        f"{name}, seed {one.seed} {one.note}"
        for name, cell in results.cells.items()
        for one in cell.seeds
        if one.ended == "diverged"
    ]
    for note in notes:
        print(f"jaxgan: {note}", file=sys.stderr)
    if notes and settings["command"] == "train":
        sys.exit(DIVERGED)


def _now_and_then(report: Callable[[Path], Any]) -> Callable[[Path], None]:
    """Reports when the time since the last report is many times what it took."""
    ready = time.monotonic()

    def sometimes(folder: Path) -> None:
        nonlocal ready
        begin = time.monotonic()
        if begin >= ready:
            report(folder)
            end = time.monotonic()
            ready = end + (end - begin) / SHARE

    return sometimes
