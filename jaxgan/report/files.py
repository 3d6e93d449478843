"""Files in the folder of a run, which may be another person's."""

from __future__ import annotations

from pathlib import Path

__all__ = ["inside"]


def inside(folder: Path, file: str) -> Path:
    """A file in a folder, also through links.

    Args:
        folder: the folder.
        file: the name of the file.

    Returns:
        Its path.

    Raises:
        FileNotFoundError: the name leads out of the folder.

    >>> inside(Path("run"), "../other.png")
    Traceback (most recent call last):
        ...
    FileNotFoundError: ../other.png is not in the folder run: give the name of a file in it
    """
    path = folder / file
    if not path.resolve().is_relative_to(folder.resolve()):
        raise FileNotFoundError(
            f"{file} is not in the folder {folder}: give the name of a file in it"
        )
    return path
