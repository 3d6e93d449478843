"""Metrics agree with closed forms, simpler algorithms and other libraries."""

from __future__ import annotations

import functools
import inspect
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from jaxgan.data import digits
from jaxgan.metrics import (
    Classifier,
    classifier_scores,
    features,
    frechet_distance,
    frechet_floor,
    inception_score,
    mode_coverage,
    probabilities,
    train_classifier,
)

SQUARE = jnp.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
REAL = st.floats(-10, 10, width=32)
POINTS = arrays(np.float64, (6, 2), elements=REAL)
SHIFT = arrays(np.float64, (2,), elements=REAL)


def normal(n: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


# ---- modes


def test_coverage_counted_by_hand() -> None:
    # Nearest corners: 0, 0, 0, 1; the fourth is exactly three std away, the fifth too far.
    samples = jnp.array([[0.0, 0.0], [0.25, 0.0], [0.0, -0.3], [1.0, 0.375], [0.5, 0.5]])
    found = jax.jit(functools.partial(mode_coverage, std=0.125))(samples, SQUARE)
    assert (int(found.modes), float(found.high_quality)) == (2, pytest.approx(4 / 5))
    # scipy: KL of the histogram (3, 1, 0, 0) to (1, 1, 1, 1) / 4.
    assert float(found.reverse_kl) == pytest.approx(stats.entropy([3, 1, 0, 0], [1, 1, 1, 1]))
    assert int(mode_coverage(samples, SQUARE, 0.125, within=2.0).modes) == 1


@pytest.mark.parametrize(
    ("samples", "modes", "share", "kl"),
    [(SQUARE, 4, 1, 0), (SQUARE[:1], 1, 1, math.log(4)), (SQUARE + 9, 0, 0, math.log(4))],
    ids=["every mode", "one mode", "no mode"],
)
def test_coverage_at_its_ends(samples: jax.Array, modes: int, share: float, kl: float) -> None:
    found = mode_coverage(samples, SQUARE, 0.1)
    assert [float(x) for x in found] == pytest.approx([modes, share, kl], abs=1e-6)


def test_the_ceiling_of_a_perfect_sampler() -> None:
    noise = normal(20_000, 2)
    samples = jnp.asarray(np.resize(SQUARE, noise.shape) + 0.01 * noise, jnp.float32)
    share = float(mode_coverage(samples, SQUARE, 0.01).high_quality)
    # A squared radius of two coordinates is exponential: P(r <= 3) = 1 - exp(-9/2), here +- 0.0007.
    assert share == pytest.approx(1 - math.exp(-4.5), abs=0.003)


def test_coverage_names_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="samples have 3 coordinates and centers have 2"):
        inspect.unwrap(mode_coverage)(jnp.zeros((5, 3)), SQUARE, 0.1)


# ---- Fréchet


def white(n: int, d: int, seed: int = 0) -> np.ndarray:
    """Points with mean 0 and sample covariance I, up to rounding."""
    z = normal(n, d, seed)
    z -= z.mean(axis=0)
    return z @ np.linalg.inv(np.linalg.cholesky(np.cov(z.T))).T


def by_eigenvalues(x: np.ndarray, y: np.ndarray) -> float:
    """The textbook form: square roots of C_x and of C_x^(1/2) C_y C_x^(1/2) by eigenvalues."""
    cx, cy = np.cov(x.T), np.cov(y.T)
    values, vectors = np.linalg.eigh(cx)
    root = vectors * np.sqrt(values.clip(0)) @ vectors.T
    overlap = np.sqrt(np.linalg.eigvalsh(root @ cy @ root).clip(0)).sum()
    return np.square(x.mean(0) - y.mean(0)).sum() + np.trace(cx) + np.trace(cy) - 2 * overlap


def test_frechet_distance_of_isotropic_gaussians() -> None:
    x, y = 2 + 3.0 * white(50, 4), 1 + 0.5 * white(80, 4, seed=1)
    # |m_x - m_y|^2 + d (s_x - s_y)^2 = 4 * 1 + 4 * 2.5^2
    assert frechet_distance(x, y) == pytest.approx(29.0)


