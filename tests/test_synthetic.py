"""The synthetic distributions have the densities of the papers' code."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import make_swiss_roll

from jaxgan.data import synthetic
from jaxgan.data.synthetic import (
    EIGHT_STD,
    TWENTY_FIVE_STD,
    eight_centers,
    eight_gaussians,
    parallel_lines,
    swiss_roll,
    twenty_five_centers,
    twenty_five_gaussians,
    two_gaussians,
)

SAMPLERS = [eight_gaussians, twenty_five_gaussians, swiss_roll, two_gaussians, parallel_lines]
MIXTURES = [
    # The noise of the papers' code, divided by the scale of its points.
    (eight_gaussians, eight_centers, EIGHT_STD, 0.02 / 1.414),
    (twenty_five_gaussians, twenty_five_centers, TWENTY_FIVE_STD, 0.05 / 2.828),
]
ALPHA = 1e-3
"""Level of the statistical tests; the keys are fixed, so a test passes always or never."""


def draw(sampler: Callable[..., jax.Array], n: int, seed: int = 0, **settings: Any) -> np.ndarray:
    """Points in float64, for NumPy."""
    sample = jax.jit(functools.partial(sampler, n=n, **settings))
    return np.asarray(sample(jax.random.key(seed)), np.float64)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_key_decides_the_points(sampler: Callable[..., jax.Array]) -> None:
    points = draw(sampler, 7)
    assert points.shape == (7, 1 if sampler is two_gaussians else 2)
    np.testing.assert_array_equal(points, draw(sampler, 7))
    assert not np.isclose(points[:, -1], draw(sampler, 7, seed=1)[:, -1]).any()


def test_every_distribution_is_listed() -> None:
    assert {sampler.__name__ for sampler in SAMPLERS} < set(synthetic.__all__)


def test_the_centers_are_those_of_the_papers_code() -> None:
    # gan_toy.py of igul222/improved_wgan_training: the eight points (+-1, 0), (0, +-1) and
    # (+-1/sqrt 2, +-1/sqrt 2), times 2, divided by 1.414; 2 x, 2 y of range(-2, 3), by 2.828.
    root = 1 / math.sqrt(2)
    compass = [(1, 0), (0, 1), (-1, 0), (0, -1), *itertools.product([-root, root], repeat=2)]
    grid = itertools.product(range(-2, 3), repeat=2)
    for found, expected in [
        (eight_centers(), {tuple(np.round(np.array(c) * 2 / 1.414, 4) + 0.0) for c in compass}),
        (twenty_five_centers(), {tuple(np.round(np.array(c) * 2 / 2.828, 4) + 0.0) for c in grid}),
    ]:
        assert len(found) == len(expected)
        rounded = {tuple(np.round(np.asarray(row, np.float64), 4) + 0.0) for row in found}
        assert rounded == expected


@pytest.mark.parametrize(("sampler", "centers", "stated", "std"), MIXTURES)
def test_modes_are_equally_likely_and_gaussian(
    sampler: Callable[..., jax.Array], centers: Callable[[], jax.Array], stated: float, std: float
) -> None:
    assert stated == std
    points, means = draw(sampler, 20_000), np.asarray(centers(), np.float64)
    nearest = np.linalg.norm(points[:, None] - means[None], axis=2).argmin(axis=1)
    assert stats.chisquare(np.bincount(nearest, minlength=len(means))).pvalue > ALPHA
    # The modes are at least 28 standard deviations apart, so the nearest is the one drawn.
    noise = (points - means[nearest]) / std
    assert stats.kstest(noise[:, 0], "norm").pvalue > ALPHA
    assert stats.kstest(noise[:, 1], "norm").pvalue > ALPHA
    assert stats.pearsonr(noise[:, 0], noise[:, 1]).pvalue > ALPHA


def off_the_spiral(x: np.ndarray) -> np.ndarray:
    """The distance of the points outward from the nearest arm of r = t, where t is the angle."""
    turns = (np.linalg.norm(x, axis=1) * 7.5 - np.arctan2(x[:, 1], x[:, 0])) / (2 * math.pi)
    return turns - np.round(turns)


def test_the_swiss_roll_is_that_of_scikit_learn() -> None:
    points = draw(swiss_roll, 20_000)
    expected = make_swiss_roll(20_000, noise=0.25, random_state=0)[0][:, [0, 2]] / 7.5
    for view in (lambda x: x[:, 0], lambda x: x[:, 1], off_the_spiral):
        assert stats.ks_2samp(view(points), view(expected)).pvalue > ALPHA


@pytest.mark.parametrize("distance", [0.0, 1.0, 8.0])
def test_two_gaussians_have_their_distribution_function(distance: float) -> None:
    def distribution(x: np.ndarray) -> np.ndarray:
        # (Phi(x + d/2) + Phi(x - d/2)) / 2
        return (stats.norm.cdf(x + distance / 2) + stats.norm.cdf(x - distance / 2)) / 2

    points = draw(two_gaussians, 20_000, distance=distance)[:, 0]
    assert stats.kstest(points, distribution).pvalue > ALPHA


@pytest.mark.parametrize("theta", [-0.5, 0.0, 1.0])
def test_parallel_lines_are_vertical_segments(theta: float) -> None:
    points = draw(parallel_lines, 20_000, theta=theta)
    assert (points[:, 0] == theta).all()
    assert stats.kstest(points[:, 1], "uniform").pvalue > ALPHA
