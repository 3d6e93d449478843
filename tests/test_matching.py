"""Estimators of MMD, moments and histograms against double loops and closed forms."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, get_args

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import energy_distance

from jaxgan.objectives import (
    MMD,
    Energy,
    Gaussian,
    HistogramJS,
    Kernel,
    Linear,
    Moments,
    Polynomial,
    RationalQuadratic,
    mmd2,
    witness,
)
from jaxgan.objectives.mmd import Estimator, _check_name
from jaxgan.types import Objective
from tests.test_kernels import FORMULAS, KERNELS, normals

ESTIMATORS: tuple[Estimator, ...] = get_args(Estimator)
OBJECTIVES: dict[str, Objective] = {
    "mmd": MMD(),
    "mmd_root": MMD(Gaussian((0.5,)), root=True),
    "mmd_biased": MMD(RationalQuadratic(linear=True), estimator="biased"),
    "mmd_linear_time": MMD(estimator="linear"),
    "mmd_energy": MMD(Energy(), estimator="biased"),
    "mmd_energy_root": MMD(Energy(), estimator="biased", root=True),
    "mmd_polynomial": MMD(Polynomial()),
    "moments": Moments(),
    "moments_covariance": Moments(covariance=True),
    "histogram": HistogramJS(),
}
every_objective = pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)


def loss_of(objective: Objective, real: Any, fake: Any) -> Any:
    return jax.jit(objective.generator_loss)(real, fake)


def single(*arrays: np.ndarray) -> tuple[jax.Array, ...]:
    return tuple(jnp.asarray(array, jnp.float32) for array in arrays)


def brute(k: Callable[[Any, Any], float], x: Any, y: Any, estimator: str) -> float:
    """The three estimators as loops over examples, in float64."""
    n, m = len(x), len(y)
    if estimator == "linear":
        total = 0.0
        for i in range(0, n - 1, 2):
            total += k(x[i], x[i + 1]) + k(y[i], y[i + 1]) - k(x[i], y[i + 1]) - k(x[i + 1], y[i])
        return total / (n // 2)
    same = estimator == "biased"
    within_x = sum(k(x[i], x[j]) for i in range(n) for j in range(n) if same or i != j)
    within_y = sum(k(y[i], y[j]) for i in range(m) for j in range(m) if same or i != j)
    across = sum(k(a, b) for a in x for b in y)
    pairs_x, pairs_y = (n * n, m * m) if same else (n * (n - 1), m * (m - 1))
    return within_x / pairs_x + within_y / pairs_y - 2 * across / (n * m)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize(("kernel", "formula"), FORMULAS.values(), ids=FORMULAS)
def test_estimators_are_their_double_loops(
    kernel: Kernel, formula: Callable[[Any, Any], float], estimator: Estimator
) -> None:
    # Seven: in linear time the last example has no partner; otherwise the sets differ in size.
    x, y = normals(0, 7, 2), normals(1, 7 if estimator == "linear" else 4, 2) + 1
    got = jax.jit(lambda x, y: mmd2(kernel, x, y, estimator))(*single(x, y))
    np.testing.assert_allclose(got, brute(formula, x, y, estimator), rtol=1e-4, atol=1e-5)


def test_a_last_odd_example_is_not_used_in_linear_time() -> None:
    x, y = single(normals(0, 5, 2), normals(1, 5, 2))
    loss = jax.jit(MMD(Energy(), "linear").generator_loss)
    assert loss(x, y) == loss(x.at[4].set(100.0), y.at[4].set(-100.0))


def gaussian_mean(sigma: float, difference: float, variance: float) -> float:
    """E k for the kernel exp(-d^2 / (2 sigma^2)) and d ~ N(difference, variance)."""
    total = sigma**2 + variance
    return sigma / math.sqrt(total) * math.exp(-(difference**2) / (2 * total))


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_expectations_of_the_estimators(estimator: Estimator) -> None:
    """Closed form of N(0, 1) and N(0.8, 0.49) at sigma 0.6; means over 4000 batches of six.

    The biased estimate is too large by (E k(x, x) - E k(x, x')) / n for each set, with k(x, x) = 1.
    """
    sigma, shift, spread, n, batches = 0.6, 0.8, 0.7, 6, 4000
    within_x = gaussian_mean(sigma, 0, 2)
    within_y = gaussian_mean(sigma, 0, 2 * spread**2)
    wanted = within_x + within_y - 2 * gaussian_mean(sigma, shift, 1 + spread**2)
    if estimator == "biased":
        wanted += (1 - within_x) / n + (1 - within_y) / n
    x, y = single(normals(0, batches, n, 1), shift + spread * normals(1, batches, n, 1))
    kernel = Gaussian.from_sigmas([sigma])
    values = jax.jit(jax.vmap(lambda x, y: mmd2(kernel, x, y, estimator)))(x, y)
    error = values.std(ddof=1) / math.sqrt(batches)
    assert abs(values.mean() - wanted) < 5 * error
    assert values.min() >= 0 if estimator == "biased" else values.min() < 0
    assert wanted > 20 * error  # so that it is five standard errors from zero


def test_a_large_sample_has_the_closed_form() -> None:
    # The standard error of 1500 against 1500 examples is about 0.005 here.
    wanted = 2 * gaussian_mean(1, 0, 2) - 2 * gaussian_mean(1, 1, 2)
    x, y = single(normals(0, 1500, 1), normals(1, 1500, 1) + 1)
    np.testing.assert_allclose(mmd2(Gaussian((0.5,)), x, y), wanted, atol=0.025)
    assert wanted > 0.15


def test_a_linear_kernel_compares_means() -> None:
    x, y = single(normals(0, 8, 3), normals(1, 5, 3))
    wanted = np.square(np.mean(x, axis=0) - np.mean(y, axis=0)).sum()
    np.testing.assert_allclose(mmd2(Linear(), x, y, "biased"), wanted, rtol=1e-5)


def test_the_energy_distance_of_scipy() -> None:
    # scipy returns the root of 2 E|x - y| - E|x - x'| - E|y - y'|, over all pairs.
    x, y = normals(0, 30), 1.5 * normals(1, 20) + 0.5
    got = loss_of(MMD(Energy(), estimator="biased", root=True), *single(x, y))
    np.testing.assert_allclose(got, energy_distance(x, y), rtol=1e-5)


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_the_witness_separates_by_the_biased_estimate(kernel: Kernel) -> None:
    x, y = single(normals(0, 7, 3), normals(1, 5, 3) + 1)

    @jax.jit
    def both(x: Any, y: Any) -> Any:
        gap = witness(kernel, x, x, y).mean() - witness(kernel, y, x, y).mean()
        return gap, mmd2(kernel, x, y, "biased")

    np.testing.assert_allclose(*both(x, y), rtol=1e-4, atol=1e-5)


def test_the_witness_of_the_game_is_high_at_real_examples() -> None:
    real, fake, scores = single(normals(0, 6, 2, 2) + 3, normals(1, 6, 2, 2), normals(2, 4, 2, 2))
    game = MMD(Energy(), estimator="biased")
    of = jax.jit(game.witness)
    assert of(scores, real, fake).shape == (4,)
    gap = np.mean(of(real, real, fake)) - np.mean(of(fake, real, fake))
    np.testing.assert_allclose(gap, loss_of(game, real, fake), rtol=1e-5)


def test_the_root_is_of_the_positive_part() -> None:
    x, y = single(normals(0, 6, 2), normals(1, 6, 2) + 2)
    rooted = MMD(root=True)
    np.testing.assert_allclose(loss_of(rooted, x, y), math.sqrt(loss_of(MMD(), x, y)), rtol=1e-6)
    # Without the diagonals the estimate for equal sets is negative.
    assert loss_of(MMD(), x, x) < 0
    value, gradient = jax.jit(jax.value_and_grad(rooted.generator_loss, 1))(x, x)
    assert value == 0
    assert (gradient == 0).all()


@every_objective
def test_a_critic_that_gives_features_wants_the_opposite(objective: Objective) -> None:
    real, fake = single(normals(0, 6), normals(1, 6) + 1)
    loss = loss_of(objective, real, fake)
    assert loss > 0
    assert jax.jit(objective.critic_loss)(real, fake) == -loss


@every_objective
def test_gradients_are_central_differences_in_float64(objective: Objective) -> None:
    width = 1 if isinstance(objective, HistogramJS) else 2
    real, fake = normals(0, 6, width), normals(1, 6, width) + 1
    direction, step = normals(2, 2, 6, width), 1e-6
    with jax.enable_x64(True):

        def along(t: Any) -> Any:
            return objective.generator_loss(real + t * direction[0], fake + t * direction[1])

        value = jax.jit(along)
        slope = float(jax.jit(jax.grad(along))(0.0))
        wanted = float(value(step) - value(-step)) / (2 * step)
    assert abs(wanted) > 1e-3
    np.testing.assert_allclose(slope, wanted, rtol=1e-5)


def test_pairs_of_neighbors_may_move_in_linear_time() -> None:
    x, y = single(normals(0, 16, 2), normals(1, 16, 2))
    pairs = np.random.default_rng(0).permutation(np.arange(16).reshape(8, 2)).ravel()
    loss = jax.jit(MMD(estimator="linear").generator_loss)
    np.testing.assert_allclose(loss(x, y), loss(x[pairs], y[pairs]), rtol=1e-5)
    assert abs(loss(x, y) - loss(x[::-1], y)) > 1e-3


def test_half_precision_only_rounds() -> None:
    # 300 is exact in float16, but its square overflows; the energy distance is 2 * 300.
    real, fake = jnp.full(2, 300, jnp.float16), jnp.zeros(2, jnp.float16)
    assert loss_of(MMD(Energy(), estimator="biased"), real, fake) == 600


@pytest.mark.parametrize(
    ("estimator", "n", "m", "remedy"),
    [
        ("unbiased", 1, 3, "at least two of each"),
        ("linear", 1, 1, "at least two of each"),
        ("linear", 4, 3, "equally many of each"),
    ],
)
def test_sets_that_an_estimator_cannot_take(estimator: Any, n: int, m: int, remedy: str) -> None:
    with pytest.raises(ValueError, match=f"estimator = '{estimator}'.*{remedy}"):
        mmd2(Linear(), jnp.zeros((n, 2)), jnp.zeros((m, 2)), estimator)


def test_an_estimator_that_does_not_exist() -> None:
    # Tests the check itself: in this suite jaxtyping would reject the argument first.
    with pytest.raises(ValueError, match=r"unknown estimator 'u'.*biased, linear, unbiased"):
        _check_name("u")


@pytest.mark.parametrize("covariance", [False, True])
def test_moments_of_numpy(covariance: bool) -> None:
    x, y = normals(0, 9, 3), normals(1, 7, 3) @ normals(2, 3, 3)
    spread = np.cov(x.T, bias=True) - np.cov(y.T, bias=True)
    wanted = np.square(x.mean(0) - y.mean(0)).sum()
    wanted += np.square(spread if covariance else np.diagonal(spread)).sum()
    np.testing.assert_allclose(loss_of(Moments(covariance), *single(x, y)), wanted, rtol=1e-5)


def test_only_the_covariance_sees_a_correlation() -> None:
    # Variances 1; covariance 1 against -1, in two entries of the matrix: 2 * 2^2.
    a = jnp.array([1.0, -1.0])
    real, fake = jnp.stack([a, a], axis=1), jnp.stack([a, -a], axis=1)
    assert loss_of(Moments(), real, fake) == 0
    assert loss_of(Moments(covariance=True), real, fake) == 8


def test_moments_do_not_see_the_shape() -> None:
    # Two modes at -1 and 1 against one mode with two outliers: both have mean 0 and variance 1.
    real = jnp.array([-1.0, -1, -1, -1, 1, 1, 1, 1])
    fake = jnp.array([-2.0, 0, 0, 0, 0, 0, 0, 2])
    assert loss_of(Moments(), real, fake) == 0
    assert loss_of(MMD(estimator="biased"), real, fake) > 0.1
    assert loss_of(MMD(), real, fake) > 0.1
    assert loss_of(HistogramJS(), real, fake) > 0.1


def test_a_histogram_of_centers_has_the_divergence_of_scipy() -> None:
    generator = np.random.default_rng(0)
    p, q = generator.integers(0, 8, 40), generator.integers(3, 10, 30)
    counts = [np.bincount(bins, minlength=10) for bins in (p, q)]
    assert (np.asarray(counts) == 0).any()
    objective = HistogramJS(low=-1.0, high=4.0, bins=10)
    real, fake = single(-0.75 + 0.5 * p, -0.75 + 0.5 * q)
    # scipy takes the root, in nats and with weights 1/2.
    wanted = jensenshannon(*counts) ** 2
    np.testing.assert_allclose(loss_of(objective, real, fake), wanted, rtol=1e-5)
    got = loss_of(objective, real[:, None], fake[:, None])
    np.testing.assert_allclose(got, wanted, rtol=1e-5)


def test_a_number_between_centers_is_shared() -> None:
    # 0.8 of the way from the first center to the second: 0.2 and 0.8, against (0, 1).
    objective = HistogramJS(low=0.0, high=3.0, bins=3)
    wanted = jensenshannon([0.2, 0.8], [0, 1]) ** 2
    got = loss_of(objective, jnp.array([1.3]), jnp.array([1.5]))
    np.testing.assert_allclose(got, wanted, rtol=1e-5)


def test_the_ends_of_the_divergence() -> None:
    objective = HistogramJS()
    here, there = single(normals(0, 20).clip(-2, 2), normals(1, 20).clip(-1, 1) + 3.5)
    assert loss_of(objective, here, here[::-1]) <= 1e-7
    np.testing.assert_allclose(loss_of(objective, here, there), math.log(2), rtol=1e-6)


def test_beyond_the_range_is_the_outermost_bin_without_gradient() -> None:
    objective = HistogramJS(low=0.0, high=4.0, bins=4)
    real, beyond = jnp.array([0.7, 3.1]), jnp.array([-50.0, 4000.0])
    loss, gradient = jax.jit(jax.value_and_grad(objective.generator_loss, 1))(real, beyond)
    np.testing.assert_allclose(loss, loss_of(objective, real, jnp.array([0.5, 3.5])), rtol=1e-6)
    assert (gradient == 0).all()


def test_a_histogram_is_of_numbers() -> None:
    with pytest.raises(ValueError, match=r"real has shape \(4, 2\).*compare vectors with MMD"):
        loss_of(HistogramJS(), jnp.zeros((4, 2)), jnp.zeros((4, 2)))
    with pytest.raises(ValueError, match=r"low = 2.0, high = 1.0.*give low < high"):
        HistogramJS(low=2.0, high=1.0)
    with pytest.raises(ValueError, match="bins must be an integer of at least 2, got 1"):
        HistogramJS(bins=1)
