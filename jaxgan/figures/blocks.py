"""Labelled image mosaics side by side, as many per line as stay readable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import UInt8
from matplotlib.figure import Figure

from jaxgan.figures.canvas import canvas, paste, write
from jaxgan.figures.style import HEADING, PAGE, SMALL, SOFT, arm_colors, shortened, width_of

__all__ = ["arrange", "room_for_names", "room_per_tile"]

GUTTER, LABEL, BEFORE = 56, 44, 16


def room_for_names(names: Mapping[str, Sequence[str]]) -> int:
    """The width of the names of rows, and their distance from the block, in device pixels.

    >>> room_for_names({}), room_for_names({"wgan": ["cat"]}) > BEFORE
    (0, True)
    """
    every = [name for of_block in names.values() for name in of_block]
    return max((BEFORE + width_of(shortened(name), SMALL) for name in every), default=0)


def room_per_tile(
    blocks: int, columns: int, width: int, gap: int, before: int = 0
) -> tuple[int, int]:
    """The number of blocks per line of the page, and the width available for each tile.

    Small images are enlarged by at least 2 before another block is added to a line. Lines have
    the same number of blocks as far as possible.

    Args:
        blocks: number of blocks.
        columns: tiles per row of a block.
        width: of an image, in pixels.
        gap: between tiles, in device pixels.
        before: width of the names of rows, in device pixels.

    Returns:
        Blocks per line, and device pixels per tile.

    >>> room_per_tile(blocks=2, columns=8, width=28, gap=4), room_per_tile(5, 8, 28, 4)[0]
    ((2, 117), 3)
    """
    least = width if width > 48 else 2 * width

    def room(line: int) -> int:
        return (PAGE - (line - 1) * GUTTER - line * before) // (line * columns) - gap

    most = max([line for line in range(1, blocks + 1) if room(line) >= least], default=1)
    line = -(-blocks // -(-blocks // most))
    return line, room(line)


def arrange(
    blocks: Mapping[str, UInt8[np.ndarray, "_height _width 3"]],
    per_line: int,
    note: str = "",
    names: Mapping[str, Sequence[str]] = {},
) -> Figure:
    """Blocks from left to right, line by line, each with its name above it in the color of its arm.

    Args:
        blocks: mosaics by arm.
        per_line: blocks per line.
        note: a line of text below the blocks.
        names: by arm, the names of the rows of its mosaic, written before them.

    Returns:
        A figure.

    >>> arrange({"wgan": np.zeros((90, 90, 3), np.uint8)}, per_line=1).texts[0].get_text()
    'wgan'
    """
    arms, before = list(blocks), room_for_names(names)
    lines = [arms[i : i + per_line] for i in range(0, len(arms), per_line)]
    pitch = GUTTER + before
    pitch += max(max(blocks[arm].shape[1], width_of(arm, HEADING, "bold")) for arm in arms)
    tall = [LABEL + max(blocks[arm].shape[0] for arm in line) for line in lines]
    height = sum(tall) + GUTTER * len(lines)
    figure = canvas(pitch * min(per_line, len(arms)), height)
    colors, top = arm_colors(arms), 0
    for line, line_height in zip(lines, tall, strict=True):
        for i, arm in enumerate(line):
            left = i * pitch + before
            write(figure, arm, left, top + 28, size=HEADING, weight="bold", color=colors[arm])
            paste(figure, blocks[arm], left, top + LABEL)
            _name_rows(figure, names.get(arm, ()), left, top + LABEL, blocks[arm].shape[0])
        top += line_height + GUTTER
    if note:
        write(figure, note, 0, height - 14, size=SMALL, color=SOFT)
    return figure


def _name_rows(figure: Figure, names: Sequence[str], left: int, top: int, height: int) -> None:
    """Writes a name to the left of the middle of each row of a block."""
    for i, name in enumerate(names):
        middle = top + round((i + 0.5) * height / len(names))
        style = {"size": SMALL, "color": SOFT, "align": "right"}
        write(figure, shortened(name), left - BEFORE, middle + 8, **style)
