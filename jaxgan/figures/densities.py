"""Two-dimensional samples over the density of the data."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import numpy as np
from jaxtyping import Real
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

from jaxgan.figures.canvas import area, canvas, write
from jaxgan.figures.style import HEADING, INK, PAGE, SMALL, SOFT, arm_colors, width_of

__all__ = ["density"]

Points = Real[np.ndarray, "_n 2"] | Real[jax.Array, "_n 2"]
PER_LINE, GUTTER, HEAD, FOOT, BINS = 4, 36, 44, 84, 240
SHADES = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#ccd2dd", "#8791a5"])


def density(real: Points, samples: Mapping[str, Points], centers: Points | None = None) -> Figure:
    """A panel per arm: its samples as dots over the shaded density of the data.

    The density is a histogram smoothed by a Gaussian and shaded by its square root, so that
    low-density regions are visible. All panels share limits, set by the data only. The share of
    samples outside the limits or not finite is written below the panel.

    Args:
        real: data points `[n, 2]`.
        samples: points `[m, 2]` by arm.
        centers: modes `[k, 2]` of the data, drawn as rings.

    Returns:
        A figure.

    Raises:
        ValueError: nothing to draw.

    >>> points = np.random.default_rng(0).normal(size=(100, 2))
    >>> figure = density(points, {"wgan": points, "far": points + 1e3})
    >>> [text.get_text() for text in figure.texts][:4]
    ['wgan', '', 'far', '100 % outside']
    """
    if not samples:
        raise ValueError("density: samples is empty; give the points of at least one arm")
    for name, points in {"real": real, **samples}.items():
        if np.ndim(points) != 2 or np.shape(points)[1] != 2 or not len(points):
            shape = np.shape(points)
            raise ValueError(f"density: {name} is {shape}; give points [n, 2], at least one")
    middle, reach = _limits(np.asarray(real), centers)
    lines = -(-len(samples) // PER_LINE)
    columns = -(-len(samples) // lines)
    side = (PAGE // max(columns, 3)) - GUTTER
    figure = canvas(columns * (side + GUTTER), lines * (HEAD + side + FOOT))
    shade = _shade(np.asarray(real), middle, reach)
    colors = arm_colors(samples)
    for i, (arm, points) in enumerate(samples.items()):
        x, y = (i % columns) * (side + GUTTER), (i // columns) * (HEAD + side + FOOT)
        axes = _panel(area(figure, x, y + HEAD, side, side), shade, middle, reach)
        outside = _dots(axes, np.asarray(points), middle, reach, colors[arm])
        _rings(axes, centers)
        size = HEADING * min(1.0, side / width_of(arm, HEADING, "bold"))
        write(figure, arm, x, y + 28, size=size, weight="bold", color=colors[arm])
        below = f"{100 * outside:.3g} % outside" if outside else ""
        foot = y + HEAD + side + 24
        write(figure, below, x + side, foot, size=SMALL, color=SOFT, align="right")
    write(
        figure,
        _note(middle, reach, centers),
        0,
        lines * (HEAD + side + FOOT) - 24,
        size=SMALL,
        color=SOFT,
    )
    return figure


def _limits(real: np.ndarray, centers: Points | None) -> tuple[np.ndarray, float]:
    """The center and the half-width of a square that contains the data with a margin."""
    points = real if centers is None else np.concatenate([real, np.asarray(centers)])
    low, high = points.min(axis=0), points.max(axis=0)
    return (low + high) / 2, 0.575 * float((high - low).max())


def _shade(real: np.ndarray, middle: np.ndarray, reach: float) -> np.ndarray:
    box = [(center - reach, center + reach) for center in middle]
    counts, _, _ = np.histogram2d(real[:, 0], real[:, 1], bins=BINS, range=box)
    return np.sqrt(gaussian_filter(counts, sigma=BINS / 160)).T


def _panel(axes: Axes, shade: np.ndarray, middle: np.ndarray, reach: float) -> Axes:
    (left, low), (right, high) = middle - reach, middle + reach
    axes.set_axis_on()
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(color="#c3c8d1", linewidth=0.8)
    axes.imshow(
        shade,
        cmap=SHADES,
        extent=(left, right, low, high),
        origin="lower",
        interpolation="bilinear",
    )
    axes.set(xlim=(left, right), ylim=(low, high))
    return axes


def _dots(axes: Axes, points: np.ndarray, middle: np.ndarray, reach: float, color: str) -> float:
    """Draws the samples inside the limits and returns the share outside."""
    inside = (np.abs(points - middle) <= reach).all(axis=1)
    shown = points[inside]
    # More dots are drawn more transparently, so that dense regions stay readable.
    strength = float(np.clip(20 / np.sqrt(max(len(shown), 1)), 0.15, 0.8))
    axes.scatter(*shown.T, s=5, color=color, alpha=strength, linewidths=0)
    return 1 - float(inside.mean())


def _rings(axes: Axes, centers: Points | None) -> None:
    if centers is not None:
        axes.scatter(
            *np.asarray(centers).T, s=42, facecolors="none", edgecolors=INK, linewidths=0.7
        )


def _note(middle: np.ndarray, reach: float, centers: Points | None) -> str:
    (left, low), (right, high) = middle - reach, middle + reach
    rings = "" if centers is None else " Rings: its modes."
    frame = f"[{left:.2g}, {right:.2g}] \u00d7 [{low:.2g}, {high:.2g}]"
    return f"Shade: density of the data.{rings} Dots: samples. Every panel shows {frame}."
