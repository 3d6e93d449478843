"""Every objective with every penalty: gradients of both networks against central differences.

In float64, with a smooth critic; one program per penalty has all objectives. The last test checks
that the train step combines objective, witness and penalty in the same way.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from jaxgan.cli.catalogue import members
from jaxgan.objectives import MMD, HistogramJS, LossSensitive
from jaxgan.optimizers import sgd
from jaxgan.penalties import GradientPenalty
from jaxgan.training import Batch, Recipe, create_state, make_train_step
from jaxgan.types import Objective
from tests.daily import daily_if, first_of_each
from tests.members import MEMBERS, MLP
from tests.variants import MATCHING, OBJECTIVES, PENALTIES, Perceptron

pytestmark = pytest.mark.usefixtures("doubles", "unchecked_types")

# Few bins: in fifty bins, six real and six fake numbers share none, and there is no gradient.
ALL = OBJECTIVES | MATCHING | {"histogram_js": HistogramJS(bins=5)}
STEP = 1e-6
N, SHAPE, LATENT, HIDDEN = 6, 3, 2, 4


@dataclasses.dataclass(frozen=True)
class Witness:
    """The critic as penalties receive it in the step: the witness of the objective."""

    critic: Any
    of: Any

    def __call__(self, x: jax.Array) -> jax.Array:
        return self.of(self.critic(x))

    def score_with_keys(self, x: jax.Array, keys: jax.Array) -> tuple[jax.Array, jax.Array]:
        scores, features = self.critic.score_with_keys(x, keys)
        return self.of(scores), features


def normal(seed: int, *shape: int) -> jax.Array:
    return jax.random.normal(jax.random.key(seed), shape)


def players() -> tuple[Any, Any]:
    """An affine generator and a perceptron."""
    return (normal(1, LATENT, SHAPE), normal(2, SHAPE)), (
        normal(3, SHAPE, HIDDEN),
        normal(4, HIDDEN),
    )


def scores(generator: Any, critic: Any) -> tuple[Any, ...]:
    """Real and fake examples, the critic as a function, and its scores."""
    real, fake = normal(5, N, SHAPE), normal(6, N, LATENT) @ generator[0] + generator[1][None]
    function = Perceptron(critic[0], 2 * critic[1])
    return real, fake, function, function(real), function(fake)


def kernel_of(objective: Objective) -> Any:
    """The kernel of the witness; None if the witness is the score."""
    return getattr(objective, "kernel", None)


WITNESSES = {kernel_of(objective): objective for objective in ALL.values()}


def critic_losses(critic: Any) -> list[jax.Array]:
    real, fake, _, real_scores, fake_scores = scores(players()[0], critic)
    return [one.bind(real, fake).critic_loss(real_scores, fake_scores) for one in ALL.values()]


def generator_losses(generator: Any) -> list[jax.Array]:
    real, fake, _, real_scores, fake_scores = scores(generator, players()[1])
    return [one.bind(real, fake).generator_loss(real_scores, fake_scores) for one in ALL.values()]


def penalties(penalty: Any, critic: Any) -> list[jax.Array]:
    """The values of one penalty on every witness."""
    real, fake, function, real_scores, fake_scores = scores(players()[0], critic)
    keys = jax.random.split(jax.random.key(7), N)
    witnesses = (
        functools.partial(one.witness, real=real_scores, fake=fake_scores)
        for one in WITNESSES.values()
    )
    return [penalty(Witness(function, witness), real, fake, keys) for witness in witnesses]


def gradients(losses: Any, params: Any) -> tuple[Any, Any]:
    """The Jacobian of many losses by AD and by (f(p + h) - f(p - h)) / 2h, with error O(h^2)."""
    flat, unflatten = ravel_pytree(params)

    @jax.jit
    def value_and_jacobian(flat: jax.Array) -> tuple[jax.Array, jax.Array]:
        value, pull = jax.vjp(lambda flat: jnp.stack(losses(unflatten(flat))), flat)
        return value, jax.lax.map(lambda row: pull(row)[0], jnp.eye(len(value)))

    differences = [
        (value_and_jacobian(flat + h)[0] - value_and_jacobian(flat - h)[0]) / (2 * STEP)
        for h in STEP * np.eye(len(flat))
    ]
    return np.asarray(value_and_jacobian(flat)[1]), np.transpose(differences)


def assert_close(found: Any, wanted: Any, name: str) -> None:
    # Near zero a root is strongly curved, so the differences lose digits.
    scale = float(np.abs(wanted).max())
    assert scale > 1e-4, name
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6 * max(scale, 1), err_msg=name)


@functools.cache
def adversarial() -> tuple[Any, Any]:
    return gradients(critic_losses, players()[1])


FIRST = first_of_each({name: type(one) for name, one in PENALTIES.items()})
"""One variant of each penalty, which runs every day; its others are `slow`."""


@pytest.mark.parametrize(
    "penalty",
    [daily_if(name in FIRST, one) for name, one in PENALTIES.items()],
    ids=PENALTIES,
)
def test_the_critics_nested_gradient(penalty: Any) -> None:
    found, wanted = gradients(functools.partial(penalties, penalty), players()[1])
    for index, (name, objective) in enumerate(ALL.items()):
        row = list(WITNESSES).index(kernel_of(objective))
        if row == 0:  # the score itself; a witness may be so flat that its penalty is zero
            assert np.abs(wanted[row]).max() > 1e-3, name
        assert_close(
            adversarial()[0][index] + found[row], adversarial()[1][index] + wanted[row], name
        )


def test_the_generators_gradient() -> None:
    for name, found, wanted in zip(ALL, *gradients(generator_losses, players()[0]), strict=True):
        assert_close(found, wanted, name)


def test_the_product_is_whole() -> None:
    # It has every member of the registries, in each of its variants.
    for kind, found in (("objective", ALL), ("penalty", PENALTIES)):
        assert {type(one) for one in found.values()} == set(members(kind).values())
    assert len(OBJECTIVES) >= 36
    assert len(MATCHING) >= 13
    assert len(PENALTIES) >= 25


@pytest.mark.parametrize("objective", [LossSensitive(0.5), MMD(), MMD(estimator="biased")])
def test_the_step_puts_them_together_in_this_way(objective: Objective) -> None:
    # With gradient descent at rate 1 the update is minus the gradient of the loss written out here.
    member = MEMBERS["penalized"]
    recipe = Recipe(objective, sgd(1.0), sgd(1.0), (GradientPenalty(),))
    with jax.enable_x64(False):
        state = create_state(MLP, recipe, jax.random.key(0), member.data)
        real = member.data.real[:12].reshape(2, 6, 2)
        keys = jax.random.split(jax.random.key(2), (2, 6))
        new, metrics = jax.jit(make_train_step(MLP, recipe))(state, Batch(real, None, keys))
        latents, of_penalty = jax.vmap(lambda key: tuple(jax.random.split(key)))(keys[0])
        fake = MLP.generator.apply(
            {"params": state.generator.params}, jax.vmap(MLP.latent)(latents)
        )
        game = objective.bind(real[0], fake)

        @jax.value_and_grad
        def loss(params: Any) -> jax.Array:
            def critic(x: jax.Array) -> jax.Array:
                return MLP.critic.apply({"params": params}, x)

            both = critic(real[0]), critic(fake)
            index = jax.vmap(jax.random.fold_in, (0, None))(of_penalty, 0)
            penalty = GradientPenalty()(
                lambda x: game.witness(critic(x), *both), real[0], fake, index
            )
            return game.critic_loss(*both) + penalty

        value, gradient = jax.jit(loss)(state.critic.params)
        np.testing.assert_allclose(metrics["critic/loss"], value, rtol=1e-5)
        for before, after, slope in zip(
            *map(jax.tree.leaves, (state.critic.params, new.critic.params, gradient)), strict=True
        ):
            np.testing.assert_allclose(before - after, slope, rtol=1e-3, atol=1e-5)
