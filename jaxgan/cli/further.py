"""Resumes runs that Python code made, with the object that `--source` names."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

from jaxgan.cli.launch import DIVERGED, carry_out, with_remedy
from jaxgan.cli.settings import STEPS_OF_EXPERIMENT
from jaxgan.cli.sources import experiment_in, setup_in
from jaxgan.cli.usage import complain
from jaxgan.report import compare, write_report
from jaxgan.runs import Diverged, checkpoint, train
from jaxgan.runs.compile_cache import use_compile_cache
from jaxgan.runs.folder import CHECKPOINTS, OBSERVED
from jaxgan.runs.identity import describe
from jaxgan.runs.lines import read_rows
from jaxgan.study import read_results, read_run
from jaxgan.study.folder import is_training, manifest_in

__all__ = ["resume_source"]


def resume_source(
    folder: Path,
    source: str | None,
    steps: int | None,
    *,
    quiet: bool = False,
    **options: Any,
) -> None:
    """Resumes a run of `study.run` or `runs.train`.

    Args:
        folder: the run's folder.
        source: its Experiment or Setup, "package.module:NAME".
        steps: new number of generator steps of a single training; the setup's if None.
        quiet: whether to print nothing but problems and the path of the report.
        **options: `track` and `save_minutes`, see `runs.train`, if given.

    Raises:
        ValueError: steps are given for an experiment, or a training has settings of its own.
    """
    if is_training(folder):
        _resume_training(folder, source, steps, quiet=quiet, **options)
        return
    found = read_results(folder)
    if steps is not None:
        raise ValueError(STEPS_OF_EXPERIMENT)
    experiment, scale = experiment_in(folder, source)
    carry_out(
        folder,
        experiment,
        quiet=quiet,
        source=source,
        scale=scale,
        seeds=len(found.sets[0]),
        sets=len(found.sets),
        name=found.experiment,
        command=found.command,
        **options,
    )


def _resume_training(
    folder: Path, source: str | None, steps: int | None, *, quiet: bool, **options: Any
) -> None:
    setup, manifest = setup_in(folder, source), manifest_in(folder)
    saved, seed = manifest["settings"], manifest["seed"]
    if steps is not None:
        setup = dataclasses.replace(setup, steps=steps)
    own = sorted(saved.keys() - describe(setup, seed).keys())
    own += ["observe"] if read_rows(folder / OBSERVED) else []
    if own:
        raise ValueError(
            f"{folder} has settings of the code that made it ({', '.join(own)}): resume it there"
        )
    checkpoint.check_settings(saved, describe(setup, seed))
    last = checkpoint.steps_of(folder / CHECKPOINTS)[-1]
    if last > setup.steps:
        raise ValueError(f"{folder} has {last} steps, more than steps={setup.steps}: give more")
    use_compile_cache()
    status = 0
    try:
        train(
            setup,
            seed=seed,
            folder=folder,
            title=folder.resolve().name,
            progress=not quiet,
            **options,
        )
    except Diverged as problem:
        complain(str(problem))
        status = DIVERGED
    except KeyboardInterrupt as stop:
        raise with_remedy(stop, folder, source) from stop
    page = write_report(folder, notify=complain)
    if not quiet:
        print(compare({str(folder): read_run(folder)}))
    print(page)
    if status:
        sys.exit(status)
