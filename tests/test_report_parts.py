"""Parts of a report: numbers as text, the strip of a claim, printed settings."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor
from scipy import stats

from jaxgan.figures.style import COLORS
from jaxgan.report.markup import code
from jaxgan.report.numbers import duration, number, spread
from jaxgan.report.strip import strip
from jaxgan.report.thumbnail import thumbnail


def test_a_spread_is_the_interval_of_a_t_test() -> None:
    values = [0.31, 0.52, 0.47, 0.29]
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert spread(values) == f"{np.mean(values):.2f} ± {(high - low) / 2:.2f}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.25, "-0.25"),
        (1e-7, "1e-07"),
        (9999.5, "1e+04"),
        (12345.6, "12,346"),
        (1e12, "1e+12"),
    ],
)
def test_numbers_keep_four_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_equal_seeds_have_no_spread() -> None:
    assert spread([10, 10, 10]) == "10 ± 0"
    assert spread([]) == "missing"
    assert spread([float("nan")]) == "not finite"
    assert spread([10, float("nan"), 10]) == "10 ± 0 (2 of 3 seeds)"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(59.7, "60 s"), (60, "1 min 0 s"), (3599.6, "1 h 0 min"), (90000, "25 h 0 min")],
)
def test_durations_carry(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_strip_is_to_scale() -> None:
    drawing = strip([1.0, 3.0], 2.0, [0.0, 4.0], -1.0)
    at = dict(re.findall(r'class="(\w+)" x1="([\d.]+)"', drawing)) | {
        str(i): x for i, x in enumerate(re.findall(r'cx="([\d.]+)"', drawing))
    }
    x = [float(at[name]) for name in ("threshold", "interval", "0", "mean", "1")]
    assert "nan" not in strip([1.0, float("nan")], float("nan"), None, 0.0)
    assert np.diff(x) == pytest.approx([np.diff(x)[0]] * 4, abs=0.11)  # -1, 0, 1, 2, 3


@pytest.mark.parametrize(
    "text", ["adam(0.1)", "Normal", "A(\n  b\n)", "f(a, b) + g(c, d)", "f(a, b) + 1", "((", ""]
)
def test_code_is_never_lost(text: str) -> None:
    shown = html.unescape(re.sub(r"</?pre>", "", code(text)))
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)


def test_a_small_picture_keeps_the_colors_of_titles_beside_many_others(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 1), np.uint8)
    pixels = np.repeat(noise, 3, axis=2)
    for i, color in enumerate(COLORS):
        pixels[i, :9] = ImageColor.getrgb(color)
    Image.fromarray(pixels).save(tmp_path / "large.png")
    with Image.open(io.BytesIO(thumbnail(tmp_path / "large.png"))) as small:
        kept = np.asarray(small.convert("RGB"))
    for i, color in enumerate(COLORS):
        np.testing.assert_array_equal(kept[i, :9], [ImageColor.getrgb(color)] * 9)
