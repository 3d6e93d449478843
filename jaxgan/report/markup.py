"""Text as escaped HTML with paragraphs, lists and code."""

from __future__ import annotations

import base64
import html
import re
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from jaxgan.report.files import inside
from jaxgan.report.paragraphs import paragraphs

__all__ = ["code", "link", "picture", "prose"]

CSS_PIXELS_PER_INCH = 100
"""Figures are 10 inches wide, and 1000 pixels fit on a page."""


def prose(text: str) -> str:
    """Paragraphs and lists as HTML; text in backticks becomes code.

    Args:
        text: see `paragraphs`.

    Returns:
        HTML.

    >>> prose("a < `b`")
    '<p>a &lt; <code>b</code></p>'
    """
    return "".join(
        f"<p>{_inline(block)}</p>"
        if isinstance(block, str)
        else f"<ul>{''.join(f'<li>{_inline(item)}</li>' for item in block)}</ul>"
        for block in paragraphs(text)
    )


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def link(text: str, url: str) -> str:
    """A link if the URL is http or https, otherwise only the text.

    Args:
        text: plain text.
        url: any string.

    Returns:
        HTML.

    >>> link("paper", "javascript:alert(1)")
    'paper'
    """
    text = html.escape(text)
    if not url.startswith(("https://", "http://")):
        return text
    return f'<a href="{html.escape(url)}" rel="noreferrer">{text or html.escape(url)}</a>'


def code(text: str) -> str:
    """A printed value, one argument per line if it is a call on a single line.

    Args:
        text: such as the `repr` of a recipe.

    Returns:
        HTML.

    >>> print(code("Recipe(n_critic=5, betas=(0, 0.9))"))
    <pre>Recipe(
      n_critic=5,
      betas=(0, 0.9)
    )</pre>
    """
    parts, depth = [""], 0
    for character in text.strip():
        depth += (character in "([{") - (character in ")]}")
        parts[-1] += character
        if character == "," and depth == 1:
            parts.append("")
    if len(parts) > 1 and "\n" not in text and text.strip().endswith(")"):
        head, first = parts[0].split("(", 1)
        lines = [first, *parts[1:]]
        lines[-1] = lines[-1][:-1]
        text = f"{head}(\n" + "\n".join(f"  {line.strip()}" for line in lines) + "\n)"
    return f"<pre>{html.escape(text)}</pre>"


def picture(folder: Path, file: str, caption: str) -> str:
    """A picture embedded in the page.

    Args:
        folder: the run's folder.
        file: the picture's file name in it.
        caption: description, for the `alt` text.

    Returns:
        An `<img>` with the picture's bytes, or a note that the picture is missing.
    """
    try:
        path = inside(folder, file)
        with Image.open(path) as image:
            mime = Image.MIME[image.format or ""]
            dpi = float(image.info.get("dpi", (2 * CSS_PIXELS_PER_INCH,))[0])
            width, height = (round(CSS_PIXELS_PER_INCH * side / dpi) for side in image.size)
    except (OSError, KeyError, UnidentifiedImageError):
        return f'<p class="missing">The picture {html.escape(file)} is missing.</p>'
    data = base64.b64encode(path.read_bytes()).decode()
    size = f'width="{width}" height="{height}"'
    return f'<img src="data:{mime};base64,{data}" alt="{html.escape(caption)}" {size}>'
