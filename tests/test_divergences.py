"""The f-divergences agree with suprema, independent quadrature, and closed forms."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any, get_args

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import integrate, stats
from scipy.optimize import minimize_scalar
from scipy.special import wrightomega

from jaxgan.divergences import (
    FDivergence,
    Name,
    divergence,
    f_divergence,
    gaussian_divergences,
    jeffreys,
    jensen_shannon,
)
from jaxgan.divergences.tails import log_omega, log_one_minus_exp, log_softplus

PLAIN = [name for name in get_args(Name) if name not in ("weighted_jensen_shannon", "alpha")]
FAMILIES = {
    **{name: f_divergence(name) for name in PLAIN},
    **{f"pi {w}": f_divergence("weighted_jensen_shannon", weight=w) for w in (0.2, 0.5, 0.9)},
    **{f"alpha {a}": f_divergence("alpha", alpha=a) for a in (-1.5, -0.5, 0.5, 0.6, 1.5, 3.0)},
}
each = pytest.mark.parametrize("row", FAMILIES.values(), ids=FAMILIES)
SCORES = np.array([-3.0, -1.7, -0.4, 0.0, 0.3, 1.1, 2.6])
RATIOS = np.geomspace(0.05, 20, 12)


def values(function: Callable[[Any], jax.Array], at: np.ndarray) -> np.ndarray:
    return np.asarray(jax.jit(function)(jnp.asarray(at)))


# ---- the table


@each
@pytest.mark.usefixtures("doubles")
def test_conjugates_are_suprema(row: FDivergence) -> None:
    grid = np.append(0.0, np.geomspace(1e-6, 1e6, 4001))
    f = values(row.f, grid)
    one = jax.jit(row.f)
    targets = values(row.activation, SCORES)
    for t, found in zip(targets, values(row.conjugate, targets), strict=True):
        best = int(np.argmax(grid * t - f))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
        refined = minimize_scalar(
            lambda u, t=t: float(one(jnp.asarray(u))) - u * t,
            bounds=(low, high),
            options={"xatol": 1e-9},
        )
        assert found == pytest.approx(max(-refined.fun, (grid * t - f)[best]), abs=1e-8, rel=1e-8)


@each
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.usefixtures("doubles")
def test_a_conjugate_is_a_number_at_the_bound(row: FDivergence, dtype: Any) -> None:
    # Slopes at large ratios, which round to the bound, and the bound itself if it is finite.
    slope = values(row.optimal, np.geomspace(1e12, 1e4, 400, dtype=dtype))
    found = values(row.conjugate, np.append(slope, dtype(min(row.upper, 1e4))))
    assert not np.isnan(found).any()


@each
@pytest.mark.usefixtures("doubles")
def test_fenchel_equality_holds_at_the_slope(row: FDivergence) -> None:
    slope = values(row.optimal, RATIOS)
    assert values(row.conjugate, slope) == pytest.approx(
        RATIOS * slope - values(row.f, RATIOS), abs=1e-9, rel=1e-9
    )


@each
@pytest.mark.usefixtures("doubles")
def test_the_optimal_activation_maximizes_the_bound(row: FDivergence) -> None:
    slope = values(row.optimal, RATIOS)
    bound = RATIOS * slope - values(row.conjugate, slope)
    for other in values(row.activation, SCORES):
        assert (RATIOS * other - values(row.conjugate, np.full(12, other)) <= bound + 1e-9).all()


@each
@pytest.mark.usefixtures("doubles")
def test_generators_are_convex_and_vanish_at_equality(row: FDivergence) -> None:
    at_one = -2 * math.log(2) if row == f_divergence("gan") else 0.0
    assert float(row.f(jnp.array(1.0))) == pytest.approx(at_one, abs=1e-12)
    u = np.linspace(0.02, 8, 400)
    assert (np.diff(values(row.f, u), 2) > -1e-12).all()
    assert (np.diff(values(row.optimal, u)) > -1e-12).all()


@each
@pytest.mark.usefixtures("doubles")
def test_activations_increase_within_the_domain(row: FDivergence) -> None:
    activation = values(row.activation, np.linspace(-15, 15, 301))
    assert (np.diff(activation) > 0).all()
    assert (activation < row.upper).all()
    assert not np.isnan(values(row.conjugate, activation)).any()
    assert float(row.activation(jnp.array(1e4))) == pytest.approx(min(row.upper, 1e4))
    # The slope of f at infinity, by a difference over a large step.
    if math.isfinite(row.upper):
        assert float(row.f(jnp.array(1e30))) / 1e30 == pytest.approx(row.upper, abs=1e-5)


@each
@pytest.mark.usefixtures("doubles")
def test_fake_terms_are_conjugates_of_activations(row: FDivergence) -> None:
    scores = np.linspace(-6, 8, 57)
    expected = values(lambda v: row.conjugate(row.activation(v)), scores)
    assert values(row.fake_term, scores) == pytest.approx(expected, rel=1e-8, abs=1e-8)


@each
def test_far_scores_leave_everything_finite_in_float32(row: FDivergence) -> None:
    far = jnp.array([-1e4, -50.0, -20.0, -2.0, 0.0, 2.0, 15.0, 20.0, 50.0, 1e4], jnp.float32)
    for function in (row.activation, row.fake_term):
        slope = jax.grad(lambda v, function=function: function(v).sum())
        bend = jax.grad(lambda v, slope=slope: slope(v).sum())
        found = [np.asarray(jax.jit(of)(far)) for of in (function, slope, bend)]
        assert {array.dtype for array in found} == {np.dtype(np.float32)}
        assert np.isfinite(found).all()
        assert (found[1] >= 0).all()


@each
@pytest.mark.usefixtures("doubles")
def test_the_tails_go_on_from_the_conjugates(row: FDivergence) -> None:
    # Around the points where the stable form switches, a small step stays a small step.
    edges = np.array([-20.0, -15.0, 15.0, 20.0])
    for function in (row.activation, row.fake_term):
        low, high = (values(function, edges + step) for step in (-1e-6, 1e-6))
        slope = values(jax.grad(lambda v, function=function: function(v).sum()), edges + 1e-3)
        assert high - low == pytest.approx(2e-6 * slope, rel=0.01, abs=1e-8)


def test_thresholds_of_the_paper() -> None:
    # Nowozin et al. 2016, Table 2 and Table 6: f'(1).
    expected = {"kl": 1.0, "reverse_kl": -1.0, "gan": -math.log(2)}
    for name, row in FAMILIES.items():
        assert row.threshold == pytest.approx(expected.get(name, 0.0), abs=1e-6), name
    assert jax.jit(lambda x: x * f_divergence("kl").threshold)(2.0) == 2.0


@pytest.mark.usefixtures("doubles")
def test_optimal_activations_of_the_paper() -> None:
    r = RATIOS
    expected = {
        "total_variation": np.sign(r - 1) / 2,
        "kl": 1 + np.log(r),
        "reverse_kl": -1 / r,
        "pearson": 2 * (r - 1),
        "neyman": 1 - 1 / r**2,
        "squared_hellinger": 1 - 1 / np.sqrt(r),
        "jeffrey": 1 + np.log(r) - 1 / r,
        "jensen_shannon": np.log(2 * r / (1 + r)),
        "gan": np.log(r / (1 + r)),
        "pi 0.2": 0.2 * np.log(r / (0.8 + 0.2 * r)),
        "alpha 3.0": (r**2 - 1) / 2,
    }
    for name, slope in expected.items():
        assert values(FAMILIES[name].optimal, r) == pytest.approx(slope, abs=1e-12), name
    assert float(FAMILIES["total_variation"].optimal(jnp.array(1.0))) == 0


@pytest.mark.usefixtures("doubles")
def test_log_omega_agrees_with_scipy() -> None:
    s = np.concatenate([np.linspace(-30, 30, 121), [-300.0, 300.0, 1e4]])
    omega = wrightomega(s)
    assert values(log_omega, s) == pytest.approx(np.log(omega), abs=1e-12)
    slope = jax.vmap(jax.grad(log_omega))
    assert values(slope, s) == pytest.approx(1 / (1 + omega), abs=1e-12)
    bend = jax.vmap(jax.grad(jax.grad(log_omega)))
    assert values(bend, s) == pytest.approx(-omega / (1 + omega) ** 3, abs=1e-12)


@pytest.mark.usefixtures("doubles")
def test_logarithms_of_small_numbers_agree_with_numpy() -> None:
    x = np.linspace(-40, 3, 173)  # NumPy's double precision suffices down to -700
    assert values(log_softplus, x) == pytest.approx(np.log(np.log1p(np.exp(x))), abs=1e-12)
    assert values(log_one_minus_exp, x) == pytest.approx(np.log(-np.expm1(-np.exp(x))), abs=1e-12)


@pytest.mark.usefixtures("doubles")
def test_rows_that_are_one_another() -> None:
    u = np.geomspace(0.1, 10, 9)
    half = f_divergence("weighted_jensen_shannon", weight=0.5)
    mirror = values(lambda u: u * f_divergence("pearson").f(1 / u), u)
    assert values(FAMILIES["neyman"].f, u) == pytest.approx(mirror)
    assert 2 * values(half.f, u) == pytest.approx(values(FAMILIES["jensen_shannon"].f, u))
    two = f_divergence("alpha", alpha=2.0)
    assert 2 * values(two.f, u) == pytest.approx(values(FAMILIES["pearson"].f, u))
    near_kl = f_divergence("alpha", alpha=1 + 1e-6)
    assert values(near_kl.f, u) == pytest.approx(u * np.log(u) - u + 1, abs=1e-4)


def test_equal_arguments_give_equal_divergences() -> None:
    assert f_divergence("kl") == f_divergence("kl", alpha=3.0)
    assert f_divergence("alpha", alpha=3.0) == f_divergence("alpha", alpha=3.0)
    assert f_divergence("alpha", alpha=3.0) != f_divergence("alpha", alpha=2.0)
    assert hash(f_divergence("weighted_jensen_shannon")) == hash(FAMILIES["pi 0.5"])


# ---- quadrature


GRID = np.linspace(-25, 25, 201)


def standard(d: float) -> tuple[Any, Any]:
    """The log-densities of N(-d/2, 1) and N(d/2, 1)."""
    return stats.norm(-d / 2, 1).logpdf, stats.norm(d / 2, 1).logpdf


@pytest.mark.parametrize(
    ("d", "js", "variation", "kl"),
    [
        (1, 0.1114, 0.3829, 0.5),
        (2, 0.3368, 0.6827, 2.0),
        (4, 0.6327, 0.9545, 8.0),
        (8, 0.6931, 0.9999, 32.0),
    ],
)
def test_two_gaussians(d: int, js: float, variation: float, kl: float) -> None:
    # KL = d^2 / 2 and TV = erf(d / 8^0.5) in closed form; JS by another quadrature.
    p, q = standard(d)
    assert divergence(f_divergence("kl"), p, q, GRID) == pytest.approx(kl, rel=1e-12)
    assert jeffreys(p, q, GRID) == pytest.approx(2 * kl, rel=1e-12)
    assert jensen_shannon(p, q, GRID) == pytest.approx(js, abs=5.1e-5)
    found = divergence(f_divergence("total_variation"), p, q, GRID)  # 0 is an edge of the grid
    assert found == pytest.approx(math.erf(d / math.sqrt(8)), abs=1e-10)
    assert found == pytest.approx(variation, abs=5.1e-5)


def test_jensen_shannon_agrees_with_scipy() -> None:
    p, q = stats.norm(0, 1), stats.norm(1, 2)

    def integrand(x: float) -> float:
        a, b = p.pdf(x), q.pdf(x)
        return (a * np.log(2 * a / (a + b)) + b * np.log(2 * b / (a + b))) / 2

    expected = integrate.quad(integrand, -15, 15, epsabs=1e-12)[0]
    assert jensen_shannon(p.logpdf, q.logpdf, GRID) == pytest.approx(expected, abs=1e-10)


GAUSSIANS = [
    (0.0, 1.0, 0.7, 1.3),
    (1.0, 1.2, -0.5, 1.0),
    (0.0, 1.0, 3.0, 1.0),
    (0.3, 1.0, 0.3, 1.1),
]


@pytest.mark.parametrize("gaussians", GAUSSIANS)
def test_quadrature_agrees_with_the_closed_forms(gaussians: tuple[float, ...]) -> None:
    p, q = stats.norm(*gaussians[:2]).logpdf, stats.norm(*gaussians[2:]).logpdf
    expected = gaussian_divergences(*gaussians)
    for name in set(expected) - {"wasserstein1"}:
        kinked = name == "total_variation"
        found = divergence(f_divergence(name), p, q, GRID)  # pyright: ignore[reportArgumentType]
        assert found == pytest.approx(expected[name], rel=1e-4 if kinked else 1e-9), name


def test_chi_squared_is_infinite_for_a_wide_real_distribution() -> None:
    found = gaussian_divergences(0.0, 2.0, 0.0, 1.0)
    assert found["pearson"] == math.inf
    assert 0 < found["neyman"] < math.inf


def mixture(x: np.ndarray) -> np.ndarray:
    """The target .65 N(2, 1.5^2) + .35 N(-1, .5^2)."""
    return np.logaddexp(
        math.log(0.65) + stats.norm.logpdf(x, 2, 1.5),
        math.log(0.35) + stats.norm.logpdf(x, -1, 0.5),
    )


# The Gaussian nearest to the mixture: mean, standard deviation, and its divergence; computed with
# scipy's adaptive quadrature and simplex search, independently of this library.
NEAREST: dict[Name, tuple[float, float, float]] = {
    "kl": (0.9500, 1.8967, 0.1397),
    "reverse_kl": (1.3015, 1.7506, 0.1555),
    "jensen_shannon": (1.0891, 1.8542, 0.0706),
    "jeffrey": (1.1442, 1.7911, 0.3107),
    "pearson": (0.7255, 1.9851, 0.2682),
    "neyman": (1.6057, 1.6444, 0.3200),
    "squared_hellinger": (1.1133, 1.8276, 0.0737),
    "total_variation": (1.1504, 2.0122, 0.1849),
}
ACROSS: dict[Name, tuple[float, ...]] = {
    "kl": (0.1397, 0.1990, 0.0721, 0.3387, 0.2872),
    "reverse_kl": (0.1667, 0.1555, 0.0758, 0.3222, 0.4345),
    "jensen_shannon": (0.1431, 0.1732, 0.0706, 0.3163, 0.3211),
    "jeffrey": (0.1490, 0.1617, 0.0715, 0.3107, 0.3512),
    "pearson": (0.1481, 0.2744, 0.0815, 0.4225, 0.2682),
}


def to_gaussian(name: Name, mean: float, std: float) -> float:
    return divergence(f_divergence(name), mixture, stats.norm(mean, std).logpdf, GRID)


@pytest.mark.parametrize("name", NEAREST)
def test_the_gaussian_nearest_to_a_mixture(name: Name) -> None:
    mean, std, expected = NEAREST[name]
    found = to_gaussian(name, mean, std)
    assert found == pytest.approx(expected, abs=6e-5)
    for step in ((0.02, 0), (-0.02, 0), (0, 0.02), (0, -0.02)):
        assert to_gaussian(name, mean + step[0], std + step[1]) > found


@pytest.mark.parametrize("trained", ACROSS)
def test_each_nearest_gaussian_under_the_other_divergences(trained: Name) -> None:
    mean, std, _ = NEAREST[trained]
    found = [to_gaussian(name, mean, std) for name in ACROSS]
    assert found == pytest.approx(ACROSS[trained], abs=1.1e-4)


@each
@pytest.mark.usefixtures("doubles")
def test_the_variational_bound_is_reached_at_the_optimum(row: FDivergence) -> None:
    p, q = stats.norm(0, 1), stats.norm(0.8, 0.9)
    exact = divergence(row, p.logpdf, q.logpdf, GRID)

    def bound(shift: float) -> float:
        x = np.linspace(-12, 12, 3001)  # both densities decay, so the trapezoid rule is exact
        slope = values(row.optimal, p.pdf(x) / q.pdf(x)) - shift
        return np.trapezoid(p.pdf(x) * slope - q.pdf(x) * values(row.conjugate, slope), x)

    assert bound(0.0) == pytest.approx(exact, rel=1e-3 if row.upper == 0.5 else 1e-6)
    assert bound(0.1) < exact


# ---- supports


def uniform(low: float, high: float) -> Callable[[np.ndarray], np.ndarray]:
    return stats.uniform(low, high - low).logpdf


def test_disjoint_supports() -> None:
    # Arjovsky et al. 2017, Example 1: JS = log 2, TV = 1, KL = inf either way.
    p, q, grid = uniform(0, 1), uniform(2, 3), np.array([0.0, 1.0, 2.0, 3.0])
    assert jensen_shannon(p, q, grid) == pytest.approx(math.log(2))
    assert jeffreys(p, q, grid) == math.inf
    expected = {
        "total_variation": 1.0,
        "squared_hellinger": 2.0,
        "gan": 0.0,
        **dict.fromkeys(("kl", "reverse_kl", "pearson", "neyman"), math.inf),
    }
    for name, value in expected.items():
        assert divergence(FAMILIES[name], p, q, grid) == pytest.approx(value), name


def test_partial_supports() -> None:
    # Counted by hand: P on [0, 1] with density 1, Q on [0, 2] with density 1/2.
    p, q, grid = uniform(0, 1), uniform(0, 2), np.array([0.0, 1.0, 2.0])
    expected = {
        "kl": math.log(2),
        "reverse_kl": math.inf,
        "pearson": 1.0,  # (1/2 + 1/2)
        "neyman": math.inf,
        "squared_hellinger": 2 - math.sqrt(2),
        "total_variation": 0.5,
    }
    for name, value in expected.items():
        assert divergence(FAMILIES[name], p, q, grid) == pytest.approx(value), name


def test_what_some_sources_call_js_is_half_of_jeffreys() -> None:
    # The coins {.1, .9} and {0, 1} as densities on [0, 2]: half of Jeffreys is inf, as Su's article
    # says of "JS"; the Jensen-Shannon divergence of them is small.
    def coin(tails: float) -> Callable[[np.ndarray], np.ndarray]:
        with np.errstate(divide="ignore"):
            logs = np.log([tails, 1 - tails])
        return lambda x: logs[(x > 1).astype(int)]

    grid = np.array([0.0, 1.0, 2.0])
    middle = stats.entropy([0.1, 0.9], [0.05, 0.95]) + stats.entropy([0, 1], [0.05, 0.95])
    assert jensen_shannon(coin(0.1), coin(0.0), grid) == pytest.approx(middle / 2)
    assert jeffreys(coin(0.1), coin(0.0), grid) == math.inf


def test_symmetric_divergences() -> None:
    p, q = stats.norm(0, 1).logpdf, stats.norm(1, 2).logpdf
    for name in ("total_variation", "squared_hellinger", "jeffrey", "jensen_shannon", "gan"):
        there, back = (divergence(FAMILIES[name], *pair, GRID) for pair in ((p, q), (q, p)))
        assert there == pytest.approx(back), name
    assert abs(divergence(FAMILIES["kl"], p, q, GRID) - 0.4431) < 1e-4  # log 2 + 2/8 - 1/2
    assert divergence(FAMILIES["kl"], q, p, GRID) > 1


def test_log_ratios_beyond_floats() -> None:
    # N(-20, 1) and N(20, 1): log-ratios of 800 where P has its mass. KL = 40^2 / 2.
    p, q = standard(40)
    assert divergence(f_divergence("kl"), p, q, np.linspace(-40, 40, 161)) == pytest.approx(800)
    assert jeffreys(p, q, np.linspace(-40, 40, 161)) == pytest.approx(1600)


# ---- errors


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("pearsson", {}, "unknown divergence 'pearsson': did you mean 'pearson'"),
        ("alpha", {"alpha": 1.0}, "alpha is 1.0; use 'reverse_kl' for 0 and 'kl' for 1"),
        ("weighted_jensen_shannon", {"weight": 1.0}, r"weight must be in \(0, 1\), got 1.0"),
    ],
)
def test_the_table_names_what_does_not_fit(name: Any, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        inspect.unwrap(f_divergence)(name, **options)


def test_densities_name_what_does_not_fit() -> None:
    p, kl = stats.norm(0, 1).logpdf, f_divergence("kl")
    with pytest.raises(ValueError, match=r"log_q integrates to 0\.5.* widen or refine the grid"):
        divergence(kl, p, stats.norm(10, 1).logpdf, np.linspace(-10, 10, 41))
    with pytest.raises(ValueError, match="grid does not increase"):
        divergence(kl, p, p, np.array([1.0, 0.0]))
    with pytest.raises(ValueError, match=r"std_p must be positive, got 0\.0"):
        gaussian_divergences(0.0, 0.0, 1.0, 1.0)
