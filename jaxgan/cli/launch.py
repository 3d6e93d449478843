"""Runs an experiment or trainings from their settings and keeps the report up to date."""

from __future__ import annotations

import shlex
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jaxgan.cli.experiments import load_experiment
from jaxgan.cli.own_code import note_own_code
from jaxgan.cli.processes import everyone, several
from jaxgan.cli.settings import RUN, check_folder, claim_folder, command_of, read_settings
from jaxgan.cli.streams import complain

if TYPE_CHECKING:
    from jaxgan.study import Experiment, Results

__all__ = [
    "DIVERGED",
    "carry_out",
    "experiment_of",
    "launch",
    "scores_of",
    "with_remedy",
]

DIVERGED = 3
"""The exit status if a single training diverged."""

SHARE = 0.05
"""The share of a run's time that may be spent on intermediate reports."""


def experiment_of(settings: dict[str, Any]) -> Experiment:
    """The experiment named in the settings, or the trainings they describe, as an experiment."""
    if settings["command"] == "run":
        return load_experiment(settings["experiment"])
    from jaxgan.cli.unjudged import unjudged

    others = {"scores": settings.get("scores", ()), "begun_in": settings.get("begun_in")}
    return unjudged(**settings["what"], sweep=settings["command"] == "sweep", **others)


def launch(folder: Path, settings: dict[str, Any], *, quiet: bool = False) -> None:
    """Starts or resumes a run in a folder and writes its report.

    Args:
        folder: the run's folder.
        settings: the contents of `run.json`.
        quiet: whether to print nothing but problems and the path of the report.
    """
    options = settings["arguments"] | {"devices": _devices(settings["arguments"].get("devices"))}
    if several() and not everyone().first:
        from jaxgan.study.run import take_part

        take_part(experiment_of(settings), **options)
        return
    check_folder(folder, settings)
    if settings["command"] == "train":
        settings = settings | {"scores": scores_of(folder)}
    experiment = experiment_of(settings)
    if settings["command"] != "run":
        _note_unused_labels(experiment)
    results = carry_out(
        folder,
        experiment,
        quiet=quiet,
        name=settings.get("experiment", settings["command"]),
        command=command_of(settings),
        on_start=lambda: _claim(folder, settings),
        **options,
    )
    ends = [one.ended for cell in results.cells.values() for one in cell.seeds]
    if "diverged" in ends and settings["command"] == "train":
        sys.exit(DIVERGED)


def _devices(given: int | None) -> int:
    """The number of devices that share a batch: all those of several processes by default."""
    if not several() or (given or 1) > 1:
        return given or 1
    import jax

    return jax.device_count()


def _claim(folder: Path, settings: dict[str, Any]) -> None:
    note_own_code(settings)
    claim_folder(folder, settings)


def scores_of(folder: Path) -> list[str]:
    """The metrics that a training takes: those with which its folder began, so that it resumes.

    Args:
        folder: the run's folder, which need not exist.

    Returns:
        Metrics as text; none for runs of earlier versions.
    """
    from jaxgan.cli.catalogue import members

    if (folder / RUN).is_file():
        return read_settings(folder).get("scores", [])
    return [name for name, member in members("metric").items() if member.usual]


def carry_out(
    folder: Path,
    experiment: Experiment,
    *,
    quiet: bool = False,
    source: str | None = None,
    **options: Any,
) -> Results:
    """Runs an experiment, writes its report and prints its claims or a table of its cells.

    Args:
        folder: the run's folder.
        experiment: the experiment.
        quiet: whether to print nothing but problems and the path of the report.
        source: the experiment as "package.module:NAME", if `--source` named it.
        **options: further arguments of `study.run`.

    Returns:
        The results.
    """
    from jaxgan.report import compare, summarize, write_report
    from jaxgan.report.facts import diverged
    from jaxgan.runs.compile_cache import use_compile_cache
    from jaxgan.study import read_run, run

    use_compile_cache()
    try:
        results = run(
            experiment,
            folder,
            progress=not quiet,
            report=_now_and_then(lambda folder: write_report(folder, experiment.pictures)),
            **options,
        )
    except KeyboardInterrupt as stop:
        raise with_remedy(stop, folder, source) from stop
    except OSError as error:
        if error.errno is not None:  # of the system, such as a full disk
            error.add_note(f"when it can be written again: {_resuming(folder, source)}")
        raise
    page = write_report(folder, experiment.pictures, complain)
    if not quiet:
        print(summarize([results]) if results.claims else compare({str(folder): read_run(folder)}))
    print(page)
    for line in diverged(results):
        complain(line)
    return results


def with_remedy(stop: KeyboardInterrupt, folder: Path, source: str | None) -> KeyboardInterrupt:
    """The interruption, with the command that resumes the run if it has written anything."""
    from jaxgan.runs.pace import Stopped

    if not folder.is_dir():
        return stop
    text = f"{stop}\nResume with: {_resuming(folder, source)}".lstrip()
    return Stopped(text, getattr(stop, "number", signal.SIGINT))


def _resuming(folder: Path, source: str | None) -> str:
    """The command that resumes a run."""
    words = ["jaxgan", "resume", str(folder), *(["--source", source] if source else [])]
    return shlex.join(words)


def _note_unused_labels(experiment: Experiment) -> None:
    """Says once, before the first step, that the networks ignore the labels of the data."""
    from jaxgan.doctor.labels import unused_labels
    from jaxgan.study import Training

    cells = experiment.scales["small"].cells().values()
    setups = [cell.setup for cell in cells if isinstance(cell, Training)]
    for note in filter(None, map(unused_labels, setups[:1])):
        complain(f"note: {note.what}: {note.remedy}")


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
