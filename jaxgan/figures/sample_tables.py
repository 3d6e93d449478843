"""Samples in a table of small blocks: a row per arm, a column per method or moment."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import UInt8
from matplotlib.figure import Figure

from jaxgan.figures.canvas import canvas, paste, write
from jaxgan.figures.style import HEADING, PAGE, SMALL, SOFT, arm_colors, width_of
from jaxgan.figures.tiles import Images, mosaic, zoom

__all__ = ["sample_table"]

GUTTER, HEAD, GAP, EMPTY = 28, 52, 2, (100, 100)


def sample_table(
    rows: Mapping[str, Mapping[str, Images | str]],
    columns: Sequence[str] = (),
    corner: str = "",
) -> Figure:
    """A table of small grids: a row per arm, a column per method, setting or moment.

    Args:
        rows: by arm and column, images `[n, height, width, channels]`, see `sample_grid`, or a text
            in their place; a missing one leaves its cell empty.
        columns: the columns from left to right; by their first appearance if empty.
        corner: what the columns are.

    Returns:
        A figure.

    Raises:
        ValueError: nothing to draw, or neither one channel nor three.

    >>> images = np.zeros((4, 8, 8, 1))
    >>> figure = sample_table({"tanh": {"gan": "diverged", "wgan": images}, "mlp": {"gan": images}})
    >>> [text.get_text() for text in figure.texts], len(figure.axes)
    (['gan', 'wgan', 'tanh', 'mlp', 'diverged'], 2)
    """
    columns = columns or list(dict.fromkeys(name for row in rows.values() for name in row))
    if not columns:
        raise ValueError("sample_table: rows is empty; give the images of at least one arm")
    widths = [width_of(arm, HEADING, "bold") for arm in rows]
    margin = 32 + max([*widths, width_of(corner, SMALL)] if corner else widths)
    blocks = _blocks(rows, (PAGE - margin) // len(columns) - GUTTER)
    sizes = [block.shape for block in blocks.values() if not isinstance(block, str)] or [EMPTY]
    height, width = (max(size[axis] for size in sizes) for axis in (0, 1))
    x = {name: margin + i * (width + GUTTER) for i, name in enumerate(columns)}
    y = {arm: HEAD + i * (height + GUTTER) for i, arm in enumerate(rows)}
    figure = canvas(margin + len(x) * (width + GUTTER), HEAD + len(y) * (height + GUTTER))
    if corner:
        write(figure, corner, margin - 32, 34, size=SMALL, color=SOFT, align="right")
    for name in columns:
        write(figure, name, x[name] + width // 2, 34, color=SOFT, align="center")
    colors = arm_colors(rows)
    for arm in rows:
        style = {"size": HEADING, "weight": "bold", "color": colors[arm], "align": "right"}
        write(figure, arm, margin - 32, y[arm] + height // 2 + 10, **style)
    for (arm, name), block in blocks.items():
        if isinstance(block, str):
            at = x[name] + width // 2, y[arm] + height // 2 + 8
            write(figure, block, *at, size=SMALL, color=SOFT, align="center")
        else:
            paste(figure, block, x[name], y[arm])
    return figure


def _blocks(
    rows: Mapping[str, Mapping[str, Images | str]], room: int
) -> dict[tuple[str, str], UInt8[np.ndarray, "_height _width 3"] | str]:
    """Texts, and mosaics that are square and at most `room` wide where possible."""
    return {
        (arm, name): shown if isinstance(shown, str) else _square(shown, room)
        for arm, row in rows.items()
        for name, shown in row.items()
    }


def _square(images: Images, room: int) -> UInt8[np.ndarray, "_height _width 3"]:
    """If the images are many and large, only the first rows and columns of their square.

    Each image is enlarged by at least 2.
    """
    width = images.shape[2]
    columns = side = math.ceil(math.sqrt(len(images)))
    while columns > 2 and zoom(width, room // columns - GAP) < 2:
        columns -= 1
    scale = zoom(width, room // columns - GAP, largest=64)
    at = [i for i in range(len(images)) if i % side < columns and i // side < columns]
    return mosaic(np.asarray(images)[at], columns, scale, (GAP, GAP))
