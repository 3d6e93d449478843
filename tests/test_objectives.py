"""The contract of every objective, and closed forms."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxgan import objectives
from jaxgan.divergences import f_divergence
from jaxgan.types import Objective
from tests.daily import daily_if
from tests.formulas import Settings, evaluate, formula_of
from tests.variants import MATCHING, OBJECTIVES

ALL = OBJECTIVES | MATCHING
scores = st.lists(st.floats(-50, 50, width=32), min_size=4, max_size=4).map(jnp.asarray)


@pytest.fixture(params=ALL.values(), ids=ALL)
def objective(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(params=OBJECTIVES.values(), ids=OBJECTIVES)
def game(request: pytest.FixtureRequest) -> Any:
    """An objective on scores."""
    return request.param


WRITTEN = {
    name: one
    for name, one in OBJECTIVES.items()
    if not isinstance(one, objectives.FGAN)  # its terms are in a table, tested below
} | {"least_squares, Pearson": objectives.LeastSquares(-1.0, 1.0, 0.0)}


@pytest.mark.parametrize("name", WRITTEN)
@given(real=scores, fake=scores)
def test_losses_are_the_formulas_of_their_docstrings(name: str, real: Any, fake: Any) -> None:
    # In NumPy's float64. The library computes the formula that the documentation shows.
    objective = WRITTEN[name]
    both = {"real": np.asarray(real, np.float64), "fake": np.asarray(fake, np.float64)}
    for loss in (objective.critic_loss, objective.generator_loss):
        wanted = evaluate(formula_of(loss), Settings(objective, **both))
        np.testing.assert_allclose(loss(real, fake), wanted, rtol=1e-5, atol=1e-5)


def test_the_formulas_are_those_of_the_papers() -> None:
    # At (real, fake) = (0.3, -1.2) and (-0.7, 0.4), by hand from the equations of the papers, where
    # l = log(1 + e^s): l(-0.3) = 0.55436, l(0.7) = 1.10319, l(-1.2) = 0.26328, l(0.4) = 0.91302.
    real, fake = jnp.array([0.3, -0.7]), jnp.array([-1.2, 0.4])
    critic = (0.55436 + 1.10319 + 0.26328 + 0.91302) / 2
    # l(1.2) = 1.46328 and l(-0.4) = 0.51302, of the pairs l(-1.5) = 0.20141 and l(1.1) = 1.38734.
    by_hand = {
        objectives.Minimax(): (critic, -(0.26328 + 0.91302) / 2),
        objectives.NonSaturating(): (critic, (1.46328 + 0.51302) / 2),
        objectives.Wasserstein(): (-0.4 + 0.2, 0.4),
        objectives.LeastSquares(): ((0.49 + 2.89) / 4 + (1.44 + 0.16) / 4, (4.84 + 0.36) / 4),
        objectives.Hinge(): ((0.7 + 1.7) / 2 + (0.0 + 1.4) / 2, 0.4),
        objectives.Relativistic(): (
            (0.20141 + 1.38734) / 2,
            (0.20141 + 1.5 + 1.38734 - 1.1) / 2,  # l(s) = l(-s) + s
        ),
        objectives.LossSensitive(): ((0.0 + 2.1) / 2, 0.4),
        objectives.LossSensitive(slope=-1.0): ((0.5 + 2.1) / 2, 0.4),
    }
    for objective, wanted in by_hand.items():
        found = objective.critic_loss(real, fake), objective.generator_loss(real, fake)
        np.testing.assert_allclose(found, wanted, atol=2e-5, err_msg=str(objective))


@pytest.mark.parametrize("name", [name for name in OBJECTIVES if name not in WRITTEN])
def test_f_gans_are_the_bound_of_their_table(name: str) -> None:
    # Eq. 4: the bound is E T - E f*(T) with T = g(v); test_divergences tests the table.
    objective = OBJECTIVES[name]
    row = f_divergence(objective.divergence, weight=objective.weight, alpha=objective.alpha)
    real, fake = jnp.array([0.3, -1.2, 2.0]), jnp.array([-0.4, 0.9, 0.1])
    bound = row.activation(real).mean() - row.conjugate(row.activation(fake)).mean()
    np.testing.assert_allclose(objective.critic_loss(real, fake), -bound, rtol=1e-4)
    practical = objective.generator == "practical"
    fakes = row.activation(fake) if practical else row.conjugate(row.activation(fake))
    np.testing.assert_allclose(objective.generator_loss(real, fake), -fakes.mean(), rtol=1e-4)


def test_every_objective_of_the_package_is_listed() -> None:
    here = {
        name
        for file in pkgutil.iter_modules(objectives.__path__)
        for name, value in vars(importlib.import_module(f"jaxgan.objectives.{file.name}")).items()
        if inspect.isclass(value) and issubclass(value, Objective) and name[0] != "_"
    }
    assert here - {"Objective"} <= set(objectives.__all__)


def test_is_a_value_that_cites_its_paper(objective: Any) -> None:
    assert dataclasses.is_dataclass(objective)
    assert objective == dataclasses.replace(objective)
    assert hash(objective) == hash(dataclasses.replace(objective))
    assert "Reference:" in inspect.getdoc(objective)
    assert "http" in inspect.getdoc(objective)


def both_losses(objective: Any) -> Any:
    """Both losses and their gradients with respect to both scores, in one program."""
    losses = (objective.critic_loss, objective.generator_loss)
    return jax.jit(lambda *both: [jax.value_and_grad(loss, (0, 1))(*both) for loss in losses])


def test_gradients_are_finite_at_extreme_scores(objective: Any) -> None:
    differentiate = both_losses(objective)
    for extreme in (-1e4, -100.0, 0.0, 100.0, 1e4):
        scores = jnp.array([extreme, 0.0]), jnp.array([-extreme, extreme])
        for value, gradients in differentiate(*scores):
            assert value.shape == ()
            assert np.isfinite(value)
            assert np.isfinite(gradients).all()


@pytest.mark.parametrize("loss", ["critic_loss", "generator_loss"])
def test_the_order_of_the_batch_does_not_matter(objective: Any, loss: str) -> None:
    # Pairs stay pairs; the linear-time estimator takes its pairs from neighbors.
    real, fake = jax.random.normal(jax.random.key(0), (2, 16))
    order = np.arange(16).reshape(8, 2)[::-1].ravel()
    of_players = getattr(objective, loss)
    # Sums of 16 numbers of order one in float32, in another order.
    np.testing.assert_allclose(
        of_players(real, fake), of_players(real[order], fake[order]), rtol=1e-5, atol=16 * 1.2e-7
    )


def test_losses_push_the_right_way_at_equal_scores(game: Any) -> None:
    # At the best critic's score for equal distributions: 0 for logits, f'(1) for f-GANs, the middle
    # of the targets of least squares.
    grid = jnp.linspace(-4, 4, 801)
    losses = jax.jit(jax.vmap(lambda s: game.critic_loss(jnp.full(2, s), jnp.full(2, s))))(grid)
    best = np.flatnonzero(losses <= losses.min() + 1e-6)
    equal = jnp.full(4, grid[best[np.abs(grid[best]).argmin()]])
    up, down = jax.jit(jax.grad(game.critic_loss, (0, 1)))(equal, equal)
    assert (up < 0).all()  # descent raises real scores
    assert (down > 0).all()  # and lowers fake ones
    assert (jax.jit(jax.grad(game.generator_loss, 1))(equal, equal) < 0).all()


@pytest.mark.parametrize(
    "dtype", [jnp.float16, daily_if(False, jnp.bfloat16), daily_if(False, jnp.float32)]
)
def test_the_type_of_the_scores_is_kept_and_stays_finite(objective: Any, dtype: Any) -> None:
    # The largest float16 is 65504: exponentials and cubes overflow for scores above about 5.
    real, fake = jnp.array([-4, 1, 4], dtype), jnp.array([4, 0, -4], dtype)
    for value, gradients in both_losses(objective)(real, fake):
        assert value.dtype == dtype
        assert np.isfinite(value)
        assert all(np.isfinite(np.asarray(g, np.float32)).all() for g in gradients)


@given(real=scores, fake=scores)
def test_wasserstein_ignores_an_offset_of_the_critic(real: Any, fake: Any) -> None:
    loss = objectives.Wasserstein().critic_loss
    np.testing.assert_allclose(loss(real + 3, fake + 3), loss(real, fake), atol=1e-4)


def test_the_margin_of_loss_sensitive_pairs_is_their_distance() -> None:
    # Delta = weight ||x - x'||_1, summed over all axes: 0.5 (1 + 2 + 3 + 4) = 5 for the first pair.
    real = jnp.stack([jnp.array([[1.0, -2.0], [3.0, 4.0]]), jnp.zeros((2, 2))])
    game = objectives.LossSensitive(weight=0.5).bind(real + 2, jnp.full((2, 2, 2), 2.0))
    np.testing.assert_allclose(game.margin, [5.0, 0.0])
    zeros = jnp.zeros(2)
    np.testing.assert_allclose(game.critic_loss(zeros, zeros), 2.5)


def test_a_slope_above_one_is_refused() -> None:
    with pytest.raises(ValueError, match="slope must be at most 1, got 2"):
        objectives.LossSensitive(slope=2.0)


@pytest.mark.usefixtures("unchecked_types")
@pytest.mark.parametrize("loss", ["critic_loss", "generator_loss"])
def test_scores_that_are_compared_in_pairs_have_one_shape(loss: str) -> None:
    # [4] and [4, 1] would broadcast to the differences of all 16 pairs.
    real, fake = jnp.ones(4), jnp.ones((4, 1))
    with pytest.raises(ValueError, match="compared in pairs"):
        getattr(objectives.Relativistic(), loss)(real, fake)


@pytest.mark.usefixtures("unchecked_types")
def test_margins_are_of_pairs_of_one_shape() -> None:
    with pytest.raises(ValueError, match="compared in pairs"):
        objectives.LossSensitive().bind(jnp.ones((4, 2)), jnp.ones((1, 2)))
    with pytest.raises(ValueError, match="compared in pairs"):
        objectives.LossSensitive().critic_loss(jnp.ones(4), jnp.ones((4, 1)))


def test_the_saturating_generator_stalls_where_the_critic_is_sure() -> None:
    # d/ds of -softplus(s) is -sigmoid(s), of softplus(-s) it is sigmoid(s) - 1.
    sure = jnp.array([-20.0])
    stalled = jax.grad(objectives.Minimax().generator_loss, 1)(sure, sure)
    moving = jax.grad(objectives.NonSaturating().generator_loss, 1)(sure, sure)
    np.testing.assert_allclose(stalled, -1 / (1 + np.exp(20.0)), rtol=1e-4)
    np.testing.assert_allclose(moving, -1.0, rtol=1e-6)
