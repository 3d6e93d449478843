"""Samples of every arm side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from jaxgan.figures.blocks import arrange, room_for_names, room_per_tile
from jaxgan.figures.tiles import Images, check_images, mosaic, zoom
from jaxgan.types import check_number

__all__ = ["sample_grid"]


def sample_grid(
    rows: Mapping[str, Images],
    columns: int = 8,
    names: Mapping[str, Sequence[str]] = {},
) -> Figure:
    """A labelled block of samples per arm, side by side.

    Args:
        rows: images `[n, height, width, channels]` by arm, float in [-1, 1] or uint8, gray or
            color; "real" may be one of the arms.
        columns: images per row of a block.
        names: by arm, the name of each row of its block, which is written before it.

    Returns:
        A figure; images are enlarged by whole numbers, without interpolation.

    Raises:
        ValueError: nothing to draw, or neither one channel nor three.

    >>> import numpy as np
    >>> figure = sample_grid({"real": np.zeros((16, 8, 8, 1)), "wgan": np.ones((16, 8, 8, 1))})
    >>> len(figure.axes), [text.get_text() for text in figure.texts]
    (2, ['real', 'wgan'])
    >>> figure = sample_grid({"acgan": np.ones((6, 8, 8, 1))}, 3, {"acgan": ["cat", "dog"]})
    >>> [text.get_text() for text in figure.texts]
    ['acgan', 'cat', 'dog']
    """
    if not rows:
        raise ValueError("sample_grid: rows is empty; give the images of at least one arm")
    check_number("columns", columns, "an integer of at least 1", "give the images of a row")
    for arm, images in rows.items():
        check_images(arm, images)
    width = max(images.shape[2] for images in rows.values())
    before = room_for_names(names)
    per_line, room = room_per_tile(len(rows), columns, width, gap=4, before=before)
    blocks = {
        arm: mosaic(images, columns, zoom(images.shape[2], room)) for arm, images in rows.items()
    }
    return arrange(blocks, per_line, names=names)
