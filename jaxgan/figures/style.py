"""Palette and typography of all figures: one color per arm, by order, and ink for real data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

__all__ = [
    "BODY",
    "COLORS",
    "DPI",
    "EXACT",
    "HEADING",
    "INK",
    "PAGE",
    "PAPER",
    "REAL",
    "SMALL",
    "SOFT",
    "arm_colors",
    "quiet",
    "shortened",
    "width_of",
    "words",
]

DPI = 200
"""Device pixels per inch; a report shows two device pixels per CSS pixel."""

PAGE = 2000
"""The target width of a figure, in device pixels."""

REAL, EXACT = "real", "exact"
"""Names that are not arms: real data and closed forms are drawn in ink, not in an arm's color."""

HEADING, BODY, SMALL = 10.0, 9.0, 8.0
"""Font sizes, in points."""

PAPER, INK, SOFT, FAINT = "#ffffff", "#1f2430", "#667085", "#e4e7ec"

# Any two differ by CIE76 >= 20 in normal, deutan, protan and tritan sight, and each has
# contrast >= 3 on paper: found by a search and checked by a test.
COLORS = ("#2450b0", "#d2660a", "#179a6b", "#9a4390", "#742a14", "#7488e6")


def arm_colors(names: Iterable[str]) -> dict[str, str]:
    """One color per arm in the order of first appearance, the same in every figure and table.

    Args:
        names: arms; "real" and "exact" may be among them.

    Returns:
        Hexadecimal colors by name; they repeat after six arms.

    >>> arm_colors(["real", "wgan", "wgan_gp"]) == arm_colors(["wgan", "wgan_gp"])
    True
    """
    arms = [name for name in dict.fromkeys(names) if name not in (REAL, EXACT)]
    return {REAL: INK, EXACT: INK} | {arm: COLORS[i % len(COLORS)] for i, arm in enumerate(arms)}


def words(size: float = BODY, color: str = INK, weight: str = "normal") -> dict[str, Any]:
    """Keyword arguments for text; mathematics is not parsed, so that names are shown literally.

    Args:
        size: in points.
        color: hexadecimal.
        weight: "normal" or "bold".

    Returns:
        Keyword arguments of `Axes.text` and `Figure.text`.

    >>> words(SMALL)["fontsize"]
    8.0
    """
    font = {"fontfamily": "DejaVu Sans", "fontsize": size, "fontweight": weight}
    return font | {"color": color, "parse_math": False}


def width_of(text: str, size: float = BODY, weight: str = "normal") -> int:
    """The width of a text in device pixels.

    Args:
        text: one line.
        size: in points.
        weight: "normal" or "bold".

    Returns:
        An integer, at least the width of the drawn glyphs.

    >>> width_of("wgan_gp") > width_of("wgan") > 0
    True
    """
    font = FontProperties(family="DejaVu Sans", weight=weight)
    return round(TextPath((0, 0), text.replace("$", "S"), size, font).get_extents().x1 * DPI / 72)


def shortened(name: str, most: int = 20) -> str:
    """A name with at most this many characters.

    >>> shortened("tench"), shortened("sulphur-crested cockatoo")
    ('tench', 'sulphur-crested coc…')
    """
    return name if len(name) <= most else f"{name[: most - 1]}…"


def quiet(axes: Axes) -> None:
    """Reduces a plot's frame to a base line, faint horizontal grid lines and gray numbers.

    Args:
        axes: the axes to change.
    """
    axes.spines[["top", "left", "right"]].set_visible(False)
    axes.spines["bottom"].set(color="#c3c8d1", linewidth=0.8)
    axes.set_facecolor(PAPER)
    axes.grid(axis="y", color=FAINT, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(which="both", length=0, labelsize=SMALL, labelcolor=SOFT, pad=4)
    axes.tick_params(labelfontfamily="DejaVu Sans")
