"""The standard streams of a command, which may be closed, full, or of few characters."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

__all__ = ["standard_streams"]


@contextlib.contextmanager
def standard_streams() -> Iterator[None]:
    """Makes the standard streams usable, and writes the rest of them after a `with` block.

    A closed one becomes the null device: its number would go to the next file that is opened, which
    may be a checkpoint. Characters that an encoding lacks are escaped.

    Raises:
        SystemExit: standard output could not be written; the status is that of SIGPIPE, 141, if
            whoever read it has gone.
    """
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "r+"))  # noqa: SIM115, for the whole command
        elif name != "stdin" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        _flushed(sys.stderr)
        problem = _flushed(sys.stdout)
        if isinstance(problem, BrokenPipeError):
            sys.exit(128 + signal.SIGPIPE)
        if problem is not None:
            sys.exit(f"jaxgan: standard output could not be written: {problem.strerror}")


def _flushed(stream: Any) -> OSError | None:
    """Writes the rest of a stream; if that fails, it goes nowhere, or Python would fail again."""
    try:
        stream.flush()
    except OSError as problem:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
        return problem
    return None
