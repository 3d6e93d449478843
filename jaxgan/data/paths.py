"""Paths among the arguments."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

__all__ = ["check_path"]


def check_path(name: str, value: Any) -> Path:
    """A path that was given as text or as a path.

    Args:
        name: the argument.
        value: what was given.

    Returns:
        The path.

    Raises:
        TypeError: it is neither text nor a path.
        ValueError: it is empty, which would be the working directory.

    >>> check_path("folder", "runs/mine").name
    'mine'
    """
    if not isinstance(value, (str, os.PathLike)):
        raise TypeError(f"{name} must be a path, got {value!r}: give text or a pathlib.Path")
    if not os.fspath(value):
        raise ValueError(
            f"{name} must be a path, got {value!r}: give '.' for the working directory"
        )
    return Path(value)
