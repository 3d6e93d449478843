"""Files that are written whole: after a crash there is the earlier content or the new one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

__all__ = ["replacing", "sync"]


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Writes a file that takes the place of an earlier one when it is complete and on the disk.

    Args:
        path: the file, in an existing folder.

    Yields:
        The new file, open for writing; if the block fails, the earlier file stays.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "x"
    ...     with replacing(path) as file:
    ...         file.write(b"new")
    ...         path.exists()
    ...     path.read_bytes()
    3
    False
    b'new'
    """
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        yield file
    sync(partial)
    partial.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Waits until a file or folder is on the disk.

    Args:
        path: its path.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
