"""The blocks of a plain text: paragraphs between blank lines, and lists of dashed lines."""

from __future__ import annotations

import re

__all__ = ["paragraphs"]


def paragraphs(text: str) -> list[str | list[str]]:
    r"""The blocks of a text, with each line break replaced by a space.

    Args:
        text: such as a docstring.

    Returns:
        A string per paragraph, a list of strings per list.

    >>> paragraphs("It\ndiffers.\n\n- in one\n  way\n- in another")
    ['It differs.', ['in one way', 'in another']]
    """
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text) if block.strip()]
    return [
        [" ".join(item.split()) for item in re.split(r"(?:^|\n)\s*- ", block)[1:]]
        if block.startswith("- ")
        else " ".join(block.split())
        for block in blocks
    ]
