"""An adversarial term beside another loss, against gradients that are written out by hand."""

from __future__ import annotations

import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import linen as nn

from jaxgan.networks import MLPCritic
from jaxgan.objectives import Hinge, Wasserstein
from jaxgan.penalties import GradientPenalty
from jaxgan.training import Adversary, adversarial
from tests.members import ConditionalCritic

KEY = jax.random.key(0)
REAL = jax.random.normal(KEY, (4, 3))
PARAMS = {
    "encoder": {"kernel": jax.random.normal(jax.random.key(1), (3, 2))},
    "decoder": {"kernel": jax.random.normal(jax.random.key(2), (2, 3))},
}
CRITIC, SGD = MLPCritic(4, 1), optax.sgd(0.1)


def decode(params: chex.ArrayTree) -> jax.Array:
    return jnp.tanh(REAL @ params["encoder"]["kernel"]) @ params["decoder"]["kernel"]


def own(params: chex.ArrayTree) -> tuple[jax.Array, jax.Array]:
    fake = decode(params)
    return jnp.square(fake - REAL).mean(), fake


def test_the_weight_balances_both_gradients_at_the_named_layer() -> None:
    term = adversarial(
        CRITIC, Wasserstein(), SGD, weight=0.5, balance="decoder/kernel", start=2, warm=1
    )
    adversary = term.init(KEY, REAL)
    score = adversary.critic.variables

    def of_term(params: chex.ArrayTree) -> jax.Array:
        return -CRITIC.apply(score, decode(params)).mean()

    g = jax.grad(lambda params: own(params)[0])(PARAMS)
    h = jax.grad(of_term)(PARAMS)
    norm = [float(jnp.linalg.norm(x["decoder"]["kernel"])) for x in (g, h)]
    c = 0.5 * norm[0] / (norm[1] + 1e-4)

    @jax.jit
    @chex.assert_max_traces(n=1)
    def gradients(adversary: Adversary) -> tuple[chex.ArrayTree, chex.ArrayTree]:
        found = term.gradients(own, PARAMS, adversary, REAL)
        return found.gradients, found.metrics

    early, metrics = gradients(adversary._replace(step=jnp.int32(1)))
    chex.assert_trees_all_close(early, g, rtol=1e-5)
    assert metrics["adversarial/weight"] == 0
    late, metrics = gradients(adversary._replace(step=jnp.int32(2)))
    chex.assert_trees_all_close(late, jax.tree.map(lambda a, b: a + c * b, g, h), rtol=1e-4)
    np.testing.assert_allclose(metrics["adversarial/weight"], c, rtol=1e-5)
    np.testing.assert_allclose(metrics["loss/adversarial"], of_term(PARAMS), rtol=1e-5)


def test_a_term_without_balance_is_a_number_to_add() -> None:
    term = adversarial(CRITIC, Wasserstein(), SGD, weight=0.5)
    adversary = term.init(KEY, REAL)
    wanted = -0.5 * CRITIC.apply(adversary.critic.variables, 2 * REAL).mean()
    np.testing.assert_allclose(term(adversary, REAL, 2 * REAL), wanted, rtol=1e-5)
    found = term.gradients(own, PARAMS, adversary, REAL).gradients

    def total(params: chex.ArrayTree) -> jax.Array:
        loss, fake = own(params)
        return loss + term(adversary, REAL, fake)

    chex.assert_trees_all_close(found, jax.grad(total)(PARAMS), rtol=1e-4, atol=1e-6)


