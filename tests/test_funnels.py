"""The pairs have the distance and the optimal critic that they state."""

from __future__ import annotations

import os
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.data.funnels import Funnels, draw_funnels, read_funnels, sample_pairs
from jaxgan.divergences import wasserstein1

OFFICIAL = "W1_BENCHMARK"
"""The variable that names the file of the official pairs, if the user has it."""


@pytest.mark.parametrize("dimension", [1, 2, 16])
def test_the_pairs_are_an_optimal_plan(dimension: int) -> None:
    funnels = draw_funnels(jax.random.key(3), dimension, 4)
    x, y, _ = sample_pairs(funnels, jax.random.key(0), 200)
    lengths = jnp.linalg.norm(x - y, axis=1)
    # The exact distance of both samples is that of the pairs: no other pairing is shorter.
    assert wasserstein1(x, y) == pytest.approx(float(lengths.mean()), rel=1e-5)
    np.testing.assert_allclose(funnels.height(y) - funnels.height(x), lengths, atol=1e-5)


@pytest.mark.parametrize("dimension", [2, 16])
def test_the_gradient_is_that_of_the_optimal_critic(dimension: int) -> None:
    funnels = draw_funnels(jax.random.key(5), dimension, 4)
    x, y, gradient = sample_pairs(funnels, jax.random.key(1), 500)
    found = jax.grad(lambda x: -funnels.height(x).sum())(x)
    apart = np.asarray(jnp.linalg.norm(x - y, axis=1) > 0.1)
    away = np.asarray(jnp.abs(funnels.centers[funnels.nearest(x)] - x).max(axis=1) > 1e-3)
    kept = apart & away  # elsewhere the direction is rounding error
    assert kept.sum() > 100
    np.testing.assert_allclose(found[kept], gradient[kept], atol=1e-3)
    np.testing.assert_allclose(jnp.linalg.norm(gradient, axis=1), 1.0, rtol=1e-5)


def test_points_stay_in_the_cube_and_in_their_funnel() -> None:
    funnels = draw_funnels(jax.random.key(7), 3, 16)
    x, y, _ = sample_pairs(funnels, jax.random.key(2), 2_000)
    assert float(jnp.abs(x).max()) <= 2.5 + 1e-5
    nearer = funnels.height(x) <= funnels.height(y) + 1e-5
    assert nearer.all()
    apart = jnp.abs(x - funnels.centers[funnels.nearest(y)]).max(axis=1) > 1e-3
    same = funnels.nearest(x) == funnels.nearest(y)
    assert float((same | ~apart).mean()) > 0.999  # on a border rounding decides


def test_one_funnel_on_the_line_has_a_closed_form() -> None:
    # a = 0.5: s - a is 2 or 3 and t uniform, so E (t - t^8) |s - a| = (1/2 - 1/9) 13 / 5.
    funnels = Funnels(jnp.array([[0.5]]), jnp.zeros(1))
    x, y, _ = sample_pairs(funnels, jax.random.key(0), 100_000)
    expected = (1 / 2 - 1 / 9) * (2 * 2 + 3 * 3) / 5
    assert float(jnp.abs(x - y).mean()) == pytest.approx(expected, rel=0.01)


def test_a_border_between_two_funnels_ends_the_ray() -> None:
    # Centers at -1 and 1 with equal biases: the border is 0, 1 from each center.
    funnels = Funnels(jnp.array([[-1.0], [1.0]]), jnp.zeros(2))
    x, y, _ = sample_pairs(funnels, jax.random.key(0), 1_000)
    inner = (y[:, 0] > -1) & (y[:, 0] < 0)
    t = y[:, 0] + 1
    np.testing.assert_allclose(x[:, 0][inner], (t**8 - 1)[inner], atol=1e-5)


def test_a_file_has_the_arrays_of_its_dimension(tmp_path: Path) -> None:
    file = tmp_path / "funnels.npz"
    np.savez(file, centers_2_4=np.ones((4, 2)), bias_2_4=np.arange(4.0))
    found = read_funnels(file, 2, 4)
    assert found.centers.shape == (4, 2)
    assert found.bias.tolist() == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="has no centers_8_4 and bias_8_4"):
        read_funnels(file, 8, 4)


@pytest.mark.skipif(OFFICIAL not in os.environ, reason=f"{OFFICIAL} names no file")
@pytest.mark.parametrize(("dimension", "published"), [(2, 0.8174), (16, 1.9405), (128, 1.1424)])
def test_the_official_pairs_have_their_published_distance(dimension: int, published: float) -> None:
    funnels = read_funnels(os.environ[OFFICIAL], dimension, 4)
    x, y, _ = sample_pairs(funnels, jax.random.key(0), 20_000)
    # Published from 4,096 points: https://github.com/justkolesov/Wasserstein1Benchmark
    assert float(jnp.linalg.norm(x - y, axis=1).mean()) == pytest.approx(published, rel=0.03)
