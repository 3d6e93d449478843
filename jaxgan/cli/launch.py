"""Runs an experiment or a training from its settings and keeps the report up to date."""

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

__all__ = ["DIVERGED", "complain", "experiment_of", "launch"]

DIVERGED = 3
"""The exit status of `jaxgan train` if a training diverged."""

SHARE = 0.05
"""The share of a run's time that may be spent on intermediate reports."""


def experiment_of(settings: dict[str, Any]) -> Experiment:
    """The experiment named in the settings, or the training they describe, as an experiment."""
    if settings["command"] == "run":
        return load_experiment(settings["experiment"])
    from jaxgan.cli.solo import solo

    return solo(**settings["what"])


def launch(folder: Path, settings: dict[str, Any]) -> None:
    """Starts or resumes a run in a folder and writes its report.

    Args:
        folder: the run's folder.
        settings: the contents of `run.json`.
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
        raise KeyboardInterrupt(f"{stop}\nResume with: jaxgan resume {folder}") from stop
    page = write_report(folder, experiment.pictures, complain)
    print(summarize([results]))
    print(page)
    notes = [
        f"{name}, seed {one.seed} {one.note}"
        for name, cell in results.cells.items()
        for one in cell.seeds
        if one.ended == "diverged"
    ]
    for note in notes:
        complain(note)
    if notes and settings["command"] == "train":
        sys.exit(DIVERGED)


def complain(problem: str) -> None:
    """Prints a problem that does not stop the command."""
    print(f"jaxgan: {problem}", file=sys.stderr)


def _now_and_then(report: Callable[[Path], Any]) -> Callable[[Path], None]:
    """Limits reports to `SHARE` of the time: skips one if the previous report is too recent."""
    ready = time.monotonic()

    def sometimes(folder: Path) -> None:
        nonlocal ready
        begin = time.monotonic()
        if begin >= ready:
            report(folder)
            end = time.monotonic()
            ready = end + (end - begin) / SHARE

    return sometimes
