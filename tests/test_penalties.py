"""The contract of every penalty: closed forms, finite differences, dead critics."""

from __future__ import annotations

import dataclasses
import inspect
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.penalties import (
    DRAGAN,
    R1,
    R2,
    ApproximateR1,
    ApproximateR2,
    Consistency,
    FiniteDifference,
    GradientPenalty,
    LipschitzPenalty,
    PowerPenalty,
    interpolate,
    norm_per_example,
)
from tests.formulas import Settings, evaluate, formula_of
from tests.variants import PENALTIES, LinearCritic, Perceptron

APPROXIMATE = (ApproximateR1, ApproximateR2)
SHAPES = [(2,), (3, 4), (4, 4, 3)]


@pytest.fixture(params=PENALTIES.values(), ids=PENALTIES)
def penalty(request: pytest.FixtureRequest) -> Any:
    return request.param


def examples(n: int, shape: tuple[int, ...], dtype: Any = jnp.float32) -> tuple[Any, Any, Any]:
    real, fake = jax.random.normal(jax.random.key(0), (2, n, *shape), dtype)
    return real, fake, jax.random.split(jax.random.key(1), n)


def cost(form: str, slope: Any, target: float) -> Any:
    """The three forms, written as simply as possible."""
    return {
        "two_sided": (slope - target) ** 2,
        "one_sided": jnp.where(slope > target, slope - target, 0.0) ** 2,
        "one_sided_linear": jnp.where(slope > target, slope, target),
    }[form]


def directional(w: Any, real: Any, fake: Any) -> Any:
    """|<w, x - x'>| / ||x - x'||: the slope of a linear critic between two points."""
    apart = (real - fake).reshape(len(real), -1)
    return jnp.abs(apart @ w.reshape(-1)) / jnp.sqrt((apart**2).sum(axis=1))


def dropout_gaps(w: Any, real: Any, keys: Any) -> Any:
    """The difference of a linear critic's scores under two masks, 0 or 2 for each example."""

    def apart(key: Any) -> Any:
        first, second = (2.0 * jax.random.bernoulli(k, 0.5) for k in jax.random.split(key))
        return first - second

    return (w[None] * real).reshape(len(real), -1).sum(axis=1) * jax.vmap(apart)(keys)


def normal(key: Any, shape: Any, dtype: Any = jnp.float32) -> Any:
    return jax.random.normal(key, shape, dtype)


JAX = SimpleNamespace(mean=jnp.mean, max=jnp.maximum)


def closed(penalty: Any, w: Any, real: Any, fake: Any, keys: Any) -> Any:
    """The formula of a penalty's docstring on critic(x) = <w, x>, whose gradient is w."""
    norm = jnp.sqrt((w**2).sum())
    names: dict[str, Any] = {
        "norm": norm,
        "slope": directional(w, real, fake),
        "cost": lambda slope: cost(penalty.form, slope, penalty.target),
    }
    formula = formula_of(type(penalty).__call__)
    if "quotient" in formula:  # the noise along w, whatever its deviation
        names["quotient"] = jax.vmap(lambda key: (normal(key, w.shape, w.dtype) * w).sum())(keys)
    if "_gap" in formula:  # differences of the score and of the one feature
        names |= dict.fromkeys(("score_gap", "hidden_gap"), dropout_gaps(w, real, keys))
    return evaluate(formula, Settings(penalty, **names), JAX)


def test_cites_its_paper_and_is_a_value(penalty: Any) -> None:
    assert "Reference:" in inspect.getdoc(penalty)
    assert penalty == dataclasses.replace(penalty)


