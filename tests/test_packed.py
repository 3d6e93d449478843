"""Packing: one score, one epsilon and one norm per pack of m examples."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from jaxgan import networks as nets
from jaxgan import recipes
from jaxgan.networks import MLPCritic, Packed
from jaxgan.objectives import LossSensitive, Wasserstein
from jaxgan.optimizers import sgd
from jaxgan.penalties import Consistency, GradientPenalty, interpolate
from jaxgan.runs.devices import compile_step
from jaxgan.training import (
    Networks,
    Recipe,
    create_state,
    critic_step,
    make_train_step,
    sample_batch,
)
from jaxgan.training import score as score_of
from tests.members import MEMBERS, MLP, PENALIZED

pytestmark = pytest.mark.usefixtures("unchecked_types")
KEY = jax.random.key(0)
DATA = MEMBERS["penalized"].data
STILL = Recipe(Wasserstein(), sgd(0.0), sgd(0.0), n_critic=1)


class Linear(nn.Module):
    """<w, x>, the score of an example or of a pack."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        return nn.Dense(1, use_bias=False)(x)[:, 0]


def of(critic: Any) -> Networks:
    return dataclasses.replace(MLP, critic=critic)


def one_critic_step(critic: Any, recipe: Recipe, n: int = 8) -> tuple[Any, Any]:
    batch = jax.tree.map(lambda x: x[0], sample_batch(DATA, KEY, n_critic=0, batch_size=n))
    return critic_step(of(critic), recipe, create_state(of(critic), recipe, KEY, DATA), batch)


