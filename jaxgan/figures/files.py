"""Saves figures and images as reproducible PNG files: the bytes depend only on the pixels."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from jaxgan.figures.style import DPI, PAPER
from jaxgan.figures.tiles import Images, pixels

__all__ = ["save", "save_images"]


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
    if not Path(path).absolute().parent.is_dir():
        raise FileNotFoundError(f"path {path} is in no folder: make it, or give another path")
    figure.savefig(
        path,
        format="png",
        dpi=DPI,
        bbox_inches="tight",
        pad_inches=0.08,
        facecolor=PAPER,
        metadata={"Software": None},
    )


def save_images(
    images: Images, folder: str | os.PathLike[str], labels: Sequence[int] | None = None
) -> None:
    """Writes each image as a PNG file of its own, `000000.png`, `000001.png`, ...

    Args:
        images: `[n, height, width, channels]`, uint8 or float in [-1, 1]; gray images stay gray.
        folder: the folder of the files, created if needed; files of these names are replaced.
        labels: `[n]`; with labels the files are in a folder per class, such as `3/000012.png`.

    >>> import numpy as np
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     save_images(np.zeros((2, 8, 8, 1)), folder, labels=[0, 3])
    ...     [str(path.relative_to(folder)) for path in sorted(Path(folder).glob("*/*"))]
    ['0/000000.png', '3/000001.png']
    """
    if labels is not None and len(labels) != len(images):
        raise ValueError(
            f"labels has {len(labels)} entries for {len(images)} images: give one for each image"
        )
    for i, image in enumerate(pixels(images)):
        place = Path(folder) if labels is None else Path(folder) / str(labels[i])
        place.mkdir(parents=True, exist_ok=True)
        gray = images.shape[-1] == 1
        Image.fromarray(image[..., 0] if gray else image).save(place / f"{i:06d}.png")