@pytest.mark.parametrize(("n", "shape"), [(1, (2,)), (8, (3, 4)), (64, (4, 4, 3))])
@pytest.mark.parametrize("name", PENALTIES)
def test_closed_form_on_a_linear_critic(name: str, n: int, shape: tuple[int, ...]) -> None:
    penalty = PENALTIES[name]
    weights = 2 / np.sqrt(np.prod(shape)) * jax.random.normal(jax.random.key(2), shape)
    real, fake, keys = examples(min(n, 8) if name == "consistency" else n, shape)

    def found(w: jax.Array) -> jax.Array:
        return penalty(LinearCritic(w), real, fake, keys)

    value, slope = jax.jit(jax.value_and_grad(found))(weights)
    wanted, wanted_slope = jax.jit(
        jax.value_and_grad(lambda w: closed(penalty, w, real, fake, keys))
    )(weights)
    # Differences of scores over short segments lose digits.
    tolerance = 2e-2 if "finite_difference" in name or "approximate" in name else 1e-4
    np.testing.assert_allclose(value, wanted, rtol=tolerance, atol=1e-5)
    scale = float(jnp.abs(wanted_slope).max())
    np.testing.assert_allclose(slope, wanted_slope, rtol=1e-4, atol=tolerance * scale + 1e-6)


def test_value_and_nested_gradient_against_central_differences(penalty: Any) -> None:
    # Oracle: (f(p + h) - f(p - h)) / 2h in float64, whose error is O(h^2) = 1e-10.
    with jax.enable_x64(True):
        real, fake, keys = examples(5, (3,), jnp.float64)
        params = (
            jax.random.normal(jax.random.key(3), (3, 4), jnp.float64),
            5 * jax.random.normal(jax.random.key(4), (4,), jnp.float64),
        )
        flat, unflatten = jax.flatten_util.ravel_pytree(params)

        @jax.jit
        def value(flat: jax.Array) -> jax.Array:
            return penalty(Perceptron(*unflatten(flat)), real, fake, keys)

        gradient = jax.grad(value)(flat)
        step = 1e-5 * np.eye(len(flat))
        differences = [(value(flat + h) - value(flat - h)) / 2e-5 for h in step]
        assert float(jnp.abs(gradient).max()) > 1e-3  # it reaches the parameters
        np.testing.assert_allclose(gradient, differences, rtol=1e-6, atol=1e-8)


def slopes_of_half_the_square(penalty: Any, real: Any, fake: Any, keys: Any) -> list[Any]:
    """The slopes of critic(x) = ||x||^2 / 2 at the points of a penalty, per example, in NumPy."""
    found = []
    for x, y, key in zip(np.asarray(real), np.asarray(fake), keys, strict=True):

        def between(key: Any, x: Any = x, y: Any = y) -> Any:
            share = float(jax.random.uniform(key))
            return share * x + (1 - share) * y

        def slope(a: Any, b: Any) -> float:
            return abs((a**2).sum() - (b**2).sum()) / 2 / np.sqrt(((a - b) ** 2).sum())

        first, second = jax.random.split(key)
        if isinstance(penalty, DRAGAN):
            noise = (
                np.asarray(jax.random.normal(key, x.shape))
                if penalty.noise == "paper"
                else float(jax.random.uniform(first))
                * 0.5
                * np.asarray(jax.random.uniform(second, x.shape))
            )
            points = [x + penalty.deviation * noise]
        elif isinstance(penalty, FiniteDifference):
            found.append(slope(between(first), between(second)))
            continue
        elif isinstance(penalty, LipschitzPenalty):
            found.append(slope(x, y))
            continue
        elif isinstance(penalty, APPROXIMATE):
            point = x if isinstance(penalty, ApproximateR1) else y
            moved = point + penalty.deviation * np.asarray(normal(key, x.shape))
            found.append(((moved**2).sum() - (point**2).sum()) / 2 / penalty.deviation)
            continue
        else:
            at = {R1: "real", R2: "fake"}.get(type(penalty)) or penalty.at
            points = {"interpolates": [between(key)], "real": [x], "fake": [y], "both": [x, y]}[at]
        found += [np.sqrt((point**2).sum()) for point in points]  # the gradient is the point
    return found


PLACED = [
    name
    for name, penalty in PENALTIES.items()
    if hasattr(penalty, "at")
    or isinstance(penalty, (R1, R2, DRAGAN, FiniteDifference, LipschitzPenalty, *APPROXIMATE))
]
"""Penalties with a setting for the points of the critic, or whose points are written here."""


