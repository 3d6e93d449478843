"""Labelled image mosaics side by side, as many per line as stay readable."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import UInt8
from matplotlib.figure import Figure

from jaxgan.figures.canvas import canvas, paste, write
from jaxgan.figures.style import HEADING, PAGE, SMALL, SOFT, arm_colors, width_of

__all__ = ["arrange", "room_per_tile"]

GUTTER, LABEL = 56, 44


def room_per_tile(blocks: int, columns: int, width: int, gap: int) -> tuple[int, int]:
    """The number of blocks per line of the page, and the width available for each tile.

    Small images are enlarged by at least 2 before another block is added to a line. Lines have
    the same number of blocks as far as possible.

    Args:
        blocks: number of blocks.
        columns: tiles per row of a block.
        width: of an image, in pixels.
        gap: between tiles, in device pixels.

    Returns:
        Blocks per line, and device pixels per tile.

    >>> room_per_tile(blocks=2, columns=8, width=28, gap=4), room_per_tile(5, 8, 28, 4)[0]
    ((2, 117), 3)
    """
    least = width if width > 48 else 2 * width

    def room(line: int) -> int:
        return (PAGE - (line - 1) * GUTTER) // (line * columns) - gap

    most = max([line for line in range(1, blocks + 1) if room(line) >= least], default=1)
    line = -(-blocks // -(-blocks // most))
    return line, room(line)


def arrange(
    blocks: Mapping[str, UInt8[np.ndarray, "_height _width 3"]], per_line: int, note: str = ""
) -> Figure:
    """Blocks from left to right, line by line, each with its name above it in the color of its arm.

    Args:
        blocks: mosaics by arm.
        per_line: blocks per line.
        note: a line of text below the blocks.

    Returns:
        A figure.

    >>> arrange({"wgan": np.zeros((90, 90, 3), np.uint8)}, per_line=1).texts[0].get_text()
    'wgan'
    """
    names = list(blocks)
    lines = [names[i : i + per_line] for i in range(0, len(names), per_line)]
    pitch = GUTTER + max(
        max(blocks[name].shape[1], width_of(name, HEADING, "bold")) for name in names
    )
    tall = [LABEL + max(blocks[name].shape[0] for name in line) for line in lines]
    height = sum(tall) + GUTTER * len(lines)
    figure = canvas(pitch * min(per_line, len(names)), height)
    colors, top = arm_colors(names), 0
    for line, line_height in zip(lines, tall, strict=True):
        for i, name in enumerate(line):
            write(
                figure, name, i * pitch, top + 28, size=HEADING, weight="bold", color=colors[name]
            )
            paste(figure, blocks[name], i * pitch, top + LABEL)
        top += line_height + GUTTER
    if note:
        write(figure, note, 0, height - 14, size=SMALL, color=SOFT)
    return figure
