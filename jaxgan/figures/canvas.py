"""A canvas in device pixels from its top left corner, on which images are not resampled."""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from jaxgan.figures.style import BODY, DPI, INK, PAPER, words

__all__ = ["area", "canvas", "paste", "write"]


def canvas(width: int, height: int) -> Figure:
    """An empty figure with this width and height, in device pixels.

    >>> [float(inches) for inches in canvas(400, 100).get_size_inches()]
    [2.0, 0.5]
    """
    return Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=PAPER)


def area(figure: Figure, x: int, y: int, width: int, height: int) -> Axes:
    """Axes without decoration over a rectangle.

    Args:
        figure: a canvas.
        x: left edge, in device pixels.
        y: top edge, in device pixels, downward.
        width: of the rectangle, in device pixels.
        height: of the rectangle, in device pixels.

    Returns:
        Empty axes.
    """
    across, down = figure.get_size_inches() * DPI
    box = (x / across, 1 - (y + height) / down, width / across, height / down)
    axes = figure.add_axes(box)
    axes.set_axis_off()
    return axes


def paste(figure: Figure, pixels: UInt8[np.ndarray, "_height _width 3"], x: int, y: int) -> None:
    """Draws an image on a canvas, one pixel per device pixel.

    Args:
        figure: a canvas.
        pixels: 8-bit colors.
        x: left edge, in device pixels.
        y: top edge, in device pixels, downward.
    """
    height, width = pixels.shape[:2]
    axes = area(figure, x, y, width, height)
    axes.imshow(pixels, interpolation="nearest", aspect="auto", origin="upper")


def write(
    figure: Figure,
    text: str,
    x: int,
    y: int,
    *,
    size: float = BODY,
    color: str = INK,
    weight: str = "normal",
    align: str = "left",
) -> None:
    """Writes a line of text on a canvas.

    Args:
        figure: a canvas.
        text: plain text; mathematics is not parsed.
        x: left end, center or right end of the text (see `align`), in device pixels.
        y: baseline, in device pixels, downward.
        size: in points.
        color: hexadecimal.
        weight: "normal" or "bold".
        align: "left", "center" or "right".
    """
    across, down = figure.get_size_inches() * DPI
    figure.text(
        x / across, 1 - y / down, text, ha=align, va="baseline", **words(size, color, weight)
    )