@pytest.mark.parametrize("name", PLACED)
def test_at_which_points_a_penalty_evaluates_the_critic(name: str) -> None:
    penalty = PENALTIES[name]
    if isinstance(penalty, (DRAGAN, *APPROXIMATE)):
        penalty = dataclasses.replace(penalty, deviation=3.0)
    real, fake, keys = examples(6, (2, 3))
    slopes = np.asarray(slopes_of_half_the_square(penalty, 2 * real, fake, keys))
    wanted = {
        **dict.fromkeys((R1, R2, *APPROXIMATE), lambda: penalty.gamma / 2 * (slopes**2).mean()),
        PowerPenalty: lambda: penalty.weight * (slopes**penalty.power).mean(),
        DRAGAN: lambda: penalty.weight * cost("two_sided", slopes, penalty.target).mean(),
        LipschitzPenalty: lambda: penalty.weight * cost("one_sided", slopes, 1.0).mean(),
    }.get(type(penalty), lambda: penalty.weight * cost(penalty.form, slopes, penalty.target).mean())

    def half_the_square(x: jax.Array) -> jax.Array:
        return (x**2).reshape(len(x), -1).sum(axis=1) / 2

    found = jax.jit(penalty, static_argnums=0)(half_the_square, 2 * real, fake, keys)
    np.testing.assert_allclose(found, wanted(), rtol=1e-3)


@pytest.mark.parametrize("kind", ["zero", "dead"])
def test_unbiased_and_finite_where_the_gradient_vanishes(penalty: Any, kind: str) -> None:
    # |grad| = 0 for every example: the value is the closed form at w = 0, exactly.
    inner = jnp.zeros((3, 4)) if kind == "zero" else -jnp.ones((3, 4))
    real, fake, keys = examples(4, (3,))
    real, fake = jnp.abs(real), jnp.abs(fake)  # the dead units stay dead

    def value(params: Any) -> jax.Array:
        return penalty(Perceptron(*params, jax.nn.relu), real, fake, keys)

    found, gradients = jax.jit(jax.value_and_grad(value))((inner, jnp.ones(4)))
    assert float(found) == float(closed(penalty, jnp.zeros(3), real, fake, keys))
    assert all(np.isfinite(x).all() for x in jax.tree.leaves(gradients))


