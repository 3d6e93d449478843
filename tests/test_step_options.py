"""Options of the step: lazy penalties, rematerialization, half precision.

The expected numbers come from the plain step, which `test_training` compares with a Python loop: an
option equals a sequence of plain steps, or changes no number.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import Any

import chex
import jax
import jax.numpy as jnp
import pytest
from jax.flatten_util import ravel_pytree

from jaxgan import networks as nets
from jaxgan.optimizers import sgd
from jaxgan.penalties import GradientPenalty
from jaxgan.training import (
    Batch,
    Networks,
    Setup,
    create_state,
    critic_step,
    generator_step,
    make_train_step,
    sample_batch,
)
from tests.members import MEMBERS, MLP, PENALIZED, setup

pytestmark = pytest.mark.usefixtures("unchecked_types")
MEMBER = MEMBERS["penalized"]


def start(member: Setup) -> tuple[Any, Batch]:
    n_critic, key = member.recipe.critic_steps(0), jax.random.key(7)
    batch = sample_batch(member.data, key, n_critic=n_critic, batch_size=8)
    return create_state(member.networks, member.recipe, key, member.data), batch


compiled = functools.cache(lambda *decisions: jax.jit(make_train_step(*decisions)))


def step(member: Setup, **options: Any) -> Any:
    return compiled(member.networks, dataclasses.replace(member.recipe, **options))


def in_turn(member: Setup, state: Any, batch: Batch, *penalties: Any) -> tuple[Any, Any]:
    """Critic steps with different penalties, as train steps of one critic step each."""
    after, metrics = state, {}
    for turn, terms in enumerate(penalties):
        one = jax.tree.map(lambda x, turn=turn: x[jnp.array([turn, -1])], batch)
        one_step = step(member, n_critic=1, penalties=terms)
        after, metrics = one_step(state._replace(critic=after.critic), one)
    return after, metrics


def assert_close(found: Any, wanted: Any, tolerance: float = 2e-6) -> None:
    chex.assert_trees_all_close(found, wanted, rtol=tolerance, atol=tolerance)


def test_a_lazy_penalty_is_taken_twice_or_not_at_all() -> None:
    state, batch = start(MEMBER)
    wanted = in_turn(MEMBER, state, batch, (GradientPenalty(2 * 10.0),), ())
    assert_close(step(MEMBER, penalty_every=2)(state, batch), wanted)


def test_lazy_penalties_count_the_critic_steps_of_the_run() -> None:
    # Critic steps 1, 3, 5, 7, 9 end steps 0 to 4; 3 and 9 are every third. The critic is fixed.
    state, batch = start(MEMBER)
    _, plain = step(MEMBER, critic_optimizer=sgd(0.0))(state, batch)
    lazy = step(MEMBER, critic_optimizer=sgd(0.0), penalty_every=3)
    found = [lazy(state._replace(step=jnp.int32(i)), batch)[1]["critic/penalty"] for i in range(5)]
    assert_close(jnp.stack(found) / plain["critic/penalty"], jnp.array([0.0, 3, 0, 0, 3]))


def test_lazy_gradients_are_right_on_average() -> None:
    # Gradient descent is linear in the gradient: the mean result of k steps from one state is the
    # result of the mean gradient.
    state, batch = start(MEMBER)
    one, lazy = jax.tree.map(lambda x: x[1:], batch), step(MEMBER, n_critic=1, penalty_every=3)
    led = [lazy(state._replace(step=jnp.int32(i)), one)[0].critic.params for i in range(3)]
    wanted, _ = step(MEMBER, n_critic=1)(state, one)
    assert_close(jax.tree.map(lambda *x: jnp.stack(x).mean(0), *led), wanted.critic.params)


@pytest.mark.parametrize("name", ["penalized", "batch_norm_generator"])
def test_rematerialization_changes_no_number(name: str) -> None:
    args = start(MEMBERS[name])
    plain, remat = step(MEMBERS[name]), step(MEMBERS[name], remat=True)
    assert [str(jax.make_jaxpr(x)(*args)).count("= remat") > 0 for x in (plain, remat)] == [0, 1]
    assert_close(remat(*args), plain(*args), 1e-6)


@pytest.mark.parametrize("name", MEMBERS)
def test_half_precision_is_computed_with_but_not_kept(name: str) -> None:
    half = step(MEMBERS[name], compute_dtype="bfloat16")
    args = start(MEMBERS[name])
    outcome = jax.eval_shape(half, *args)
    kept, (types, of_metrics) = (jax.tree.map(lambda x: x.dtype, x) for x in (args[0], outcome))
    assert (types, set(of_metrics.values())) == (kept, {jnp.dtype("float32")})
    # Types of matrix products. Penalties and spectral norms are float32, and so is everything that
    # is combined with float32 labels.
    wanted = {"conditional": {"f32"}, "clipped": {"bf16"}, "direct_matching": {"bf16"}}
    products = re.findall(
        r":(\w+)\[\S+\] = (?:dot_general|convolution_face)", str(jax.make_jaxpr(half)(*args))
    )
    assert set(products) == wanted.get(name, {"bf16", "f32"})


@pytest.mark.parametrize("name", ["conditional", "batch_norm_generator", "spectral_norm_critic"])
def test_half_precision_leads_where_full_precision_does(name: str) -> None:
    # bfloat16 has 8 bits, an error of up to 0.4% per operation, and these networks are some ten
    # operations deep, forward and back. Gradient descent's updates are as exact as its gradients.
    state, batch = start(MEMBERS[name])
    wanted, _ = step(MEMBERS[name])(state, batch)
    found, _ = step(MEMBERS[name], compute_dtype="bfloat16")(state, batch)
    for player in ("generator", "critic"):
        params = (getattr(x, player).params for x in (state, wanted, found))
        old, new, near = (ravel_pytree(tree)[0] for tree in params)
        assert 1e-5 < jnp.linalg.norm(near - new) / jnp.linalg.norm(new - old) < 0.08


def test_penalties_are_taken_in_full_precision() -> None:
    # This generator's outputs are exact in half precision, so fakes and penalties are the same.
    def short(key: jax.Array) -> jax.Array:
        return jax.random.normal(key, (2,)).astype(jnp.bfloat16).astype(jnp.float32)

    recipe = dataclasses.replace(PENALIZED, n_critic=1)
    member = setup(Networks(nets.Identity(), MLP.critic, short), recipe, MEMBER.data)
    args = start(member)
    (_, wanted), (_, found) = step(member)(*args), step(member, compute_dtype="bfloat16")(*args)
    assert_close(found["critic/penalty"], wanted["critic/penalty"])
    assert found["critic/gap"] != wanted["critic/gap"]


def test_fakes_made_at_once_are_those_made_in_turn() -> None:
    # With separate batch statistics for each critic step. Only this generator has a tanh.
    member = MEMBERS["batch_norm_generator"]
    state, batch = start(member)
    wanted = in_turn(member, state, batch, PENALIZED.penalties, PENALIZED.penalties)
    assert_close(step(member)(state, batch), wanted, 1e-5)
    program = jax.make_jaxpr(make_train_step(member.networks, member.recipe))(state, batch)
    (turns,) = (equation for equation in program.eqns if equation.primitive.name == "scan")
    assert ["tanh" in str(part) for part in (program, turns)] == [True, False]


def test_a_step_of_penalties_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="penalty_every must be an integer of at least 1, got 0"):
        dataclasses.replace(PENALIZED, penalty_every=0)


def test_a_generator_batch_of_two_is_one_step_on_both() -> None:
    # Its examples are those of the last two entries, in one pass with one mean; the critic's steps
    # and their examples do not change.
    networks, data = MEMBER.networks, MEMBER.data
    recipe = dataclasses.replace(MEMBER.recipe, generator_batches=2)
    state = create_state(networks, recipe, jax.random.key(7), data)
    batch = sample_batch(data, jax.random.key(8), n_critic=2, batch_size=8, generator_batches=2)
    assert batch.real.shape == (4, 8, 2)
    found, metrics = jax.jit(make_train_step(networks, recipe))(state, batch)
    critic_state, _ = step(MEMBER)(state, jax.tree.map(lambda x: x[:3], batch))
    both = jax.tree.map(lambda x: x[2:].reshape(16, *x.shape[2:]), batch)
    halfway = state._replace(critic=critic_state.critic)
    wanted, others = generator_step(networks, recipe, halfway, both)
    assert_close(found, wanted)
    assert_close(metrics["generator/loss"], others["generator/loss"])
    with pytest.raises(ValueError, match=r"holds 1 critic steps but the recipe has n_critic=2"):
        make_train_step(networks, recipe)(state, jax.tree.map(lambda x: x[:3], batch))


def test_the_halves_of_a_step_are_the_step() -> None:
    networks, recipe = MEMBER.networks, dataclasses.replace(MEMBER.recipe, n_critic=1)
    state, batch = start(dataclasses.replace(MEMBER, recipe=recipe))
    first, last = (jax.tree.map(lambda x, i=i: x[i], batch) for i in (0, -1))

    @jax.jit
    def by_halves(state: Any) -> Any:
        state, of_critic = critic_step(networks, recipe, state, first)
        state, of_generator = generator_step(networks, recipe, state, last)
        return state, of_critic | of_generator

    assert_close(by_halves(state), jax.jit(make_train_step(networks, recipe))(state, batch))
