"""The contract of the registry of metrics: every member keeps it."""

from __future__ import annotations

import inspect
import re
from typing import Any

import jax
import numpy as np
import pytest

from jaxgan import metrics
from jaxgan.metrics import SampleMetric

MEMBERS: dict[str, type[SampleMetric]] = {
    name: member
    for name in metrics.__all__
    if inspect.isclass(member := getattr(metrics, name))
    and issubclass(member, SampleMetric)
    and not inspect.isabstract(member)
}
KEY = jax.random.key(0)
SETTINGS = {"LaplacianSlices": {"pixels": 16, "patches": 4, "projections": 8}}
"""Settings that need smaller images or less time than the usual ones."""


def examples(needs: str, n: int, seed: int, spread: float = 1.0) -> np.ndarray:
    """Examples in the form that a metric needs; a small spread is a collapse."""
    rng = np.random.default_rng(seed)
    if needs == "images":
        return np.clip(spread * rng.normal(size=(n, 16, 16, 1)) / 2, -1, 1)
    if needs == "features":
        return spread * rng.normal(size=(n, 6))
    logits = 4 * rng.normal(size=(n, 6)) + (0 if spread == 1 else np.array([50.0, 0, 0, 0, 0, 0]))
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


@pytest.fixture(params=sorted(MEMBERS))
def metric(request: Any) -> SampleMetric:
    return MEMBERS[request.param](**SETTINGS.get(request.param, {}))


def test_its_scores_are_those_that_it_declares(metric: SampleMetric) -> None:
    real, fake = examples(metric.needs, 40, 0), examples(metric.needs, 30, 1)
    found = metric(real, fake, KEY)
    assert found.keys() == metric.better.keys()
    assert all(type(value) is float and np.isfinite(value) for value in found.values())
    assert found == metric(real, fake, KEY)  # the same key, the same numbers
    assert set(metric.better.values()) <= {"higher", "lower"}
    assert metric.protocol


def test_a_score_is_computed_in_float64(metric: SampleMetric) -> None:
    # The same numbers in float32 and float64: what is computed from them must be the same.
    real, fake = (
        examples(metric.needs, n, seed).astype(np.float32) for n, seed in ((40, 0), (30, 1))
    )
    single, double = (metric(real.astype(t), fake.astype(t), KEY) for t in (np.float32, np.float64))
    assert single == pytest.approx(double, rel=1e-13)


def test_a_collapse_is_worse_than_real_examples(metric: SampleMetric) -> None:
    real = examples(metric.needs, 100, 0)
    floor = metric(real, examples(metric.needs, 100, 1), KEY)
    collapse = metric(real, examples(metric.needs, 100, 2, spread=0.001), KEY)
    worse = [
        collapse[name] < floor[name] if better == "higher" else collapse[name] > floor[name]
        for name, better in metric.better.items()
        # Copies of the mean lie in every ball and in the widest windows, and patches are compared
        # without their contrast: these do not see it.
        if name.split("_slices")[0]
        not in ("precision", "density", "nearest_ratio", "parzen", "laplacian")
    ]
    assert all(worse)


def test_the_order_of_the_examples_does_not_matter(metric: SampleMetric) -> None:
    real, fake = examples(metric.needs, 40, 0), examples(metric.needs, 30, 1)
    if "parzen" in metric.better:
        pytest.skip("the first tenth of the real examples chooses its bandwidth")
    if "laplacian_slices_mean" in metric.better:
        pytest.skip("each image has its own random patches")
    assert metric(real[::-1], fake[::-1], KEY) == pytest.approx(metric(real, fake, KEY), rel=1e-9)


def test_values_that_are_not_finite_are_refused(metric: SampleMetric) -> None:
    real, fake = examples(metric.needs, 40, 0), examples(metric.needs, 30, 1)
    fake[3] = np.nan
    with pytest.raises(ValueError, match=r"not finite in 1 of 30 rows"):
        metric(real, fake, KEY)


@pytest.mark.parametrize("name", sorted(MEMBERS))
def test_it_is_a_value_that_cites_its_source(name: str) -> None:
    member = MEMBERS[name]
    assert member() == member()
    assert hash(member()) == hash(member())
    assert re.search(r"Reference: .*https?://", inspect.getdoc(member) or "", re.DOTALL)


def test_no_two_metrics_have_a_score_of_the_same_name() -> None:
    names = [score for member in MEMBERS.values() for score in member().better]
    assert len(names) == len(set(names))
    assert len(names) >= 14


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (metrics.manifold_scores, (np.ones((5, 2)), np.ones((9, 2)), 5), r"real is \(5, 2\).* 6"),
        (metrics.manifold_scores, (np.ones((9, 2)), np.ones((9, 2)), 0), "k must be an integer"),
        (metrics.kernel_distance, (np.ones((3, 2)), np.ones((3, 4))), "x has 2 features and y"),
        (metrics.classification_score, (np.ones((3, 2)), 4), "splits is 4 for 3 rows"),
        (metrics.class_coverage, (np.ones((3, 2)), np.ones((3, 4))), "real has 2 classes and fake"),
        (metrics.class_coverage, (-np.ones((3, 2)), np.ones((3, 2))), "real must be probabilities"),
        (
            metrics.parzen_log_likelihood,
            (*[np.ones((3, 2))] * 3, (0.0,)),
            "each of sigmas must be positive",
        ),
        (metrics.nearest, (np.ones((1, 2)),), r"x is \(1, 2\).* at least 2"),
        (metrics.duplicates, (np.ones((3, 2)), -1.0), "tolerance must be at least 0"),
    ],
)
def test_what_does_not_fit_is_named(function: Any, arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        inspect.unwrap(function)(*arguments)  # avoids the suite's checks of shapes
