"""Runs an experiment or trainings from their settings and keeps the report up to date."""

from __future__ import annotations

import dataclasses
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
from jaxgan.cli.usage import complain

if TYPE_CHECKING:
    from jaxgan.study import Experiment, Results

__all__ = [
    "DIVERGED",
    "carry_out",
    "check_arguments",
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
        return _with_data(load_experiment(settings["experiment"]), settings)
    from jaxgan.cli.unjudged import unjudged

    others = {"scores": settings.get("scores", ()), "begun_in": settings.get("begun_in")}
    return unjudged(**settings["what"], sweep=settings["command"] == "sweep", **others)


def _with_data(experiment: Experiment, settings: dict[str, Any]) -> Experiment:
    """The experiment with the data that `--data` named, if it did."""
    data = settings.get("what", {}).get("data")
    if data is None:
        return experiment
    if experiment.data is None:
        name = settings["experiment"]
        raise ValueError(f"--data {data}: experiment {name} has its own data: leave out --data")
    from jaxgan.cli.setups import data_of

    return dataclasses.replace(experiment, data=data_of(data, settings.get("begun_in")))


def launch(folder: Path, settings: dict[str, Any], *, quiet: bool = False) -> None:
    """Starts or resumes a run in a folder and writes its report.

    Args:
        folder: the run's folder.
        settings: the contents of `run.json`.
        quiet: whether to print nothing but problems and the path of the report.
    """
    options = _options(settings)
    if several() and not everyone().first:
        from jaxgan.study.run import take_part

        take_part(experiment_of(settings), **options)
        return
    check_folder(folder, settings)
    check_arguments(settings)
    if settings["command"] == "train":
        settings = settings | {"scores": scores_of(folder)}
    experiment = experiment_of(settings)
    results = carry_out(
        folder,
        experiment,
        quiet=quiet,
        name=settings.get("experiment", settings["command"]),
        command=command_of(settings),
        on_start=lambda: _claim(folder, settings, experiment),
        **options,
    )
    ends = [one.ended for cell in results.cells.values() for one in cell.seeds]
    if "diverged" in ends and settings["command"] == "train":
        sys.exit(DIVERGED)


def _options(settings: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `study.run`; all devices of several processes share a batch by default."""
    options = settings["arguments"]
    devices = options.get("devices")
    if several() and devices in (None, 1):
        import jax

        devices = jax.device_count()
    return options | {"devices": 1 if devices is None else devices}


def check_arguments(settings: dict[str, Any]) -> None:
    """Checks the options of a run before its experiment, its data or a classifier is made.

    Args:
        settings: the contents of `run.json`.

    Raises:
        ValueError: one is out of range.
    """
    from jaxgan.study.run import check_options

    options = {name: x for name, x in _options(settings).items() if name != "scale"}
    check_options(**options, batch_size=settings.get("what", {}).get("batch_size"))


def _claim(folder: Path, settings: dict[str, Any], experiment: Experiment) -> None:
    if settings["command"] != "run":
        _note_unused_labels(experiment)
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

    cells = experiment.cells("small").values()
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
