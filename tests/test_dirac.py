"""The DiracGAN: data at 0, a generator at theta, a critic psi x; fields and eigenvalues."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import brentq

from jaxgan import objectives
from jaxgan.divergences import f_divergence
from jaxgan.penalties import R1, GradientPenalty
from tests.formulas import Settings, evaluate, formula_of
from tests.variants import OBJECTIVES

pytestmark = pytest.mark.usefixtures("doubles")

STEP = 1e-5
"""The step of the differences; their error is STEP^2, with 11 of 16 digits left."""


def field(objective: Any, point: Any, penalty: Any = None) -> jax.Array:
    """(d theta, d psi): simultaneous descent of both networks."""
    theta, psi = point
    zero, keys = jnp.zeros((1, 1)), jax.random.split(jax.random.key(0), 1)

    def of_generator(theta: jax.Array) -> jax.Array:
        return objective.generator_loss(jnp.zeros(1) * psi, jnp.full(1, theta) * psi)

    def of_critic(psi: jax.Array) -> jax.Array:
        loss = objective.critic_loss(jnp.zeros(1) * psi, jnp.full(1, theta) * psi)
        if penalty is None:
            return loss
        return loss + penalty(lambda x: psi * x[:, 0], zero, zero + theta, keys)

    return -jnp.stack([jax.grad(of_generator)(theta), jax.grad(of_critic)(psi)])


def pulls(objective: Any) -> tuple[float, float]:
    """The slopes by which the generator raises a fake's score at 0 and the critic lowers it.

    From the losses' formulas, by central differences in NumPy. For an f-GAN they are g'(0) and, by
    Fenchel's equality, the ratio u at which f'(u) is the activation's value.
    """
    if isinstance(objective, objectives.FGAN):
        row = f_divergence(objective.divergence, weight=objective.weight, alpha=objective.alpha)
        slope, value = float(jax.grad(row.activation)(0.0)), float(row.activation(jnp.zeros(())))
        if objective.divergence == "total_variation":
            ratio = 1.0  # f* is the identity
        else:
            ratio = brentq(lambda u: float(jax.grad(row.f)(u)) - value, 1e-3, 1e3)
        return (slope if objective.generator == "practical" else slope * ratio), slope * ratio

    def slope_at_zero(loss: Any) -> float:
        def value(fake: float) -> float:
            return float(evaluate(formula_of(loss), Settings(objective, real=0.0, fake=fake)))

        return (value(STEP) - value(-STEP)) / (2 * STEP)

    return -slope_at_zero(objective.generator_loss), slope_at_zero(objective.critic_loss)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_eigenvalues_at_the_equilibrium(name: str) -> None:
    # The Jacobian at (0, 0) is [[0, g], [-c, -gamma]]: the eigenvalues are those of
    # x^2 + gamma x + g c, (-gamma +- sqrt(gamma^2 - 4 g c)) / 2 (Mescheder et al., 2018, Lemma
    # 3.1 and Theorem 4.1): on the imaginary axis without R1, left of it with.
    objective, origin = OBJECTIVES[name], jnp.zeros(2)
    g, c = pulls(objective)
    for gamma, penalty in ((0.0, None), (0.3, R1(0.3)), (3.0, R1(3.0))):
        jacobian = jax.jit(jax.jacfwd(lambda point, p=penalty: field(objective, point, p)))(origin)
        found = np.sort_complex(np.linalg.eigvals(jacobian))
        wanted = np.sort_complex(np.roots([1.0, gamma, g * c]))
        np.testing.assert_allclose(found, wanted, atol=1e-7)
        if gamma and g * c:
            assert found.real.max() < 0


def test_the_fields_of_the_first_games() -> None:
    # Mescheder et al., 2018, Section 3: GAN (-psi f'(psi theta), theta f'(psi theta)) with fakes'
    # scores negated here (real high), WGAN (-psi, theta) likewise.
    theta, psi = 0.7, -1.3
    sigmoid = 1 / (1 + np.exp(-psi * theta))
    for objective, wanted in (
        (objectives.Wasserstein(), (psi, -theta)),
        (objectives.Minimax(), (psi * sigmoid, -theta * sigmoid)),
        (objectives.NonSaturating(), (psi * (1 - sigmoid), -theta * sigmoid)),
    ):
        np.testing.assert_allclose(field(objective, jnp.array([theta, psi])), wanted, rtol=1e-9)


def walk(objective: Any, penalty: Any, steps: int = 500, rate: float = 0.1) -> float:
    """The distance to the equilibrium after simultaneous descent from (1, 1)."""

    def step(point: jax.Array, _: Any) -> tuple[jax.Array, None]:
        return point + rate * field(objective, point, penalty), None

    end, _ = jax.jit(lambda start: jax.lax.scan(step, start, length=steps))(jnp.ones(2))
    return float(jnp.linalg.norm(end))


def test_which_methods_converge() -> None:
    # Mescheder et al., 2018, Figures 1 to 3: simultaneous descent spirals outward without a
    # penalty and around the equilibrium with one centered at 1; with R1 it converges.
    game, start = objectives.Minimax(), np.sqrt(2)
    assert walk(game, None) > start
    assert walk(objectives.Wasserstein(), None) > start
    assert walk(objectives.Wasserstein(), GradientPenalty(1.0, target=0.3)) > 0.1
    assert walk(game, R1(1.0)) < 1e-6
    # Eigenvalues -0.25 +- 0.97i: a step shrinks by 0.980, 500 steps by 3.6e-5.
    assert walk(objectives.Wasserstein(), R1(0.5)) < 1e-4


def test_the_difference_of_means_without_a_bound_diverges() -> None:
    # Each simultaneous step of the field (psi, -theta) multiplies the distance by
    # sqrt(1 + rate^2): the linear critic's score grows without bound.
    wanted = np.sqrt(2) * 1.01**250
    np.testing.assert_allclose(walk(objectives.Wasserstein(), None), wanted, rtol=1e-9)


def test_on_fixed_sets_a_critic_grows_without_bound_and_a_penalty_bounds_it() -> None:
    # Fakes stay at 1, data at 0: the unbounded critic falls by 1 per unit of time forever; with
    # weight (|psi| - 1)^2 it stops at the slope 1 + W / (2 weight) = 1.5.
    objective, penalty = objectives.Wasserstein(), GradientPenalty(1.0)
    free, held = -1.0, -1.0
    move = jax.jit(lambda psi, p: field(objective, jnp.array([1.0, psi]), p)[1], static_argnums=1)
    for _ in range(200):
        free += 0.1 * float(move(free, None))
        held += 0.1 * float(move(held, penalty))
    np.testing.assert_allclose(free, -1 - 200 * 0.1, rtol=1e-9)
    np.testing.assert_allclose(held, -1.5, rtol=1e-6)
