"""The step against a plain Python loop written from the papers, and its properties."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import chex
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import linen as nn

from jaxgan import networks as nets
from jaxgan import recipes
from jaxgan.networks import presets
from jaxgan.objectives import Wasserstein
from jaxgan.optimizers import sgd
from jaxgan.penalties import GradientPenalty
from jaxgan.runs.devices import compile_chunk, compile_step
from jaxgan.training import (
    Batch,
    Dataset,
    Networks,
    Recipe,
    Setup,
    TrainState,
    create_state,
    make_train_step,
    sample,
    sample_batch,
)
from tests.daily import daily_if
from tests.members import MEMBERS, MLP, NETWORKS, PENALIZED, RECIPES, setup

KEY = jax.random.key(0)


def state_and_batch(member: Setup, batch_size: int = 8) -> tuple[Any, Batch]:
    """An initial state, and the batch of step 30 (past the schedule's warm-up)."""
    state = create_state(member.networks, member.recipe, KEY, member.data)
    size = {
        "n_critic": member.recipe.critic_steps(30),
        "batch_size": batch_size,
        "generator_batches": member.recipe.generator_batches,
    }
    return state, sample_batch(member.data, jax.random.fold_in(KEY, 7), **size)


def assert_close(found: Any, wanted: Any, tolerance: float = 2e-6) -> None:
    chex.assert_trees_all_close(found, wanted, rtol=tolerance, atol=tolerance)


def changed(**fields: Any) -> Recipe:
    return dataclasses.replace(PENALIZED, **fields)


class Reduced(nn.Module):
    """A critic whose scores are a function of the output of its last layer, [batch, 1]."""

    reduce: Callable[[jax.Array], jax.Array]

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        return self.reduce(nn.Dense(1)(x))


def with_critic(reduce: Callable[[jax.Array], jax.Array]) -> TrainState:
    networks = dataclasses.replace(MLP, critic=Reduced(reduce))
    return create_state(networks, PENALIZED, KEY, MEMBERS["penalized"].data)


def with_labels(labels: np.ndarray) -> TrainState:
    conditional = MEMBERS["conditional"]
    data = conditional.data._replace(labels=labels)
    return create_state(conditional.networks, conditional.recipe, KEY, data)


def with_a_key_too_many(member: Setup) -> tuple[TrainState, Batch]:
    state, batch = state_and_batch(member)
    keys = jnp.concatenate([batch.keys, batch.keys[:, :1]], axis=1)
    return state, batch._replace(keys=keys)


def copy(tree: Any) -> Any:
    """A copy for a compiled step, which donates its state."""
    return jax.tree.map(jnp.copy, tree)


def plain_step(member: Setup, state: Any, batch: Batch) -> tuple[Any, Any, Any]:
    """Algorithm 1 of the WGAN-GP paper as a Python loop over raw parameters.

    The oracle of the compiled step: no scan, no statistics, and only the modules of the library.
    """
    networks, recipe = member.networks, member.recipe
    generator, critic = state.generator.params, state.critic.params
    of_generator, of_critic = state.generator.opt_state, state.critic.opt_state

    def draw(keys: jax.Array) -> tuple[jax.Array, jax.Array]:
        pairs = jax.vmap(jax.random.split)(keys)
        return jax.vmap(networks.latent)(pairs[:, 0]), pairs[:, 1]

    def scores(params: Any, x: jax.Array) -> Any:
        return networks.critic.apply({"params": params}, x)

    for turn in range(batch.keys.shape[0] - 1):
        latent, keys = draw(batch.keys[turn])
        real, fake = batch.real[turn], networks.generator.apply({"params": generator}, latent)

        def loss(params: Any, real: Any = real, fake: Any = fake, keys: Any = keys) -> Any:
            value = scores(params, fake).mean() - scores(params, real).mean()
            if not recipe.penalties:
                return value
            keys = jax.vmap(jax.random.fold_in, (0, None))(keys, 0)
            share = jax.vmap(jax.random.uniform)(keys)[:, None]
            points = share * real + (1 - share) * fake
            slopes = jax.vmap(jax.grad(lambda x: scores(params, x[None])[0]))(points)
            norms = jnp.sqrt((slopes**2).sum(1))
            return value + 10 * ((norms - 1) ** 2).mean()

        updates, of_critic = recipe.critic_optimizer.update(
            jax.grad(loss)(critic), of_critic, critic
        )
        critic = optax.apply_updates(critic, updates)

    latent, _ = draw(batch.keys[-1])
    gradients = jax.grad(
        lambda params: -scores(critic, networks.generator.apply({"params": params}, latent)).mean()
    )(generator)
    updates, _ = recipe.generator_optimizer.update(gradients, of_generator, generator)
    generator = optax.apply_updates(generator, updates)
    average = None
    if recipe.average:
        decay = recipe.average
        average = jax.tree.map(
            lambda a, g: decay * a + (1 - decay) * g, state.generator.params, generator
        )
    return generator, critic, average


@pytest.mark.parametrize("name", ["penalized", "clipped"])
def test_the_step_equals_a_python_loop(name: str) -> None:
    member = MEMBERS[name]
    state, batch = state_and_batch(member)
    generator, critic, average = jax.jit(lambda s, b: plain_step(member, s, b))(state, batch)
    new, _ = jax.jit(make_train_step(member.networks, member.recipe))(state, batch)
    assert_close(new.generator.params, generator)
    assert_close(new.critic.params, critic)
    if average is not None:
        assert_close(new.average["params"], average)
    assert int(new.step) == 1


@pytest.mark.parametrize("name", MEMBERS)
def test_every_kind_of_member_trains(name: str) -> None:
    member = MEMBERS[name]
    state, batch = state_and_batch(member)
    new, metrics = compile_step(member.networks, member.recipe)(copy(state), batch)
    assert all(np.isfinite(value) for value in metrics.values())
    moved = [
        bool(jnp.any(a != b))
        for a, b in zip(
            jax.tree.leaves(state.generator), jax.tree.leaves(new.generator), strict=True
        )
    ]
    assert all(moved) or name == "batch_norm_generator"  # biases before a norm have no gradient
    assert ("critic/loss" in metrics) == (member.recipe.n_critic != 0)


@pytest.mark.parametrize(
    ("name", "via", "devices"),
    [
        daily_if(devices == 8 or name == "penalized", name, via, devices)
        for name in MEMBERS
        for via in ("pmap", "sharded")
        for devices in (1, 2, 4, 8)
    ],
)
def test_the_number_of_devices_changes_nothing(name: str, via: Any, devices: int) -> None:
    member = MEMBERS[name]
    state, batch = state_and_batch(member)
    wanted = compile_step(member.networks, member.recipe)(copy(state), batch)
    found = compile_step(member.networks, member.recipe, devices, via)(copy(state), batch)
    assert_close(found, wanted, 2e-5)


@pytest.mark.parametrize(
    ("name", "via", "devices"),
    [
        *(daily_if(name in NETWORKS, name, "pmap", 8) for name in RECIPES),
        *(daily_if(False, name, "sharded", 2) for name in NETWORKS),
    ],
)
def test_every_recipe_is_the_same_on_all_devices(name: str, via: Any, devices: int) -> None:
    # Gradients are compared through their norms and the statistics that the optimizers keep: Adam's
    # and RMSProp's first updates are +-lr and would hide a wrong factor.
    networks = NETWORKS.get(name, MLP)
    member = setup(networks, RECIPES[name], MEMBERS["penalized"].data)
    state, batch = state_and_batch(member)
    wanted, metrics = compile_step(networks, member.recipe)(copy(state), batch)
    found, others = compile_step(networks, member.recipe, devices, via)(copy(state), batch)
    assert_close(others, metrics, 1e-4)
    assert_close(found.generator.opt_state, wanted.generator.opt_state, 1e-4)
    assert_close(found.critic.opt_state, wanted.critic.opt_state, 1e-4)


def test_a_chunk_equals_its_steps_and_so_do_two_chunks() -> None:
    member = MEMBERS["penalized"]
    data, key = member.data, jax.random.key(5)
    start = create_state(member.networks, member.recipe, KEY, data)
    options = {"batch_size": 8, "n_critic": 2}
    chunk = compile_chunk(member.networks, member.recipe, capacity=7, **options)
    whole, history = chunk(copy(start), data, key, 7)
    first, _ = chunk(copy(start), data, key, 3)
    both, _ = chunk(first, data, key, 4)
    assert all(
        bool((a == b).all()) for a, b in zip(*map(jax.tree.leaves, (whole, both)), strict=True)
    )

    state, step = start, compile_step(member.networks, member.recipe)
    for index in range(7):
        batch = sample_batch(data, jax.random.fold_in(key, index), **options)
        state, metrics = step(state, batch)
        assert_close({k: v[index] for k, v in history.items()}, metrics)
    assert_close(whole, state)


@pytest.mark.parametrize(("via", "devices"), [("pmap", 4), ("sharded", 4)])
def test_a_chunk_is_the_same_on_four_devices(via: Any, devices: int) -> None:
    member = MEMBERS["penalized"]
    start = create_state(member.networks, member.recipe, KEY, member.data)
    options = {"batch_size": 8, "n_critic": 2, "capacity": 3}
    wanted = compile_chunk(member.networks, member.recipe, **options)(
        copy(start), member.data, KEY, 3
    )
    chunk = compile_chunk(member.networks, member.recipe, devices=devices, via=via, **options)
    assert_close(chunk(copy(start), member.data, KEY, 3), wanted, 2e-5)


def test_a_step_that_diverges_is_not_taken() -> None:
    # Gradient descent with learning rate 1e6 on an unclipped critic overflows within a few steps.
    recipe = Recipe(Wasserstein(), sgd(1e6), sgd(1e6), (GradientPenalty(),))
    data = MEMBERS["penalized"].data
    start = create_state(MLP, recipe, KEY, data)
    chunk = compile_chunk(MLP, recipe, batch_size=8, n_critic=1, capacity=40)
    state, history = chunk(start, data, KEY, 40)
    failed = int(state.step)
    assert 0 < failed < 40
    assert all(np.isfinite(x).all() for x in jax.tree.leaves(state))
    finite = np.all([np.isfinite(x) for x in history.values()], axis=0)
    assert finite[:failed].all()
    assert not finite[failed]


def test_equal_recipes_share_one_program() -> None:
    first = compile_step(presets.mlp((2,), width=4), recipes.wgan_gp())
    second = compile_step(presets.mlp((2,), width=4), recipes.wgan_gp())
    other = compile_step(presets.mlp((2,), width=4), recipes.wgan_gp(weight=1.0))
    assert first is second
    assert first is not other


def test_any_optax_transformation_is_accepted_as_it_is() -> None:
    recipe = Recipe(
        Wasserstein(),
        optax.lion(1e-3),
        optax.MultiSteps(optax.adam(1e-3), 2).gradient_transformation(),
    )
    member = setup(MLP, recipe, MEMBERS["penalized"].data)
    state, batch = state_and_batch(member)
    _, metrics = jax.jit(make_train_step(MLP, recipe))(state, batch)
    assert np.isfinite(metrics["generator/loss"])


def test_statistics_move_only_in_the_players_own_step() -> None:
    member = MEMBERS["batch_norm_generator"]
    state, batch = state_and_batch(member)
    batch = jax.tree.map(lambda x: x[-1:], batch)
    recipe = dataclasses.replace(PENALIZED, n_critic=0)
    new, _ = jax.jit(make_train_step(member.networks, recipe))(state, batch)
    assert_close(new.critic, state.critic, 0)
    # One generator step moves a running mean by 1 - momentum = 0.1 of the batch's mean.
    latent = jax.vmap(member.networks.latent)(jax.vmap(jax.random.split)(batch.keys[0])[:, 0])
    dense = state.generator.params["Dense_0"]
    before_norm = (latent @ dense["kernel"]).reshape(-1, 4, 4, 2)
    found = new.generator.stats["batch_stats"]["BatchNorm_0"]["mean"]
    np.testing.assert_allclose(found, 0.1 * before_norm.mean((0, 1, 2)), rtol=1e-5, atol=1e-7)


def test_a_spectral_norm_takes_one_power_iteration_per_critic_step() -> None:
    member = MEMBERS["spectral_norm_critic"]
    state, batch = state_and_batch(member)
    batch = jax.tree.map(lambda x: x[-2:], batch)  # one critic step
    recipe = dataclasses.replace(member.recipe, n_critic=1)
    new, _ = jax.jit(make_train_step(member.networks, recipe))(state, batch)
    kernel = state.critic.params["Dense_0"]["kernel"]
    stats, moved = state.critic.stats["batch_stats"], new.critic.stats["batch_stats"]
    u = stats["SpectralNorm_0"]["Dense_0/kernel/u"]
    v = u @ kernel.T / jnp.linalg.norm(u @ kernel.T)
    wanted = v @ kernel / jnp.linalg.norm(v @ kernel)
    np.testing.assert_allclose(moved["SpectralNorm_0"]["Dense_0/kernel/u"], wanted, rtol=1e-5)


def test_samples_come_from_the_average_and_do_not_depend_on_each_other() -> None:
    member = MEMBERS["penalized"]
    state, batch = state_and_batch(member)
    state, _ = jax.jit(make_train_step(member.networks, member.recipe))(state, batch)
    keys = jax.random.split(jax.random.key(3), 4)
    latent = jax.vmap(member.networks.latent)(keys)
    wanted = member.networks.generator.apply(state.average, latent)
    np.testing.assert_allclose(
        sample(member.networks, state, jax.random.key(3), 4), wanted, rtol=1e-5
    )

    member = MEMBERS["batch_norm_generator"]
    state, _ = state_and_batch(member)
    both = sample(member.networks, state, jax.random.key(3), 2)
    assert float(jnp.abs(both[0] - both[1]).max()) > 1e-3


def test_batches_are_those_of_the_step_and_cover_the_data() -> None:
    data = Dataset(jnp.arange(20.0)[:, None], jnp.arange(20))
    batch = sample_batch(data, KEY, n_critic=3, batch_size=500)
    counts = np.bincount(np.asarray(batch.labels).ravel(), minlength=20)
    # 2000 draws with replacement: binomial with mean 100 and deviation 9.7.
    assert abs(counts - 100).max() < 5 * 9.7
    np.testing.assert_array_equal(batch.real[..., 0], batch.labels)
    assert len(np.unique(jax.random.key_data(batch.keys).reshape(-1, 2), axis=0)) == 2000


class ImageGenerator(nn.Module):
    """An unconditional generator of the wrong shape."""

    @nn.compact
    def __call__(self, latent: jax.Array) -> jax.Array:
        return nn.Dense(3)(latent)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Recipe(Wasserstein(), sgd(1.0), sgd(1.0), n_critic=-1),
            "n_critic must be an integer of at least 0",
        ),
        (lambda: Recipe(Wasserstein(), sgd(1.0), sgd(1.0), average=1.0), "decay in"),
        (lambda: changed(penalty_every=math.nan), "penalty_every must be an integer of at least 1"),
        (lambda: changed(compute_dtype="int8"), "compute_dtype is None or 'bfloat16', got 'int8'"),
        (
            lambda: create_state(
                Networks(ImageGenerator(), nets.MLPCritic(4), nets.Normal(2)),
                PENALIZED,
                KEY,
                MEMBERS["penalized"].data,
            ),
            "examples of shape \\(3,\\) but the data has \\(2,\\)",
        ),
        (
            lambda: create_state(
                MEMBERS["conditional"].networks, PENALIZED, KEY, MEMBERS["penalized"].data
            ),
            "takes labels but the data has none",
        ),
        *(
            (lambda critic=critic: with_critic(critic), message)
            for critic, message in (
                (lambda h: h, "one score per example, \\[batch\\]; it returned \\(2, 1\\)"),
                (lambda h: h.mean(0), "it returned \\(1,\\) for a batch of 2"),
                (lambda h: h[:1, 0], "it returned \\(1,\\) for a batch of 2"),
                (lambda h: h.mean(), "it returned \\(\\) for a batch of 2"),
            )
        ),
        (
            lambda: with_labels(np.zeros(5, np.int32)),
            "40 examples and labels of shape \\(5,\\)",
        ),
        (lambda: with_labels(np.full(40, 2**31)), "labels must be at most 2147483647"),
        (
            lambda: jax.eval_shape(
                make_train_step(MLP, dataclasses.replace(PENALIZED, n_critic=5)),
                *state_and_batch(MEMBERS["penalized"]),
            ),
            "batch holds 2 critic steps",
        ),
        (
            lambda: make_train_step(MLP, PENALIZED)(*with_a_key_too_many(MEMBERS["penalized"])),
            "the leaves of a batch share",
        ),
    ],
)
@pytest.mark.usefixtures("unchecked_types")
def test_what_does_not_fit_is_named(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.usefixtures("unchecked_types")
@pytest.mark.parametrize("optimizer", [optax.adam, 1e-4, None])
def test_an_optimizer_is_a_transformation(optimizer: Any) -> None:
    with pytest.raises(TypeError, match="critic_optimizer must be an optax"):
        changed(critic_optimizer=optimizer)


@pytest.mark.usefixtures("unchecked_types")
@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("networks", None, "networks must be Networks, got NoneType"),
        ("recipe", recipes.wgan_gp, "recipe must be Recipe, got function: give recipes.wgan_gp"),
        ("data", np.zeros((9, 2)), "data must be Dataset, got ndarray: give data.from_arrays"),
    ],
)
def test_a_setup_names_what_has_another_type(name: str, given: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        dataclasses.replace(MEMBERS["penalized"], **{name: given})


def test_a_state_can_be_made_inside_a_program() -> None:
    conditional = MEMBERS["conditional"]

    def create(data: Dataset) -> TrainState:
        return create_state(conditional.networks, conditional.recipe, KEY, data)

    assert int(jax.jit(create)(conditional.data).step) == 0
