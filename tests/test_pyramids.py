"""Laplacian pyramids and the sliced distances of their patches, against NumPy and SciPy."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from jaxgan.metrics import LaplacianSlices, laplacian_pyramid, laplacian_slices, mean_slice

KEY = jax.random.key(0)
RANDOM = np.random.default_rng(0)
FILTER = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256  # of sliced_wasserstein.py


def filtered(images: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Every pixel is the sum of 5 x 5 products; NumPy's "reflect" does not repeat the edge."""
    height, width = images.shape[1:3]
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="reflect")
    shifts = [
        kernel[i, j] * padded[:, i : i + height, j : j + width] for i in range(5) for j in range(5)
    ]
    return np.sum(shifts, axis=0)


def up(low: np.ndarray, shape: Any) -> np.ndarray:
    spread = np.zeros(shape)
    spread[:, ::2, ::2] = low
    return filtered(spread, 4 * FILTER)


@pytest.mark.parametrize(
    ("pixels", "sizes"),
    [(16, [16]), (28, [28]), (32, [32, 16]), (33, [33, 17]), (64, [64, 32, 16])],
)
def test_the_levels_are_differences_that_sum_to_the_images(pixels: int, sizes: Any) -> None:
    images = RANDOM.normal(size=(2, pixels, pixels, 3))
    levels = laplacian_pyramid(images)
    assert [level.shape for level in levels] == [(2, size, size, 3) for size in sizes]
    low = images
    for level in levels[:-1]:
        high, low = low, filtered(low, FILTER)[:, ::2, ::2]
        np.testing.assert_allclose(level, high - up(low, high.shape), atol=1e-13)
    np.testing.assert_allclose(levels[-1], low, atol=1e-13)
    total = levels[-1]
    for level in levels[-2::-1]:
        total = up(total, level.shape) + level
    np.testing.assert_allclose(total, images, atol=1e-12)


def test_a_constant_is_in_the_coarsest_level_only() -> None:
    *fine, last = laplacian_pyramid(np.full((1, 64, 64, 1), 0.3))
    for level in fine:
        np.testing.assert_allclose(level, 0, atol=1e-15)
    np.testing.assert_allclose(last, 0.3, atol=1e-15)


@pytest.mark.parametrize(("n", "m"), [(20, 20), (20, 13)])
def test_one_slice_of_order_one_is_scipys_distance(n: int, m: int) -> None:
    x, y = RANDOM.normal(size=(n, 4)), RANDOM.normal(size=(m, 4)) + 0.3
    u = np.asarray(jax.random.normal(KEY, (1, 4)), np.float64)[0]
    wanted = wasserstein_distance(x @ u, y @ u) / np.linalg.norm(u)
    assert mean_slice(x, y, KEY, 1, order=1) == pytest.approx(wanted, rel=1e-12)


def test_the_scores_are_those_of_patches_taken_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    # Loops over images, patches, channels and directions, from the same places and directions.
    monkeypatch.setattr("jaxgan.metrics.pyramids.BLOCK", 2)
    real, fake = RANDOM.normal(size=(3, 32, 32, 2)), RANDOM.uniform(size=(2, 32, 32, 2))
    found = laplacian_slices(real, fake, KEY, patches=4, projections=3)
    for index, levels in enumerate(
        zip(laplacian_pyramid(real), laplacian_pyramid(fake), strict=True)
    ):
        size = levels[0].shape[1]
        of_places, of_directions = jax.random.split(jax.random.fold_in(KEY, index))
        rows, columns = (
            jax.random.randint(key, (3, 4), 0, size - 6) for key in jax.random.split(of_places)
        )
        sets = []
        for level in levels:
            taken = [
                image[r : r + 7, c : c + 7]
                for image, some_rows, some_columns in zip(level, rows, columns, strict=False)
                for r, c in zip(some_rows, some_columns, strict=True)
            ]
            channels = [np.array([patch[..., c] for patch in taken]) for c in (0, 1)]
            normal = [(one - one.mean()) / one.std() for one in channels]
            sets.append(np.stack(normal, axis=1).reshape(len(taken), -1))
        distances = []
        for key, n in zip(jax.random.split(of_directions), (2, 1), strict=True):
            for u in np.asarray(jax.random.normal(key, (n, 2 * 49)), np.float64):
                x, y = (one @ u / np.linalg.norm(u) for one in sets)
                distances.append(wasserstein_distance(x, y))
        assert found[size] == pytest.approx(1000 * np.mean(distances), rel=1e-10)


def test_mean_and_contrast_of_a_level_do_not_count_but_constants_do() -> None:
    x = RANDOM.normal(size=(2, 16, 16, 1))
    options = {"patches": 3, "projections": 5}
    assert laplacian_slices(x, 0.1 * x + 0.5, KEY, **options)[16] == pytest.approx(0, abs=1e-10)
    constant = laplacian_slices(
        np.full((2, 32, 32, 1), 0.3), np.ones((2, 32, 32, 1)), KEY, **options
    )
    assert constant == {32: 0.0, 16: 0.0}
    assert laplacian_slices(x, 0 * x, KEY, **options)[16] > 500  # E |N(0, 1)| is 0.8


def test_the_metric_has_a_score_for_each_level_and_their_mean() -> None:
    real, fake = RANDOM.normal(size=(2, 2, 64, 64, 1))
    metric = LaplacianSlices(pixels=64, patches=2, projections=2)
    of_levels = laplacian_slices(real, fake, KEY, patches=2, projections=2)
    found = metric(real, fake, KEY)
    assert list(found) == [f"laplacian_slices_{name}" for name in (64, 32, 16, "mean")]
    assert list(found.values()) == pytest.approx(
        [*of_levels.values(), np.mean([*of_levels.values()])]
    )


@pytest.mark.usefixtures("unchecked_types")
def test_images_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"at least 16, got 8: .* use sliced_wasserstein"):
        LaplacianSlices(pixels=8)
    images = np.zeros((2, 28, 28, 1))
    with pytest.raises(ValueError, match=r"pixels=32 .* \(28, 28, 1\): give pixels=28"):
        LaplacianSlices()(images, images, KEY)
    with pytest.raises(ValueError, match=r"\(28, 28, 1\) and generated ones \(15, 28, 1\)"):
        laplacian_slices(images, images[:, :15], KEY)
    with pytest.raises(ValueError, match="patches must be an integer of at least 1, got 0"):
        laplacian_slices(images, images, KEY, patches=0)
