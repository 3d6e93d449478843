"""A lock on a folder, so that one process at a time writes to it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import warnings
from collections.abc import Iterator
from pathlib import Path

__all__ = ["locked"]

LOCK = ".lock"


@contextlib.contextmanager
def locked(folder: Path | None) -> Iterator[None]:
    """Keeps other processes from writing to a folder during a `with` block.

    The operating system releases the lock when the process ends, however it ends. The file `.lock`
    stays and says which process was the last.

    Args:
        folder: the folder, created if needed; None for nothing to lock.

    Raises:
        BlockingIOError: another process or thread writes to the folder.
        OSError: the folder cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name, locked(Path(name)), locked(Path(name)):
    ...     pass  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    BlockingIOError: /tmp/... is in use by process ...
    """
    if folder is None:
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("a+")
    except OSError as error:
        raise OSError(
            f"cannot write to {folder} ({error.strerror}): choose another folder"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise BlockingIOError(
                f"{folder} is in use by {file.read() or 'another process'}: wait until it ends, "
                "stop it, or choose another folder"
            ) from error
        except OSError as error:  # some network file systems have no locks
            warnings.warn(f"{folder} cannot be locked ({error.strerror})", stacklevel=3)
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}")
        file.flush()
        yield
