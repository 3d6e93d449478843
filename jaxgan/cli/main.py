"""The commands of `jaxgan`, and how their errors are reported."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import tyro

from jaxgan.cli.doctor import doctor
from jaxgan.cli.listing import list_
from jaxgan.cli.outcomes import report, sample
from jaxgan.cli.trainings import resume, run, train

__all__ = ["main"]

app = tyro.extras.SubcommandApp()
app.command(name="list")(list_)
for command in (run, train, doctor, resume, sample, report):
    app.command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line.

    Args:
        arguments: command-line words; `sys.argv[1:]` if None.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app.cli(prog="jaxgan", args=words or ["--help"])
    except KeyboardInterrupt as stop:
        sys.exit(f"jaxgan: {stop or 'stopped'}")
    except (ValueError, TypeError, OSError) as error:
        notes = getattr(error, "__notes__", [])
        sys.exit(f"jaxgan: {' '.join([str(error), *notes])}")
