"""Processes that train until something ends them, forked from one that has imported JAX."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from jaxgan.runs.pace import Stopped
from tests.campaign.operations import Operation, watched
from tests.campaign.trainings import RUNS

__all__ = ["CHECKPOINTS", "send", "start", "wait_for"]

CONTEXT = multiprocessing.get_context("forkserver")
CHECKPOINTS = "checkpoints/step-*"


def start(
    name: str,
    folder: Path,
    *,
    kill_at: int | None = None,
    half: bool = False,
    ignored: int | None = None,
) -> Any:
    """Starts a process that trains; stopped by a signal, its status is 128 + the signal.

    Args:
        name: the run.
        folder: its folder.
        kill_at: number of the file operation before which it kills itself with SIGKILL.
        half: whether it writes half of the data of that operation before.
        ignored: a signal that it ignores.

    Returns:
        The process.
    """
    CONTEXT.set_forkserver_preload([__name__])
    process = CONTEXT.Process(target=_train, args=(name, folder, kill_at, half, ignored))
    process.start()
    return process


def send(process: Any, number: int) -> None:
    """Sends a signal to a process that may have ended."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, number)


def wait_for(folder: Path, pattern: str, process: Any) -> None:
    """Waits until a process makes a file or folder in a folder that matches the pattern.

    Raises:
        RuntimeError: the process ends before.
    """
    while not any(folder.glob(pattern)):
        if not process.is_alive():
            raise RuntimeError(f"the process ended with {process.exitcode} and made no {pattern}")
        time.sleep(0.01)


def _train(name: str, folder: Path, kill_at: int | None, half: bool, ignored: int | None) -> None:
    def fault(operation: Operation) -> None:
        if operation.number == kill_at:
            if half:
                operation.write_half()
            os.kill(os.getpid(), signal.SIGKILL)

    if ignored is not None:
        signal.signal(ignored, signal.SIG_IGN)
    try:
        if kill_at is None:
            RUNS[name](folder)
        else:
            with watched(folder, fault):
                RUNS[name](folder)
    except Stopped as stop:
        sys.exit(128 + stop.number)
    except BlockingIOError as error:
        sys.exit(str(error))
