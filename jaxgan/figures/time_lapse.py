"""Samples of the same latents during training: a row per arm, a column per moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from jaxgan.figures.sample_tables import sample_table
from jaxgan.figures.tiles import Images

__all__ = ["progress_grid"]


def progress_grid(rows: Mapping[str, Sequence[tuple[int, Images]]]) -> Figure:
    """A table of small grids: a row per arm, a column per moment, the same latents in each cell.

    Args:
        rows: by arm, pairs of a generator step and images `[n, height, width, channels]`, see
            `sample_grid`; a missing moment leaves its cell empty.

    Returns:
        A figure.

    Raises:
        ValueError: nothing to draw, or neither one channel nor three.

    >>> import numpy as np
    >>> images = np.zeros((4, 8, 8, 1))
    >>> figure = progress_grid({"wgan": [(0, images), (2000, images)]})
    >>> [text.get_text() for text in figure.texts]
    ['generator steps', '0', '2,000', 'wgan']
    """
    moments = sorted({step for row in rows.values() for step, _ in row})
    if not moments:
        raise ValueError("progress_grid: rows is empty; give at least one moment of one arm")
    named = {arm: {f"{step:,}": images for step, images in row} for arm, row in rows.items()}
    return sample_table(named, [f"{step:,}" for step in moments], "generator steps")