def test_a_critic_step_is_one_of_its_optimizer_after_the_critic_begins() -> None:
    penalty = GradientPenalty(10.0)
    term = adversarial(CRITIC, Hinge(), SGD, [penalty], start=3, warm=2)
    before, fake = term.init(KEY, REAL), decode(PARAMS)
    keys = jax.random.split(jax.random.key(5), 4)
    of_penalty = jax.vmap(lambda key: jax.random.fold_in(jax.random.split(key)[1], 0))(keys)

    def loss(params: chex.ArrayTree) -> jax.Array:
        def critic(x: jax.Array) -> jax.Array:
            return CRITIC.apply({"params": params}, x)

        real, other = critic(REAL), critic(fake)
        hinge = jax.nn.relu(1 - real).mean() + jax.nn.relu(1 + other).mean()
        return hinge + penalty(critic, REAL, fake, of_penalty)

    gradient = jax.grad(loss)(before.critic.params)
    step = jax.jit(term.critic_step)
    waiting, _ = step(before, REAL, fake, keys)  # step 0: two steps before 3 are 1 and 2
    chex.assert_trees_all_equal(waiting.critic, before.critic)
    assert waiting.step == 1
    after, metrics = step(waiting, REAL, fake, keys)
    wanted = jax.tree.map(lambda p, g: p - 0.1 * g, before.critic.params, gradient)
    chex.assert_trees_all_close(after.critic.params, wanted, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(metrics["critic/loss"], loss(before.critic.params), rtol=1e-5)
    again, _ = step(waiting, REAL, fake, jax.random.key(5))  # one key is split
    chex.assert_trees_all_close(again.critic.params, wanted, rtol=1e-4, atol=1e-6)


def test_two_devices_have_the_gradients_of_one() -> None:
    def halves(x: jax.Array) -> jax.Array:
        return x.reshape(2, 2, *x.shape[1:])

    settings = {"balance": "decoder/kernel"}
    one = adversarial(CRITIC, Hinge(), SGD, [GradientPenalty(10.0)], **settings)
    two = adversarial(CRITIC, Hinge(), SGD, [GradientPenalty(10.0)], **settings, axis_name="d")
    adversary, keys = one.init(KEY, REAL), jax.random.split(KEY, 4)

    def both(term, real, keys):
        def own(params: chex.ArrayTree) -> tuple[jax.Array, jax.Array]:
            code = jnp.tanh(real @ params["encoder"]["kernel"])
            fake = code @ params["decoder"]["kernel"]
            return jnp.square(fake - real).mean(), fake

        found = term.gradients(own, PARAMS, adversary, real)
        moved, _ = term.critic_step(adversary, real, found.fake, keys)
        return found.gradients, found.metrics, moved.critic

    wanted = jax.jit(functools.partial(both, one))(REAL, keys)
    mapped = jax.jit(jax.vmap(functools.partial(both, two), axis_name="d"))
    split = mapped(halves(REAL), keys.reshape(2, 2))
    for device in (0, 1):
        found = jax.tree.map(lambda x, device=device: x[device], split)
        chex.assert_trees_all_close(found, wanted, rtol=1e-4, atol=1e-6)


def test_mistakes_are_named() -> None:
    term = adversarial(CRITIC, Hinge(), SGD, balance="decoder/kernels")
    adversary = term.init(KEY, REAL)
    with pytest.raises(ValueError, match="did you mean 'decoder/kernel'"):
        term.gradients(own, PARAMS, adversary, REAL)
    with pytest.raises(ValueError, match="call gradients instead"):
        term(adversary, REAL, REAL)
    with pytest.raises(ValueError, match="start must be an integer of at least 0, got -1"):
        adversarial(CRITIC, Hinge(), SGD, start=-1)


class Dropping(nn.Module):
    """A critic with dropout."""

    @nn.compact
    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        return nn.Dense(1)(nn.Dropout(0.5, deterministic=not train)(x))[:, 0]


def test_critics_with_labels_and_with_dropout() -> None:
    labels = jnp.arange(4) % 3
    term = adversarial(ConditionalCritic(), Wasserstein(), SGD)
    adversary = term.init(KEY, REAL[:, :2], labels)
    values = [
        term(adversary, REAL[:, :2], REAL[:, :2], labels=given) for given in (labels, 0 * labels)
    ]
    assert values[0] != values[1]
    term = adversarial(Dropping(), Wasserstein(), SGD)
    adversary = term.init(KEY, REAL)
    values = [float(term(adversary, REAL, REAL, key)) for key in (None, KEY, jax.random.key(7))]
    assert len(set(values)) == 3
