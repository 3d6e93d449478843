"""Runs every experiment of the checkout, one after another, with one page of all of them."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from jaxgan.cli.experiments import experiments, load_experiment
from jaxgan.cli.launch import launch
from jaxgan.cli.settings import RUN, Settings, check_folder, claim_folder, read_settings
from jaxgan.cli.streams import complain

__all__ = ["launch_all", "runs_of"]


def launch_all(folder: Path, settings: Settings, *, quiet: bool = False) -> None:
    """Starts or resumes all experiments that have the scale, each in a folder of its own.

    An experiment that fails does not stop the others; the exit status is then 1.

    Args:
        folder: the folder of all runs.
        settings: the contents of its `run.json`.
        quiet: whether to print nothing but problems and paths.

    Raises:
        ValueError: there are no experiments, or none has the scale.
    """
    import jax

    from jaxgan.report import write_index
    from jaxgan.runs.lock import locked
    from jaxgan.runs.pace import Stopped

    check_folder(folder, settings)
    names = _with_scale(settings["arguments"]["scale"])
    failed = []
    with locked(folder):
        claim_folder(folder, settings)
        for name in names:
            one = {"command": "run", "experiment": name, "arguments": settings["arguments"]}
            try:
                launch(folder / name, one, quiet=quiet)
            except KeyboardInterrupt as stop:
                text = f"stopped in {name}\nResume with: jaxgan resume {folder}"
                raise Stopped(text, getattr(stop, "number", signal.SIGINT)) from stop
            except Exception as error:  # the other experiments do not depend on it
                complain(
                    f"{name} failed: {'; '.join([str(error), *getattr(error, '__notes__', [])])}"
                )
                failed.append(name)
            page = write_index(folder)
            jax.clear_caches()  # JAX keeps the programs of measures, see `training.kept`
    print(page)
    if failed:
        sys.exit(f"jaxgan: {len(failed)} of {len(names)} failed: {', '.join(failed)}")


def runs_of(folder: Path) -> list[Path]:
    """The folders of the runs in a folder of `jaxgan run --all`, or the folder itself.

    Args:
        folder: the folder of one run or of all.

    Returns:
        The folders, in order.
    """
    from jaxgan.report import runs_in

    if (folder / RUN).is_file() and read_settings(folder).get("all"):
        return [folder / name for name in runs_in(folder)]
    return [folder]


def _with_scale(scale: str) -> list[str]:
    found = experiments()
    if not found:
        raise ValueError("--all: no experiments here: run this in a checkout of the repository")
    names = [name for name in found if scale in load_experiment(name).scales]
    if not names:
        raise ValueError(
            f"--all: no experiment has the scale {scale!r}: choose smoke, small or paper"
        )
    return names
