"""The command line, in this process and in one of its own with any surroundings."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jaxgan.cli.main import main

__all__ = ["command", "start_command"]

ROOT = Path(__file__).parents[2]
TRAIN = "train --data swiss_roll --networks mlp(width=4) --recipe wgan_gp(n_critic=1) --steps 400"
WORDS = [*TRAIN.split(), "--batch-size", "8"]


def command(folder: Path) -> None:
    """`jaxgan train`, from where it was stopped.

    Raises:
        ValueError: it ended with an error.
    """
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            main([*WORDS, "--out", str(folder), "--quiet"])
    except SystemExit as stop:
        raise ValueError(str(stop.code)) from stop


def start_command(
    folder: Path,
    changed: Mapping[str, str | None] | None = None,
    before: Sequence[str] = (),
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Starts `jaxgan train` in a process.

    Args:
        folder: the folder of the run.
        changed: environment variables; None removes one.
        before: words of a program that executes the command.
        **options: of `subprocess.Popen`.

    Returns:
        The process.
    """
    changed = {"PYTHONPATH": str(ROOT)} | dict(changed or {})
    kept = {name: value for name, value in os.environ.items() if name not in changed}
    usual = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        [*before, sys.executable, "-m", "jaxgan", *WORDS, "--out", folder],
        env=kept | {name: value for name, value in changed.items() if value is not None},
        **usual | options,
    )
