"""Samples beside their nearest training examples."""

from __future__ import annotations

import jax
import numpy as np
from jaxtyping import Real
from matplotlib.figure import Figure

from jaxgan.figures.canvas import canvas, paste, write
from jaxgan.figures.style import PAGE, SMALL, SOFT
from jaxgan.figures.tiles import Images, mosaic, zoom

__all__ = ["nearest_neighbors"]

Distances = Real[np.ndarray, " _n"] | Real[jax.Array, " _n"]
PER_LINE, GUTTER, GAP, FOOT = 8, 36, 4, 56
NOTE = "Each pair: a sample (left) and its nearest training example (right), with their distance."


def nearest_neighbors(samples: Images, nearest: Images, distances: Distances) -> Figure:
    """Pairs of a sample and its nearest training example, with their distance.

    Args:
        samples: `[n, height, width, channels]`, see `sample_grid`.
        nearest: the nearest training example of each sample, of the same shape.
        distances: `[n]`, in the units of the searched space.

    Returns:
        A figure.

    Raises:
        ValueError: the three arguments differ in their number of entries, or have none.

    >>> images = np.zeros((2, 8, 8, 1))
    >>> figure = nearest_neighbors(images, images, np.array([0.0, 1.25]))
    >>> [text.get_text() for text in figure.texts][:2]
    ['0.00', '1.25']
    """
    if not len(samples) == len(nearest) == len(distances) > 0:
        raise ValueError(
            "nearest_neighbors: samples, nearest and distances must have one entry per pair, got "
            f"{len(samples)}, {len(nearest)} and {len(distances)}"
        )
    columns = min(PER_LINE, len(samples))
    scale = zoom(samples.shape[2], PAGE // (2 * PER_LINE) - GUTTER // 2 - GAP)
    height, width = scale * samples.shape[1], 2 * scale * samples.shape[2] + GAP
    lines = -(-len(samples) // columns)
    figure = canvas(columns * (width + GUTTER), lines * (height + FOOT) + 40)
    both = np.stack([np.asarray(samples), np.asarray(nearest)], axis=1)
    for i, (pair, distance) in enumerate(zip(both, np.asarray(distances), strict=True)):
        x, y = (i % columns) * (width + GUTTER), (i // columns) * (height + FOOT)
        paste(figure, mosaic(pair, 2, scale, (GAP, GAP)), x, y)
        style = {"size": SMALL, "color": SOFT, "align": "center"}
        write(figure, f"{distance:.2f}", x + width // 2, y + height + 28, **style)
    write(figure, NOTE, 0, lines * (height + FOOT) + 24, size=SMALL, color=SOFT)
    return figure
