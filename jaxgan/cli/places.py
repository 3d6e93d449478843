"""Where a command will write, checked before it works."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["check_file", "check_place"]


def check_place(folder: Path) -> None:
    """Checks that a folder can be written, or made.

    Args:
        folder: the folder.

    Raises:
        OSError: it cannot.

    >>> check_place(Path())
    """
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        why = "cannot be written" if nearest.is_dir() else "is no folder"
        raise OSError(f"cannot write to {folder}, for {nearest} {why}: choose another folder")


def check_file(path: Path, suffix: str = "") -> None:
    """Checks that a file can be written, with the folders above it.

    Args:
        path: the file.
        suffix: how its name must end.

    Raises:
        ValueError: its name ends otherwise.
        OSError: it cannot be written.

    >>> check_file(Path("digits.png"), ".png")
    """
    if path.suffix.lower() != suffix and suffix:
        raise ValueError(f"--out must end in {suffix}, got {path}: rename it")
    if path.is_dir():
        raise OSError(f"cannot write to {path}, for it is a folder: give the name of a file")
    check_place(path.parent)