@pytest.mark.parametrize("m", [1, 2, 4])
def test_a_pack_is_scored_as_its_examples_side_by_side(m: int) -> None:
    x = jax.random.normal(KEY, (8, 3))
    scores, variables = Packed(MLPCritic(8, 1), m).init_with_output(KEY, x)
    wanted = MLPCritic(8, 1).apply({"params": variables["params"]["critic"]}, x.reshape(8 // m, -1))
    np.testing.assert_array_equal(scores, wanted)


def test_images_are_joined_as_channels() -> None:
    class Kept(nn.Module):
        @nn.compact
        def __call__(self, x: jax.Array) -> jax.Array:
            return x

    x = jax.random.normal(KEY, (4, 8, 8, 3))
    found = Packed(Kept(), 2).apply({}, x)
    np.testing.assert_array_equal(found, jnp.concatenate([x[::2], x[1::2]], axis=3))


@pytest.mark.parametrize("at", ["interpolates", "real", "fake", "both"])
def test_the_norm_is_that_of_a_whole_pack(at: Any) -> None:
    # The gradient of <w, (x_1, x_2)> is w, over both examples of a pack.
    recipe = dataclasses.replace(STILL, penalties=(GradientPenalty(10.0, at=at),))
    state, metrics = one_critic_step(Packed(Linear(), 2), recipe)
    (w,) = jax.tree.leaves(state.critic.params)
    assert w.shape == (4, 1)
    wanted = 10 * (np.linalg.norm(w) - 1) ** 2
    np.testing.assert_allclose(metrics["critic/penalty"], wanted, rtol=1e-5)


def test_there_is_one_epsilon_per_pack() -> None:
    seen = []

    @dataclasses.dataclass(frozen=True)
    class Watch:
        def __call__(self, critic: Any, real: Any, fake: Any, keys: Any) -> Any:
            points = interpolate(real, fake, keys)
            jax.debug.callback(
                lambda *found: seen.append(found), real, fake, points, critic(points)
            )
            return jnp.zeros(())

    one_critic_step(Packed(Linear(), 2), dataclasses.replace(STILL, penalties=(Watch(),)))
    jax.effects_barrier()
    real, fake, points, scores = map(np.asarray, seen[0])
    assert real.shape == fake.shape == (4, 2, 2)
    assert scores.shape == (4,)
    share = (points - fake) / (real - fake)
    np.testing.assert_allclose(share, np.broadcast_to(share[:, :1, :1], share.shape), rtol=1e-3)
    assert len(np.unique(share[:, 0, 0].round(3))) == 4


def test_a_pack_of_one_is_the_critic_itself() -> None:
    plain, packed = of(MLPCritic(8, 1)), of(Packed(MLPCritic(8, 1), 1))
    batch = sample_batch(DATA, KEY, n_critic=2, batch_size=8)
    state, same = (create_state(networks, PENALIZED, KEY, DATA) for networks in (plain, packed))
    same = same._replace(critic=same.critic._replace(params={"critic": state.critic.params}))
    _, wanted = jax.jit(make_train_step(plain, PENALIZED))(state, batch)
    _, found = jax.jit(make_train_step(packed, PENALIZED))(same, batch)
    for name in wanted:
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-5, atol=1e-7, err_msg=name)


@pytest.mark.parametrize(
    ("critic", "changes"),
    [
        (MLPCritic(8, 1, dropout=0.5), {"penalties": (Consistency(),)}),
        (MLPCritic(8, 1), {"objective": LossSensitive()}),
        (MLPCritic(8, 1), {"penalties": recipes.r3gan().penalties, "compute_dtype": "bfloat16"}),
        (nets.MaxoutCritic(4, 2), {"simultaneous": True}),
    ],
)
def test_every_part_of_a_recipe_takes_packs(critic: Any, changes: Any) -> None:
    recipe = dataclasses.replace(STILL, **changes)
    networks = of(Packed(critic, 2))
    state = create_state(networks, recipe, KEY, DATA)
    batch = sample_batch(DATA, KEY, n_critic=1, batch_size=8)
    state, metrics = jax.jit(make_train_step(networks, recipe))(state, batch)
    assert all(np.isfinite(value) for value in metrics.values())
    assert score_of(networks, state, DATA.real[:6]).shape == (3,)


@pytest.mark.parametrize("via", ["pmap", "sharded"])
def test_the_number_of_devices_changes_nothing(via: Any) -> None:
    networks = of(Packed(MLPCritic(8, 1), 2))
    state = create_state(networks, PENALIZED, KEY, DATA)
    batch = sample_batch(DATA, KEY, n_critic=2, batch_size=8)
    wanted, _ = jax.jit(make_train_step(networks, PENALIZED))(state, batch)
    found, _ = compile_step(networks, PENALIZED, 4, via)(jax.tree.map(jnp.copy, state), batch)
    chex.assert_trees_all_close(found, wanted, rtol=2e-6, atol=2e-6)


def test_a_score_depends_on_its_own_pack_only() -> None:
    x = jax.random.normal(KEY, (6, 2))
    critic = Packed(MLPCritic(8, 1), 2)
    variables = critic.init(KEY, x)
    jacobian = jnp.abs(jax.jacrev(lambda x: critic.apply(variables, x))(x)).sum(axis=2)
    own = np.kron(np.eye(3), np.ones((1, 2))) > 0
    assert (np.asarray(jacobian > 0) == own).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Packed(MLPCritic(), 0), "Packed: m must be an integer of at least 1, got 0: give"),
        (lambda: Packed(cast("Any", 3), 2), "Packed: critic must be .* got 3: give the critic"),
        (lambda: one_critic_step(Packed(Linear(), 3), STILL), "batch of 8 .* m=3: give a batch_s"),
        (
            lambda: Packed(Conditional(), 2).init(KEY, jnp.zeros((4, 2))),
            "Conditional takes labels: give an unconditional critic",
        ),
    ],
)
def test_what_does_not_fit_is_named(make: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        make()


class Conditional(nn.Module):
    """A critic of examples with labels."""

    @nn.compact
    def __call__(self, x: jax.Array, labels: jax.Array) -> jax.Array:
        return x[:, 0] + labels
