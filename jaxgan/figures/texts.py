"""Generated texts, a block per arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from jaxgan.figures.canvas import canvas, write
from jaxgan.figures.style import BODY, HEADING, INK, PAGE, arm_colors

__all__ = ["text_blocks"]

PER_LINE, HEAD, LINE, GAP = 3, 60, 44, 40


def text_blocks(texts: Mapping[str, Sequence[str]]) -> Figure:
    """A block per arm with its texts, one per line, between thin bars.

    Args:
        texts: the texts of each arm.

    Returns:
        A figure.

    Raises:
        ValueError: nothing to draw.

    >>> text_blocks({"wgan_gp": ["the cat ", "a dog is"]}).texts[1].get_text()
    '|the cat |'
    """
    if not texts:
        raise ValueError("text_blocks: texts is empty; give the texts of at least one arm")
    columns = min(PER_LINE, len(texts))
    rows = [list(texts.items())[i : i + columns] for i in range(0, len(texts), columns)]
    heights = [HEAD + LINE * max(len(lines) for _, lines in row) + GAP for row in rows]
    figure = canvas(PAGE * columns // PER_LINE, sum(heights))
    colors, top = arm_colors(texts), 0
    for row, height in zip(rows, heights, strict=True):
        for i, (arm, lines) in enumerate(row):
            x = i * PAGE // PER_LINE
            write(figure, arm, x, top + 40, size=HEADING, weight="bold", color=colors[arm])
            for j, line in enumerate(lines):
                y = top + HEAD + LINE * (j + 1)
                write(figure, f"|{line}|", x, y, size=BODY, color=INK)
                figure.texts[-1].set_fontfamily("DejaVu Sans Mono")
        top += height
    return figure
