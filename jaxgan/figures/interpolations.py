"""Images along lines in latent space."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import numpy as np
from jaxtyping import Real
from matplotlib.figure import Figure

from jaxgan.figures.blocks import arrange, room_per_tile
from jaxgan.figures.tiles import mosaic, zoom

__all__ = ["interpolation"]

Lines = (
    Real[np.ndarray, "_lines _stops _height _width _channels"]
    | Real[jax.Array, "_lines _stops _height _width _channels"]
)


def interpolation(rows: Mapping[str, Lines]) -> Figure:
    """A block per arm whose rows are lines in latent space, drawn as strips without gaps.

    Args:
        rows: images `[lines, stops, height, width, channels]` by arm, see `sample_grid`.

    Returns:
        A figure.

    Raises:
        ValueError: nothing to draw, or neither one channel nor three.

    >>> figure = interpolation({"wgan_gp": np.zeros((3, 5, 8, 8, 1))})
    >>> [text.get_text() for text in figure.texts]
    ['wgan_gp', 'Each row is one line in latent space, from left to right.']
    """
    if not rows:
        raise ValueError("interpolation: rows is empty; give the lines of at least one arm")
    stops, _, width = max(lines.shape[1:4] for lines in rows.values())
    per_line, room = room_per_tile(len(rows), stops, width, gap=0)
    blocks = {
        arm: mosaic(
            np.asarray(lines).reshape(-1, *lines.shape[2:]),
            columns=lines.shape[1],
            scale=zoom(lines.shape[3], room),
            gap=(0, 10),
        )
        for arm, lines in rows.items()
    }
    return arrange(blocks, per_line, "Each row is one line in latent space, from left to right.")
