"""Resumes a run folder, from its settings or from the object that `--source` names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jaxgan.cli.everything import launch_all
from jaxgan.cli.launch import launch
from jaxgan.cli.own_code import check_own_code
from jaxgan.cli.processes import everyone, several
from jaxgan.cli.settings import RUN, Settings, read_settings, with_steps

__all__ = ["resume_folder"]


def resume_folder(
    folder: Path, steps: int | None, source: str | None, *, quiet: bool = False, **given: Any
) -> None:
    """Resumes a run; of several processes only process 0 needs to see the folder.

    Args:
        folder: the folder of the run.
        steps: new number of generator steps; the planned number if None.
        source: the object of a run that Python code made, "package.module:NAME".
        quiet: whether to print nothing but problems and the path of the report.
        **given: `devices`, `track` and `save_minutes` that replace those of the run.
    """
    if several():
        team = everyone()
        settings = team.of_first(_settings(folder, steps, source) if team.first else None)
    else:
        settings = _settings(folder, steps, source)
    if settings is None:
        from jaxgan.cli.further import resume_source

        if several():
            raise ValueError(f"{folder} was made by Python code: resume it with one process")
        resume_source(folder, source, steps, quiet=quiet, **given)
        return
    settings |= {"arguments": settings["arguments"] | given}
    (launch_all if settings.get("all") else launch)(folder, settings, quiet=quiet)


def _settings(folder: Path, steps: int | None, source: str | None) -> Settings | None:
    """The settings of the run, whose code may be imported; None for a run of Python code."""
    if not (folder / RUN).is_file():
        return None
    if source is not None:
        raise ValueError(f"{folder} was made by the command line: leave out --source {source}")
    settings = with_steps(read_settings(folder), steps)
    check_own_code(folder, settings)
    return settings
