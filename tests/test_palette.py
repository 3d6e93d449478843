"""The colors of the cells can be distinguished by every reader."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from jaxgan import figures
from jaxgan.figures.style import COLORS, PAPER

SIGHTS = {  # Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB
    "normal": np.eye(3),
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.01182, 0.04294, 0.968881],
    ],
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.3039],
    ],
}
TO_XYZ = np.array(  # IEC 61966-2-1, white D65
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.072175],
        [0.0193339, 0.119192, 0.9503041],
    ]
)


def linear(color: str) -> np.ndarray:
    shares = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    xyz = TO_XYZ @ np.clip(light, 0, 1) / (TO_XYZ @ np.ones(3))
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", SIGHTS)
def test_colors_differ_in_every_sight(sight: str) -> None:
    seen = [lab(np.asarray(SIGHTS[sight]) @ linear(color)) for color in COLORS]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) >= 20


def test_colors_have_the_contrast_of_large_text() -> None:
    luminance = [TO_XYZ[1] @ linear(color) for color in (PAPER, *COLORS)]
    assert min((luminance[0] + 0.05) / (other + 0.05) for other in luminance[1:]) >= 3  # WCAG 2.1


def test_real_takes_no_color_from_the_arms() -> None:
    with_real = figures.arm_colors(["a", "real", "b"])
    assert (with_real["a"], with_real["b"]) == COLORS[:2]
    assert with_real["real"] not in COLORS
