"""Samples of the same latents during training: a row per arm, a column per moment."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from jaxgan.figures.canvas import canvas, paste, write
from jaxgan.figures.style import HEADING, PAGE, SMALL, SOFT, arm_colors, width_of
from jaxgan.figures.tiles import Images, mosaic, zoom

__all__ = ["progress_grid"]

GUTTER, HEAD, GAP = 28, 52, 2


def progress_grid(rows: Mapping[str, Sequence[tuple[int, Images]]]) -> Figure:
    """A table of small grids: a row per arm, a column per moment, the same latents in each cell.

    Args:
        rows: by arm, pairs of a generator step and images `[n, height, width, channels]`, see
            `sample_grid`; a missing moment leaves its cell empty.

    Returns:
        A figure.

    Raises:
        ValueError: nothing to draw, or neither one channel nor three.

    >>> images = np.zeros((4, 8, 8, 1))
    >>> figure = progress_grid({"wgan": [(0, images), (2000, images)]})
    >>> [text.get_text() for text in figure.texts]
    ['generator steps', '0', '2,000', 'wgan']
    """
    moments = sorted({step for row in rows.values() for step, _ in row})
    if not moments:
        raise ValueError("progress_grid: rows is empty; give at least one moment of one arm")
    margin = 32 + max(
        width_of("generator steps", SMALL), *(width_of(arm, HEADING, "bold") for arm in rows)
    )
    cells = _cells(rows, (PAGE - margin) // len(moments) - GUTTER)
    height, width = (max(cell.shape[axis] for _, _, cell in cells) for axis in (0, 1))
    x = {step: margin + i * (width + GUTTER) for i, step in enumerate(moments)}
    y = {arm: HEAD + i * (height + GUTTER) for i, arm in enumerate(rows)}
    figure = canvas(margin + len(x) * (width + GUTTER), HEAD + len(y) * (height + GUTTER))
    write(figure, "generator steps", margin - 32, 34, size=SMALL, color=SOFT, align="right")
    for step in moments:
        write(figure, f"{step:,}", x[step] + width // 2, 34, color=SOFT, align="center")
    colors = arm_colors(rows)
    for arm in rows:
        style = {"size": HEADING, "weight": "bold", "color": colors[arm], "align": "right"}
        write(figure, arm, margin - 32, y[arm] + height // 2 + 10, **style)
    for arm, step, cell in cells:
        paste(figure, cell, x[step], y[arm])
    return figure


def _cells(
    rows: Mapping[str, Sequence[tuple[int, Images]]], room: int
) -> list[tuple[str, int, np.ndarray]]:
    """Triples of arm, step and square mosaic, at most `room` wide where possible.

    If the images are many and large, only the first rows and columns of their square are shown,
    each image enlarged by at least 2.
    """
    cells = []
    for arm, row in rows.items():
        for step, images in row:
            width = images.shape[2]
            columns = side = math.ceil(math.sqrt(len(images)))
            while columns > 2 and zoom(width, room // columns - GAP) < 2:
                columns -= 1
            scale = zoom(width, room // columns - GAP, largest=64)
            at = [i for i in range(len(images)) if i % side < columns and i // side < columns]
            cells.append((arm, step, mosaic(np.asarray(images)[at], columns, scale, (GAP, GAP))))
    return cells