def test_the_second_derivative_of_the_norm_is_finite_at_zero() -> None:
    hessian = jax.hessian(lambda x: norm_per_example(x).sum())(jnp.zeros((1, 3)))
    assert np.isfinite(hessian).all()
    tiny = jnp.full((1, 4), 1e-10)  # far from zero in float32: no epsilon may hide it
    np.testing.assert_allclose(norm_per_example(tiny), 2e-10, rtol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_one_epsilon_per_example_uniform_on_the_segment(shape: tuple[int, ...]) -> None:
    n = 4096
    keys = jax.random.split(jax.random.key(0), n)
    points = np.asarray(interpolate(jnp.ones((n, *shape)), jnp.zeros((n, *shape)), keys))
    share = points.reshape(n, -1)
    np.testing.assert_array_equal(share, np.repeat(share[:, :1], share.shape[1], axis=1))
    # U[0, 1]: mean 1/2 with deviation 1/sqrt(12 n), and every decile holds a tenth.
    assert abs(share[:, 0].mean() - 0.5) < 5 / np.sqrt(12 * n)
    counts, _ = np.histogram(share[:, 0], bins=10, range=(0, 1))
    assert abs(counts - n / 10).max() < 5 * np.sqrt(n * 0.09)


def test_what_a_penalty_sees_does_not_depend_on_its_batch(penalty: Any) -> None:
    params = (jax.random.normal(jax.random.key(3), (3, 4)), jnp.arange(4.0))
    real, fake, keys = examples(8, (3,))
    halves = [
        penalty(Perceptron(*params), real[h], fake[h], keys[h]) for h in np.split(np.arange(8), 2)
    ]
    np.testing.assert_allclose(
        penalty(Perceptron(*params), real, fake, keys), np.mean(halves), rtol=1e-5
    )


@pytest.mark.parametrize("penalty", [FiniteDifference(1.0, 0.0), LipschitzPenalty(1.0, 0.0)])
def test_slopes_over_no_distance_are_of_rounding_errors_and_count_for_nothing(penalty: Any) -> None:
    # A slope over the distance EPSILON = 1e-6 counts half, over distance 0 nothing, without NaN.
    keys = jax.random.split(jax.random.key(0), 4)
    zeros = jnp.zeros((4, 1))

    def value(weight: jax.Array, apart: float) -> jax.Array:
        return penalty(lambda x: weight * x[:, 0], zeros, zeros + apart, keys)

    found, slope = jax.value_and_grad(value)(jnp.asarray(3.0), 0.0)
    assert float(found) == 0
    assert np.isfinite(slope)
    if isinstance(penalty, LipschitzPenalty):
        np.testing.assert_allclose(value(jnp.asarray(3.0), 1e-6), 1.5**2, rtol=1e-3)


def test_inconsistency_up_to_the_margin_is_free() -> None:
    # Dropout makes a score of 1 to 0 or 2: 2 (4 + 0.1 * 4) = 8.8 where the masks differ, minus 5.
    keys = jax.random.split(jax.random.key(0), 64)
    ones = jnp.ones((64, 1))
    free, whole = (
        Consistency(margin=margin)(LinearCritic(jnp.ones(1)), ones, ones, keys)
        for margin in (5.0, 0.0)
    )
    np.testing.assert_allclose(free / whole, 3.8 / 8.8, rtol=1e-5)


@pytest.mark.usefixtures("unchecked_types")
@pytest.mark.parametrize(
    "penalty", [GradientPenalty(), FiniteDifference(), LipschitzPenalty()], ids=repr
)
def test_points_between_real_and_fake_need_pairs(penalty: Any) -> None:
    keys = jax.random.split(jax.random.key(0), 4)
    with pytest.raises(ValueError, match="compared in pairs"):
        penalty(lambda x: x[:, 0], jnp.ones((4, 2)), jnp.zeros((1, 2)), keys)


@pytest.mark.usefixtures("unchecked_types")
def test_each_example_has_a_key_of_its_own() -> None:
    with pytest.raises(ValueError, match="one key per example"):
        interpolate(jnp.ones((4, 2)), jnp.zeros((4, 2)), jax.random.split(jax.random.key(0), 1))
    for penalty in (GradientPenalty(), FiniteDifference(), DRAGAN()):
        with pytest.raises(ValueError, match=r"\[4\], got \(\): give jax.random.split\(key, 4\)"):
            penalty(lambda x: x[:, 0], jnp.ones((4, 2)), jnp.zeros((4, 2)), jax.random.key(0))


@pytest.mark.usefixtures("unchecked_types")
@pytest.mark.parametrize("penalty", [FiniteDifference(), LipschitzPenalty()], ids=repr)
def test_slopes_need_one_score_per_example(penalty: Any) -> None:
    # [4, 1] over [4] would broadcast to all 16 pairs.
    real, fake, keys = examples(4, (2,))
    with pytest.raises(ValueError, match="one score per example"):
        penalty(lambda x: x[:, :1], real, fake, keys)


@pytest.mark.parametrize(("approximate", "exact"), [(ApproximateR1, R1), (ApproximateR2, R2)])
def test_the_mean_over_noise_is_the_penalty_of_the_gradient(approximate: Any, exact: Any) -> None:
    # On critic(x) = <w, x> exact for every deviation: E (n . w)^2 = ||w||^2, whose standard error
    # is sqrt(2 / n) of it. On critic(x) = ||x||^2 / 2 the noise adds sigma^2 d (d + 2) / 4.
    n, w = 100_000, jnp.array([3.0, 4.0])
    real, fake, keys = examples(n, (2,))
    for deviation in (0.1, 10.0):
        found = approximate(8.0, deviation)(LinearCritic(w), real, fake, keys)
        wanted = exact(8.0)(LinearCritic(w), real, fake, keys)
        np.testing.assert_allclose(found, wanted, rtol=5 * np.sqrt(2 / n))
    found, slope = (
        penalty(lambda x: (x**2).sum(axis=1) / 2, real, fake, keys)
        for penalty in (approximate(2.0, 0.5), exact(2.0))
    )
    np.testing.assert_allclose(found - slope, 0.25 * 2 * 4 / 4, rtol=0.1)


def test_noise_without_a_deviation_is_an_error() -> None:
    with pytest.raises(ValueError, match="ApproximateR1: deviation must be positive"):
        ApproximateR1(deviation=0.0)
