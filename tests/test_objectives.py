"""The contract of every objective, and closed forms of those that are here."""

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
from jaxgan.types import Objective
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


@pytest.mark.parametrize("room", ["objectives", "matching"])
def test_every_objective_of_a_room_is_listed(room: str) -> None:
    files = pkgutil.iter_modules(importlib.import_module(f"jaxgan.{room}").__path__)
    here = {
        name
        for file in files
        for name, value in vars(importlib.import_module(f"jaxgan.{room}.{file.name}")).items()
        if inspect.isclass(value) and issubclass(value, Objective) and value is not Objective
    }
    assert here <= set(importlib.import_module(f"jaxgan.{room}").__all__)


def test_is_a_value_that_cites_its_paper(objective: Any) -> None:
    assert dataclasses.is_dataclass(objective)
    assert objective == dataclasses.replace(objective)
    assert hash(objective) == hash(dataclasses.replace(objective))
    assert "Reference:" in inspect.getdoc(objective)
    assert "http" in inspect.getdoc(objective)


@pytest.mark.parametrize("loss", ["critic_loss", "generator_loss"])
def test_gradients_are_finite_at_extreme_scores(objective: Any, loss: str) -> None:
    differentiate = jax.jit(jax.value_and_grad(getattr(objective, loss), (0, 1)))
    for extreme in (-1e4, -100.0, 0.0, 100.0, 1e4):
        real, fake = jnp.array([extreme, 0.0]), jnp.array([-extreme, extreme])
        value, gradients = differentiate(real, fake)
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


def test_players_pull_the_right_way_at_equal_scores(game: Any) -> None:
    # At the score that suits the critic best where it cannot tell: 0 for logits, f'(1) for f-GANs,
    # the middle of the targets of least squares.
    grid = jnp.linspace(-4, 4, 801)
    losses = jax.jit(jax.vmap(lambda s: game.critic_loss(jnp.full(2, s), jnp.full(2, s))))(grid)
    best = np.flatnonzero(losses <= losses.min() + 1e-6)
    equal = jnp.full(4, grid[best[np.abs(grid[best]).argmin()]])
    up, down = jax.jit(jax.grad(game.critic_loss, (0, 1)))(equal, equal)
    assert (up < 0).all()  # descent raises real scores
    assert (down > 0).all()  # and lowers fake ones
    assert (jax.jit(jax.grad(game.generator_loss, 1))(equal, equal) < 0).all()


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16, jnp.float32])
def test_the_type_of_the_scores_is_kept_and_stays_finite(objective: Any, dtype: Any) -> None:
    # float16 ends at 65504: beyond scores of about 5 an exponential or a cube leaves it, and a run stops.
    real, fake = jnp.array([-4, 1, 4], dtype), jnp.array([4, 0, -4], dtype)
    for loss in (objective.critic_loss, objective.generator_loss):
        value, gradients = jax.jit(jax.value_and_grad(loss, (0, 1)))(real, fake)
        assert value.dtype == dtype
        assert np.isfinite(value)
        assert all(np.isfinite(np.asarray(g, np.float32)).all() for g in gradients)


@given(real=scores, fake=scores)
def test_wasserstein_ignores_an_offset_of_the_critic(real: Any, fake: Any) -> None:
    loss = objectives.Wasserstein().critic_loss
    np.testing.assert_allclose(loss(real + 3, fake + 3), loss(real, fake), atol=1e-4)


@given(real=scores, fake=scores)
def test_the_games_of_the_first_paper_are_cross_entropies(real: Any, fake: Any) -> None:
    # Oracle: -log sigmoid and -log(1 - sigmoid) in numpy's float64.
    r, f = np.asarray(real, np.float64), np.asarray(fake, np.float64)
    wanted = np.logaddexp(0, -r).mean() + np.logaddexp(0, f).mean()
    minimax, non_saturating = objectives.Minimax(), objectives.NonSaturating()
    np.testing.assert_allclose(minimax.critic_loss(real, fake), wanted, rtol=1e-5)
    np.testing.assert_allclose(non_saturating.critic_loss(real, fake), wanted, rtol=1e-5)
    np.testing.assert_allclose(
        minimax.generator_loss(real, fake), -np.logaddexp(0, f).mean(), rtol=1e-5
    )
    np.testing.assert_allclose(
        non_saturating.generator_loss(real, fake), np.logaddexp(0, -f).mean(), rtol=1e-5
    )


def test_the_saturating_generator_stalls_where_the_critic_is_sure() -> None:
    # d/ds of -softplus(s) is -sigmoid(s), of softplus(-s) it is sigmoid(s) - 1.
    sure = jnp.array([-20.0])
    stalled = jax.grad(objectives.Minimax().generator_loss, 1)(sure, sure)
    moving = jax.grad(objectives.NonSaturating().generator_loss, 1)(sure, sure)
    np.testing.assert_allclose(stalled, -1 / (1 + np.exp(20.0)), rtol=1e-4)
    np.testing.assert_allclose(moving, -1.0, rtol=1e-6)


def test_dirac_gan_fields() -> None:
    """Data at 0, generator at theta, critic psi x: the vector fields of Mescheder et al., 2018.

    GAN: (-psi f'(psi theta), theta f'(psi theta)) with f(t) = -log(1 + exp(-t)) for scores of
    fakes that are negated here (real high): f'(t) = sigmoid(-t). WGAN: (-psi, theta), as a game
    in which psi ascends psi (0 - theta); Table 1 and Section 3. https://arxiv.org/abs/1801.04406
    """
    theta, psi = 0.7, -1.3
    sigmoid = 1 / (1 + np.exp(-psi * theta))

    def field(objective: Any) -> tuple[float, float]:
        def loss(name: str) -> Any:
            return lambda theta, psi: getattr(objective, name)(
                jnp.zeros(1) * psi, jnp.full(1, theta) * psi
            )

        of_generator = -jax.grad(loss("generator_loss"), 0)(theta, psi)
        of_critic = -jax.grad(loss("critic_loss"), 1)(theta, psi)
        return float(of_generator), float(of_critic)

    np.testing.assert_allclose(field(objectives.Wasserstein()), (psi, -theta), rtol=1e-6)
    np.testing.assert_allclose(
        field(objectives.Minimax()), (psi * sigmoid, -theta * sigmoid), rtol=1e-6
    )
    np.testing.assert_allclose(
        field(objectives.NonSaturating()), (psi * (1 - sigmoid), -theta * sigmoid), rtol=1e-6
    )
