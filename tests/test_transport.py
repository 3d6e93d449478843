"""Transport distances agree with closed forms, simpler algorithms and other libraries."""

from __future__ import annotations

import inspect
import itertools
import math
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from scipy.spatial.distance import cdist

from jaxgan.divergences import (
    gaussian_divergences,
    kantorovich_potential,
    sinkhorn_cost,
    transport_plan,
    wasserstein1,
)

REAL = st.floats(-10, 10, width=32)
POINTS = arrays(np.float64, (6, 2), elements=REAL)
SHIFT = arrays(np.float64, (2,), elements=REAL)


def normal(n: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


def weights(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(n))


# ---- exact


def test_wasserstein_of_the_plane_agrees_with_brute_force_and_with_pot() -> None:
    x, y = normal(6, 2), normal(6, 2, seed=1) + 0.5
    orders = [list(order) for order in itertools.permutations(range(6))]
    least = min(np.linalg.norm(x - y[order], axis=1).mean() for order in orders)
    assert wasserstein1(x, y) == pytest.approx(least)
    ot = pytest.importorskip("ot")
    x, y = normal(200, 3), normal(200, 3, seed=1) + 0.5
    assert wasserstein1(x, y) == pytest.approx(ot.emd2([], [], ot.dist(x, y, "euclidean")))


@pytest.mark.parametrize("d", [1, 3])
@pytest.mark.parametrize(("n", "m"), [(20, 50), (40, 40)])
def test_weighted_and_unequal_sets_agree_with_pot(n: int, m: int, d: int) -> None:
    ot = pytest.importorskip("ot")
    x, y, a, b = normal(n, d), normal(m, d, seed=1) + 0.5, weights(n), weights(m, seed=1)
    cost = cdist(x, y)
    assert wasserstein1(x, y) == pytest.approx(ot.emd2([], [], cost), abs=1e-9)
    # Weights are scaled to sum to 1.
    assert wasserstein1(x, y, 3 * a, b) == pytest.approx(ot.emd2(a, b, cost), abs=1e-9)
    assert wasserstein1(x, y, a) == pytest.approx(ot.emd2(a, ot.unif(m), cost), abs=1e-9)


@pytest.mark.parametrize(("n", "m"), [(6, 6), (5, 9)])
def test_a_plan_has_the_marginals_and_costs_the_distance(n: int, m: int) -> None:
    x, y, a, b = normal(n, 2), normal(m, 2, seed=1) + 0.5, weights(n), weights(m, seed=1)
    plan = transport_plan(x, y, a, 2 * b)  # weights are scaled to sum to 1
    assert (plan >= -1e-12).all()
    np.testing.assert_allclose(plan.sum(axis=1), a, atol=1e-9)
    np.testing.assert_allclose(plan.sum(axis=0), b, atol=1e-9)
    ot = pytest.importorskip("ot")
    assert (plan * cdist(x, y)).sum() == pytest.approx(ot.emd2(a, b, cdist(x, y)), abs=1e-9)


def test_a_weight_is_a_repetition() -> None:
    x, y = normal(3, 2), normal(6, 2, seed=1)
    repeated = wasserstein1(np.repeat(x, [1, 2, 3], axis=0), y)  # by assignment
    assert wasserstein1(x, y, np.array([1.0, 2.0, 3.0])) == pytest.approx(repeated)


def test_wasserstein_of_the_line_is_the_mean_gap_of_the_sorted_points() -> None:
    x, y = normal(300, 1), 2 * normal(300, 1, seed=1)
    expected = np.abs(np.sort(x[:, 0]) - np.sort(y[:, 0])).mean()
    assert wasserstein1(jnp.asarray(x), y) == pytest.approx(expected, rel=1e-6)


def test_wasserstein_of_the_line_tends_to_that_of_the_gaussians() -> None:
    quantiles = (np.arange(4000)[:, None] + 0.5) / 4000
    x, y = stats.norm(0, 1).ppf(quantiles), stats.norm(1, 3).ppf(quantiles)
    expected = gaussian_divergences(0.0, 1.0, 1.0, 3.0)["wasserstein1"]
    assert wasserstein1(x, y) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("theta", [-1.0, -0.3, 0.0, 0.3, 1.0])
def test_parallel_lines_are_as_far_apart_as_they_look(theta: float) -> None:
    # Arjovsky et al. 2017, Example 1: (0, Z) and (theta, Z), Z uniform, W1 = |theta|.
    z = np.random.default_rng(0).uniform(size=100)
    line, moved = np.stack([0 * z, z], axis=1), np.stack([0 * z + theta, z[::-1]], axis=1)
    assert wasserstein1(line, moved) == pytest.approx(abs(theta))


@given(POINTS, POINTS, SHIFT)
def test_properties_of_the_wasserstein_distance(
    x: np.ndarray, y: np.ndarray, t: np.ndarray
) -> None:
    distance = wasserstein1(x, y)
    assert distance == pytest.approx(wasserstein1(y, x))
    assert distance >= np.linalg.norm(x.mean(axis=0) - y.mean(axis=0)) - 1e-9  # Jensen
    assert wasserstein1(x, x[::-1]) == 0
    assert wasserstein1(x, x + t) == pytest.approx(np.linalg.norm(t), abs=1e-9)


# ---- entropic


@pytest.mark.parametrize(("n", "m"), [(60, 60), (40, 90)])
def test_sinkhorn_falls_to_the_exact_distance(n: int, m: int) -> None:
    x, y = normal(n, 2), normal(m, 2, seed=1) + 1
    exact = wasserstein1(x, y)
    strengths = (1.0, 0.3, 0.1, 0.03, 0.01)
    excess = [sinkhorn_cost(x, y, epsilon) - exact for epsilon in strengths]
    assert all(high > low for high, low in itertools.pairwise(excess))
    for epsilon, value in zip(strengths, excess, strict=True):
        # The plan's mutual information, at most log min(n, m), bounds what the entropy can cost.
        assert -1e-3 < value < epsilon * math.log(min(n, m)), epsilon
    assert excess[-1] < 0.01


@pytest.mark.parametrize("epsilon", [1.0, 0.1])
def test_sinkhorn_agrees_with_pot(epsilon: float) -> None:
    ot = pytest.importorskip("ot")
    x, y = normal(40, 3), normal(70, 3, seed=1) + 0.5
    cost = cdist(x, y)
    expected = ot.sinkhorn2([], [], cost, epsilon, method="sinkhorn_log", numItermax=5000)
    assert sinkhorn_cost(x, y, epsilon) == pytest.approx(expected, rel=1e-3)


def test_sinkhorn_of_far_sets_does_not_underflow() -> None:
    # exp(-1000) is 0 in float32 and in float64; a shift costs its length.
    x = normal(30, 2)
    assert sinkhorn_cost(x, x + 1000.0, 1.0) == pytest.approx(1000 * math.sqrt(2), rel=1e-3)


# ---- errors


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (wasserstein1, (normal(3, 2), normal(4, 3)), r"x is \(3, 2\) and y is \(4, 3\)"),
        (wasserstein1, (np.ones(3), np.ones(3)), r"x is \(3,\); give \[n, d\]"),
        (wasserstein1, (normal(3, 2), normal(4, 2), np.ones(4)), r"x_weights is \(4,\).* 3 points"),
        (wasserstein1, (normal(2, 2), normal(2, 2), None, np.array([2.0, -1.0])), "y_weights must"),
        (wasserstein1, (normal(2, 2), normal(2, 2), np.zeros(2)), "with a positive sum"),
        (sinkhorn_cost, (normal(3, 2), normal(3, 3), 0.1), r"x is \(3, 2\) and y is \(3, 3\)"),
        (sinkhorn_cost, (normal(3, 2), normal(3, 2), 0.0), "epsilon must be positive, got 0.0"),
    ],
)
def test_transport_names_what_does_not_fit(function: Any, arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        inspect.unwrap(function)(*arguments)  # avoids the suite's checks of shapes


def test_sinkhorn_says_when_it_does_not_converge(monkeypatch: pytest.MonkeyPatch) -> None:
    from jaxgan.divergences import sinkhorn

    monkeypatch.setattr(sinkhorn, "ITERATIONS", 3)
    # The limit is a constant of the program; other shapes compile a new program.
    with pytest.raises(RuntimeError, match=r"after 3 steps; raise epsilon, now 1e-06"):
        sinkhorn_cost(normal(7, 2), normal(5, 2, seed=1), 1e-6)


# ---- the best critic


@given(x=POINTS, y=POINTS)
def test_the_best_critic_has_slope_one_and_the_gap_of_the_distance(x: Any, y: Any) -> None:
    # Kantorovich and Rubinstein: no function of slope one has a larger gap than W1, and one has it.
    potential = kantorovich_potential(x, y)
    gap = potential(x).mean() - potential(y).mean()
    np.testing.assert_allclose(gap, wasserstein1(x, y), atol=1e-9)
    z = np.concatenate([x, y, 2 * x, normal(6, 2)])
    apart = np.abs(potential(z)[:, None] - potential(z)[None, :])
    assert (apart <= cdist(z, z) + 1e-9).all()


def test_a_best_critic_needs_as_many_points_of_each() -> None:
    with pytest.raises(ValueError, match=r"x is \(3, 2\) and y is \(4, 2\); give two sets of one"):
        kantorovich_potential(normal(3, 2), normal(4, 2))