@pytest.mark.parametrize(("n", "m"), [(60, 40), (5, 40), (5, 7)])
def test_frechet_distance_agrees_with_the_textbook_form(n: int, m: int) -> None:
    mix = normal(8, 8, seed=2)
    x, y = normal(n, 8) @ mix, normal(m, 8, seed=1) + 0.3
    assert frechet_distance(x, y) == pytest.approx(by_eigenvalues(x, y), rel=1e-6)


@given(POINTS, POINTS, SHIFT)
def test_properties_of_the_frechet_distance(x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
    distance = frechet_distance(x, y)
    assert distance == pytest.approx(frechet_distance(y, x), abs=1e-6)
    assert distance == pytest.approx(frechet_distance(x + t, y + t), abs=1e-6)
    assert 0 <= frechet_distance(x, x) < 1e-9
    assert frechet_distance(x, x + t) == pytest.approx(np.square(t).sum(), abs=1e-6)


def test_the_floor_is_that_of_disjoint_halves() -> None:
    # All three splits of four numbers; in one dimension (m - m')^2 + (s - s')^2.
    expected = {
        round((np.mean(a) - np.mean(b)) ** 2 + (np.std(a, ddof=1) - np.std(b, ddof=1)) ** 2, 6)
        for a, b in [([0, 1], [3, 7]), ([0, 3], [1, 7]), ([0, 7], [1, 3])]
    }
    x = np.array([[0.0], [1.0], [3.0], [7.0]])
    found = [frechet_floor(x, jax.random.key(seed), splits=1) for seed in range(20)]
    assert {round(value, 6) for value in found} == expected
    # The mean of the three, within three standard errors of 400 splits.
    assert frechet_floor(x, jax.random.key(0), splits=400) == pytest.approx(16.75, abs=0.9)
    assert found[0] == frechet_floor(x, jax.random.key(0), splits=1)


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (frechet_distance, (normal(3, 2), normal(3, 4)), "x has 2 features and y has 4"),
        (frechet_distance, (normal(3, 2), normal(1, 2)), r"y is \(1, 2\).* n at least 2"),
        (frechet_floor, (normal(3, 2), jax.random.key(0)), "n at least 4"),
        (frechet_floor, (normal(4, 2), jax.random.key(0), 0), "splits must be .*got 0"),
    ],
)
def test_distances_name_what_does_not_fit(function: Any, arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        inspect.unwrap(function)(*arguments)  # avoids the suite's checks of shapes


# ---- the classifier, on scikit-learn's digits


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    data = digits()
    return train_classifier(data.real, data.labels, jax.random.key(0))


@pytest.fixture(scope="module")
def unseen(classifier: Classifier) -> jax.Array:
    """The held-out digits in [-1, 1]."""
    return digits().real[classifier.held_out] / 127.5 - 1


def test_the_classifier_is_right_of_digits_it_never_saw(
    classifier: Classifier, unseen: jax.Array
) -> None:
    assert len(classifier.held_out) == len(set(classifier.held_out.tolist())) == 1797 // 5
    labels = digits().labels
    assert labels is not None
    right = probabilities(classifier, unseen)[:, :10].argmax(1) == labels[classifier.held_out]
    assert classifier.held_out_accuracy == pytest.approx(float(right.mean()))
    assert classifier.held_out_accuracy >= 0.97  # measured: 0.983 to 0.997 for six keys


def test_the_classifier_recognizes_digits_and_nothing_else(
    classifier: Classifier, unseen: jax.Array
) -> None:
    labels = np.asarray(digits().labels)[classifier.held_out]
    first, second = np.random.default_rng(0).integers(0, len(unseen), (2, 2000))
    differ = labels[first] != labels[second]
    averages = (unseen[first] + unseen[second])[differ] / 2
    noise = jax.random.normal(jax.random.key(1), unseen.shape)
    pixels = unseen.reshape(len(unseen), -1)
    shuffled = jax.random.permutation(jax.random.key(2), pixels, axis=1, independent=True)

    def recognized(images: jax.Array) -> float:
        return classifier_scores(classifier, images, images[:2])["recognized"]

    # Measured for six keys: 0.897 to 0.936, 0.897 to 0.930, up to 0.0033, 0.0056, 0 and 0.
    assert recognized(unseen) > 0.88
    assert recognized(unseen + 0.1 * noise) > 0.88
    assert recognized(averages) < 0.01
    assert recognized(shuffled.reshape(unseen.shape)) < 0.02
    assert recognized(noise.clip(-1, 1)) < 0.01
    assert recognized(-jnp.ones_like(unseen)) == 0


def test_bytes_are_read_like_floats(classifier: Classifier, unseen: jax.Array) -> None:
    stored = digits().real[classifier.held_out]
    expected = probabilities(classifier, unseen)
    np.testing.assert_allclose(probabilities(classifier, stored), expected, rtol=1e-4, atol=1e-6)


def test_features_are_those_before_the_last_layer(
    classifier: Classifier, unseen: jax.Array
) -> None:
    last = classifier.params["params"]["Dense_2"]
    logits = np.asarray(features(classifier, unseen)) @ last["kernel"] + last["bias"][None]
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(probabilities(classifier, unseen), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("images", "labels", "settings", "message"),
    [
        (np.ones((4, 2, 2, 1)), np.arange(4), {}, "4 images of 4 classes"),
        (np.ones((9, 2, 2, 1)), np.zeros(9, int), {}, "9 images of 1 classes"),
        (np.ones((9, 2, 2, 1)), np.arange(9), {"batch_size": 6}, "batch_size is 6; .* of 4"),
    ],
)
def test_training_names_what_does_not_fit(
    images: Any, labels: Any, settings: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        train_classifier(images, labels, jax.random.key(0), **settings)


# ---- scores


@pytest.fixture(scope="module")
def sure(classifier: Classifier, unseen: jax.Array) -> list[jax.Array]:
    """Held-out digits that are recognized with confidence, by predicted class."""
    predicted = np.asarray(probabilities(classifier, unseen))[:, :10]
    known = predicted.max(axis=1) >= 0.9
    return [unseen[known & (predicted.argmax(axis=1) == label)] for label in range(10)]


def test_scores_of_real_digits(classifier: Classifier, unseen: jax.Array) -> None:
    found = classifier_scores(classifier, unseen, unseen)
    assert found["classes"] == 10
    assert 0.98 < found["balance"] <= 1
    assert found["frechet"] < 1e-6
    other = unseen[:200]
    expected = frechet_distance(features(classifier, unseen), features(classifier, other))
    assert classifier_scores(classifier, unseen, other)["frechet"] == expected


def test_scores_counted_by_hand(classifier: Classifier, sure: list[jax.Array]) -> None:
    two = jnp.concatenate([sure[3][:20], sure[7][:20], -jnp.ones((40, 8, 8, 1))])
    found = classifier_scores(classifier, two, two)
    assert found["recognized"] == 0.5
    assert found["balance"] == pytest.approx(math.log(2) / math.log(10))
    assert found["classes"] == 2
    assert classifier_scores(classifier, two, two, confidence=0.0)["recognized"] == 0.5
    assert classifier_scores(classifier, two, two, confidence=1.1)["recognized"] == 0


def test_scores_of_what_is_no_digit_and_of_a_collapse(
    classifier: Classifier, sure: list[jax.Array]
) -> None:
    blank = classifier_scores(classifier, -jnp.ones((9, 8, 8, 1)), sure[0])
    assert (blank["recognized"], blank["balance"], blank["classes"]) == (0, 0, 0)
    collapse = classifier_scores(classifier, sure[0], sure[1])
    assert (collapse["recognized"], collapse["balance"], collapse["classes"]) == (1, 0, 1)


def test_a_class_counts_from_one_percent(classifier: Classifier, sure: list[jax.Array]) -> None:
    zeros = jnp.concatenate([sure[0]] * 10)
    for n, classes in [(100, 2), (101, 1)]:
        images = jnp.concatenate([sure[1][:1], zeros[: n - 1]])
        assert classifier_scores(classifier, images, images)["classes"] == classes


def test_the_inception_score_is_the_mean_divergence_from_the_mean() -> None:
    # Oracle: scipy's relative entropy of each row to the mean row.
    rows = np.random.default_rng(0).dirichlet(np.ones(4), 50)
    wanted = np.exp(np.mean([stats.entropy(row, rows.mean(axis=0)) for row in rows]))
    np.testing.assert_allclose(inception_score(rows), wanted, rtol=1e-12)
