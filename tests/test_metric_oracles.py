"""Metrics against other libraries and published numbers; docs/scores.md shows the differences."""

from __future__ import annotations

import os
from typing import Any

import jax
import numpy as np
import pytest
from scipy import linalg, special, stats
from scipy.spatial.distance import cdist, pdist, squareform

from jaxgan.metrics import (
    class_coverage,
    classification_score,
    duplicates,
    frechet_distance,
    kernel_distance,
    manifold_scores,
    mind,
    nearest,
    nearest_ratio,
    parzen_log_likelihood,
    sliced_wasserstein,
)
from jaxgan.metrics.parzen import log_densities

MNIST = "MNIST_NPZ"
"""Names an .npz with the 60,000 training images of MNIST in their original order, `x_train`."""
KEY = jax.random.key(0)


def sets(n: int, m: int, d: int, scale: float = 1.2, shift: float = 0.3) -> tuple[Any, Any]:
    """The sets on which other libraries were run: draw, then scale and shift the second."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, d)), rng.normal(size=(m, d)) * scale + shift


X, Y = sets(200, 150, 8)


# ---- Fréchet


def test_frechet_distance_is_that_of_pytorch_fid() -> None:
    # pytorch-fid 0.3.0 and torch-fidelity 0.4.0, from means and np.cov of these sets.
    assert frechet_distance(X, Y) == pytest.approx(1.0429726948512297, rel=1e-12)


@pytest.mark.parametrize(("n", "m", "d"), [(200, 150, 8), (50, 40, 64), (3, 2, 5)])
def test_frechet_distance_is_that_of_a_matrix_square_root(n: int, m: int, d: int) -> None:
    # scipy.linalg.sqrtm of the product; of a singular product it is good to about 1e-6.
    x, y = sets(n, m, d)
    a, b = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = linalg.sqrtm(a @ b + 1e-14 * np.eye(d))
    wanted = np.square(x.mean(0) - y.mean(0)).sum() + np.trace(a + b) - 2 * np.trace(root).real
    assert frechet_distance(x, y) == pytest.approx(wanted, rel=1e-6)


def test_frechet_distance_is_the_bures_distance_of_pot() -> None:
    ot = pytest.importorskip("ot")
    moments = [X.mean(0), Y.mean(0), np.cov(X.T), np.cov(Y.T)]
    wanted = ot.gaussian.bures_wasserstein_distance(*moments) ** 2
    assert frechet_distance(X, Y) == pytest.approx(wanted, rel=1e-9)


def test_sets_in_orthogonal_subspaces_overlap_nowhere() -> None:
    # N < d and disjoint supports: the nuclear norm is 0, and the distance the sum of the traces.
    x, y = np.zeros((4, 10)), np.zeros((4, 10))
    x[:, :3], y[:, 5:] = X[:4, :3], Y[:4, :5]
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    wanted = x.var(axis=0, ddof=1).sum() + y.var(axis=0, ddof=1).sum()
    assert frechet_distance(x, y) == pytest.approx(wanted, rel=1e-12)


# ---- kernel distance


def test_kernel_distance_is_that_of_torch_fidelity() -> None:
    # torch-fidelity 0.4.0, kernel_mmd of two sets of 150: degree 3, gamma 1 / d, coef0 1.
    assert kernel_distance(X[:150], Y) == pytest.approx(0.33537686450594606, rel=1e-12)


def test_kernel_distance_of_unequal_sets_is_the_sum_over_pairs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jaxgan.metrics.kernels.BLOCK", 7)
    x, y = X[:20], Y[:9]

    def k(a: np.ndarray, b: np.ndarray) -> float:
        return float((a @ b / 8 + 1) ** 3)

    own = [
        np.mean([k(a, b) for i, a in enumerate(s) for j, b in enumerate(s) if i != j])
        for s in (x, y)
    ]
    cross = np.mean([k(a, b) for a in x for b in y])
    assert kernel_distance(x, y) == pytest.approx(sum(own) - 2 * cross, rel=1e-10)


def test_kernel_distance_is_unbiased_and_negative_for_a_set_with_itself() -> None:
    assert kernel_distance(X, X) < 0
    rng = np.random.default_rng(1)
    draws = [
        kernel_distance(rng.normal(size=(20, 3)), rng.normal(size=(15, 3))) for _ in range(500)
    ]
    assert abs(np.mean(draws)) < 4 * np.std(draws) / np.sqrt(500)


# ---- manifolds


@pytest.mark.parametrize("k", [1, 3, 5])
def test_manifold_scores_are_those_of_prdc(k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jaxgan.metrics.manifolds.BLOCK", 64)
    prdc = pytest.importorskip("prdc")
    wanted = prdc.compute_prdc(X, Y, nearest_k=k)
    assert manifold_scores(X, Y, k)._asdict() == pytest.approx(wanted, abs=1e-12)


def test_precision_and_recall_are_those_of_torch_fidelity() -> None:
    # torch-fidelity 0.4.0, prc_features_to_metric with 3 neighbors, in float32.
    found = manifold_scores(X, Y, 3)
    assert found.precision == pytest.approx(0.7133333086967468, abs=1e-7)
    assert found.recall == pytest.approx(0.9750000238418579, abs=1e-7)


def test_coverage_of_equal_distributions_has_its_expected_value() -> None:
    # 1 - (n - 1) ... (n - k) / ((2 n - 1) ... (2 n - k)), Naeem et al. 2020, for n = m.
    n, k = 1000, 5
    steps = np.arange(1, k + 1)
    wanted = 1 - np.prod((n - steps) / (2 * n - steps))
    x, y = sets(n, n, 4, scale=1.0, shift=0.0)
    assert manifold_scores(x, y, k).coverage == pytest.approx(wanted, abs=0.03)


# ---- sliced distances


def directions(d: int, projections: int) -> np.ndarray:
    u = np.asarray(jax.random.normal(KEY, (projections, d)), np.float64)
    return u / np.linalg.norm(u, axis=1, keepdims=True)


@pytest.mark.parametrize("n", [150, 200, 37])
def test_sliced_wasserstein_is_that_of_pot(n: int) -> None:
    ot = pytest.importorskip("ot")
    u = directions(8, 50).T
    wanted = ot.sliced_wasserstein_distance(X[:n], Y, projections=u, p=2)
    assert sliced_wasserstein(X[:n], Y, KEY, 50) == pytest.approx(wanted, rel=1e-12)


def test_one_dimension_needs_no_directions() -> None:
    ot = pytest.importorskip("ot")
    wanted = np.sqrt(ot.wasserstein_1d(X[:, 0], Y[:, 0], p=2))
    assert sliced_wasserstein(X[:, :1], Y[:, :1], KEY, 3) == pytest.approx(wanted, rel=1e-12)


def test_mind_of_shifted_and_scaled_sets() -> None:
    # A shift t has E (u t)^2 = |t|^2 / d; the factor 3 d makes it 3 |t|^2.
    shift = np.full(8, 0.5)
    assert mind(X, X + shift, KEY, 4000) == pytest.approx(3 * 8 * 0.25, rel=0.05)
    u = directions(8, 1000)
    slices = np.square(np.sort(X[:150] @ u.T, axis=0) - np.sort(Y @ u.T, axis=0)).mean()
    assert mind(X[:150], Y, KEY) == pytest.approx(24 * slices, rel=1e-12)  # the published form


# ---- classes


def test_classification_score_is_that_of_torch_fidelity() -> None:
    # torch-fidelity 0.4.0, isc_features_to_metric of X as logits, 4 splits, not shuffled.
    found = classification_score(special.softmax(X, axis=1), splits=4)
    assert found == pytest.approx((1.3903703059861203, 0.03342276148941928), rel=1e-9)


def test_class_coverage_is_a_relative_entropy() -> None:
    real, fake = np.eye(5)[[0, 1, 2, 3, 3]], np.eye(5)[[1, 1, 3, 3, 3, 3]]
    found = class_coverage(real, fake)
    wanted = stats.entropy([0, 2, 0, 4], [1, 1, 1, 2])
    assert found == pytest.approx((2.0, wanted))
    assert class_coverage(real, np.eye(5)[[4, 0]]) == (1.0, np.inf)


# ---- Parzen


def test_parzen_densities_are_those_of_a_mixture_of_gaussians(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jaxgan.metrics.parzen.BLOCK", 6)
    found = log_densities(X[:30], Y[:20], (0.5, 2.0))
    for sigma, row in zip((0.5, 2.0), found, strict=True):
        parts = [stats.multivariate_normal(c, sigma**2 * np.eye(8)).logpdf(Y[:20]) for c in X[:30]]
        np.testing.assert_allclose(row, special.logsumexp(parts, axis=0) - np.log(30), rtol=1e-10)


def test_the_bandwidth_is_that_of_the_validation_set() -> None:
    sigmas = (0.3, 0.9, 2.7)
    found = parzen_log_likelihood(X[:100], X[100:150], X[150:], sigmas)
    means = log_densities(X[:100], X[100:150], sigmas).mean(axis=1)
    assert found.sigma == sigmas[means.argmax()] == 0.9
    test = log_densities(X[:100], X[150:], (0.9,))[0]
    assert found.mean == pytest.approx(test.mean())
    assert found.standard_error == pytest.approx(test.std() / np.sqrt(50))


@pytest.mark.skipif(MNIST not in os.environ, reason=f"{MNIST} names no file")
def test_parzen_windows_on_mnist_have_their_known_values() -> None:
    # An independent computation on the 50k/10k/10k split in original order: the mean image, and
    # 1,000 random training images, which vary by 0.5 nats from draw to draw.
    with np.load(os.environ[MNIST]) as file:
        train, test = file["x_train"] / 255, file["x_test"] / 255
    mean = train[:50_000].mean(axis=0, keepdims=True)
    drawn = np.random.default_rng(0).permutation(50_000)[:1_000]
    for samples, sigma, wanted, within in (
        (mean, 0.2783, -59.1, 0.05),
        (train[drawn], 0.2154, 120.3, 1.5),
    ):
        found = parzen_log_likelihood(samples, train[50_000:51_000], test)
        assert found.sigma == pytest.approx(sigma, abs=1e-4)
        assert found.mean == pytest.approx(wanted, abs=within)


# ---- neighbors


def test_neighbors_are_exact_where_an_expanded_square_cancels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jaxgan.metrics.neighbors.BLOCK", 7)
    x = 1e4 + X[:20]
    y = x + 1e-7 * np.sign(X[20:40])  # |x|^2 is 1e9, whose last digit is 1e-7
    found = nearest(x, y[::-1])
    np.testing.assert_array_equal(found.index, np.arange(20)[::-1])
    np.testing.assert_allclose(found.distance, np.linalg.norm(x - y, axis=1), rtol=1e-9)
    np.testing.assert_array_equal(
        nearest(X).distance, (squareform(pdist(X)) + np.diag([np.inf] * 200)).min(axis=1)
    )


def test_the_ratio_is_small_for_copies_and_about_one_for_new_draws() -> None:
    wanted = cdist(Y, X).min(axis=1).mean() / nearest(X).distance.mean()
    assert nearest_ratio(X, Y) == pytest.approx(wanted)
    assert nearest_ratio(X, X[:50] + 1e-6) < 1e-5
    new = np.random.default_rng(3).normal(size=(200, 8))
    assert nearest_ratio(X, new) == pytest.approx(1.0, abs=0.1)


def test_duplicates_are_counted_with_their_originals() -> None:
    images = np.random.default_rng(0).uniform(-1, 1, (20, 4, 4, 1))
    images[3] = images[7] + 1.9 / 255
    images[11] = images[12] + 2.1 / 255
    images[15] = images[16] = images[17]
    assert duplicates(images) == (2 + 3) / 20
    assert duplicates(images, tolerance=0.0) == 3 / 20
