"""Examples of a data set: a row per class."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure

from jaxgan.figures.canvas import canvas, paste, write
from jaxgan.figures.style import PAGE, shortened, width_of
from jaxgan.figures.tiles import Images, mosaic, zoom

__all__ = ["contact_sheet"]

GAP, MARGIN = 4, 24


def contact_sheet(rows: Mapping[str, Images]) -> Figure:
    """A row of images per class, with the name of the class before it.

    Args:
        rows: by class, images `[n, height, width, channels]`, see `sample_grid`.

    Returns:
        A figure; images are enlarged by whole numbers, without interpolation.

    Raises:
        ValueError: nothing to draw, or neither one channel nor three.

    >>> import numpy as np
    >>> figure = contact_sheet({"cat": np.zeros((5, 8, 8, 1)), "dog": np.ones((3, 8, 8, 1))})
    >>> len(figure.axes), [text.get_text() for text in figure.texts]
    (2, ['cat', 'dog'])
    """
    if not rows:
        raise ValueError("contact_sheet: rows is empty; give the images of at least one class")
    left = MARGIN + max(width_of(shortened(name)) for name in rows)
    columns = max(len(images) for images in rows.values())
    width = max(images.shape[2] for images in rows.values())
    scale = zoom(width, (PAGE - left) // columns - GAP)
    strips = {name: mosaic(images, len(images), scale, (GAP, GAP)) for name, images in rows.items()}
    height = GAP + max(strip.shape[0] for strip in strips.values())
    figure = canvas(left + max(strip.shape[1] for strip in strips.values()), height * len(rows))
    for i, (name, strip) in enumerate(strips.items()):
        y = i * height + height // 2 + 10
        write(figure, shortened(name), left - MARGIN // 2, y, align="right")
        paste(figure, strip, left, i * height)
    return figure
