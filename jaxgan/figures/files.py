"""Saves figures as reproducible PNG files: the bytes depend only on the figure."""

from __future__ import annotations

import os

from matplotlib.figure import Figure

from jaxgan.figures.style import DPI, PAPER

__all__ = ["save"]


def save(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Writes a figure as PNG, cropped to its content, without date or software version.

    Args:
        figure: a figure.
        path: the file's path, in an existing folder.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "empty.png"
    ...     save(Figure(figsize=(1, 1)), path)
    ...     path.read_bytes()[1:4]
    b'PNG'
    """
    figure.savefig(
        path,
        format="png",
        dpi=DPI,
        bbox_inches="tight",
        pad_inches=0.08,
        facecolor=PAPER,
        metadata={"Software": None},
    )
