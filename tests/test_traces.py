"""A step is traced once, and is the same with and without `jit` and under `pmap`; uses chex."""

from __future__ import annotations

import dataclasses
import functools
import gc
import weakref
from typing import Any

import chex
import jax
import jax.numpy as jnp
import optax
import pytest

from jaxgan.recipes import wgan_gp
from jaxgan.runs.devices import compile_chunk
from jaxgan.training import (
    Player,
    TrainState,
    chunk,
    create_state,
    make_train_step,
    sample_batch,
)
from tests.members import MEMBERS, MLP, NETWORKS, RECIPES

pytestmark = pytest.mark.usefixtures("unchecked_types")


def start(setup: Any) -> tuple[Any, Any]:
    """A state and a batch for a setup."""
    state = create_state(setup.networks, setup.recipe, jax.random.key(0), setup.data)
    n = setup.recipe.critic_steps(0) + setup.recipe.generator_batches - 1
    batch = sample_batch(setup.data, jax.random.key(1), n_critic=n, batch_size=8)
    return state, batch


@pytest.mark.parametrize("name", RECIPES)
def test_a_step_returns_a_state_of_the_types_that_it_takes(name: str) -> None:
    # Otherwise the second step is compiled again.
    setup = dataclasses.replace(
        MEMBERS["penalized"], recipe=RECIPES[name], networks=NETWORKS.get(name, MLP)
    )
    state, batch = start(setup)
    after, _ = jax.eval_shape(make_train_step(setup.networks, setup.recipe), state, batch)
    chex.assert_trees_all_equal_shapes_and_dtypes(state, after)


@pytest.mark.parametrize("name", MEMBERS)
def test_three_steps_are_traced_once(name: str) -> None:
    setup = MEMBERS[name]
    step = make_train_step(setup.networks, setup.recipe)
    chex.clear_trace_counter()
    step = jax.jit(chex.assert_max_traces(step, n=1))
    state, batch = start(setup)
    for _ in range(3):
        state, _ = step(state, batch)
    assert int(state.step) == 3


def test_the_step_of_identity_and_chunk_is_traced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    setup, traces = MEMBERS["penalized"], []
    make = chunk.make_train_step

    def counted(*arguments: Any) -> Any:
        step = make(*arguments)
        return lambda state, batch: traces.append(1) or step(state, batch)

    monkeypatch.setattr(chunk, "make_train_step", counted)
    chunk._train_step.cache_clear()
    networks, recipe, data, key = setup.networks, setup.recipe, setup.data, jax.random.key(0)
    state = create_state(networks, recipe, key, data)
    size = {"batch_size": 8, "n_critic": recipe.critic_steps(0), "capacity": 4}
    jax.eval_shape(functools.partial(chunk.first_step, networks, recipe, data, 8), key)
    jax.eval_shape(
        functools.partial(chunk.train_chunk, networks, recipe, **size), state, data, key, 2
    )
    chunk._train_step.cache_clear()
    assert len(traces) == 1


def test_a_chunk_grows_with_the_leaves_and_not_with_their_square() -> None:
    # XLA repeats a cheap decision in each leaf's update: `any` of stacked flags made n^2
    # instructions, half of the time in which a residual network was compiled.
    points, key = MEMBERS["penalized"].data, jax.random.key(0)

    def instructions(leaves: int) -> int:
        params = {str(i): jnp.zeros(()) for i in range(leaves)}
        player = Player(params, {}, optax.EmptyState())
        state = TrainState(jnp.zeros((), jnp.int32), player, player, None)

        def step(state: TrainState, batch: Any) -> tuple[TrainState, dict[str, jax.Array]]:
            moved = jax.tree.map(lambda leaf: leaf + batch.real.mean(), state)
            return moved._replace(step=state.step + 1), {"mean": batch.real.mean()}

        run = functools.partial(chunk.take_steps, step, batch_size=2, n_critic=1)
        program = jax.jit(functools.partial(run, capacity=2)).lower(state, points, key, 2)
        return program.compile().as_text().count(" = ")

    few, more, most = (instructions(leaves) for leaves in (10, 20, 40))
    assert most - more < 3 * (more - few)  # twice for a line, four times for a square


class Variants(chex.TestCase):
    """The step with and without `jit`, and on every device with the same batch."""

    @chex.variants(with_jit=True, without_jit=True, with_pmap=True)
    def test_it_is_the_same_step(self) -> None:
        setup = MEMBERS["penalized"]
        step = make_train_step(setup.networks, setup.recipe)
        state, batch = start(setup)
        wanted = jax.jit(step)(state, batch)
        chex.assert_trees_all_close(self.variant(step)(state, batch), wanted, rtol=1e-5, atol=1e-6)


def test_a_process_keeps_few_programs() -> None:
    # All programs of a long sweep would exceed the memory maps of Linux: the process would end.
    recipes = [wgan_gp(weight=float(weight)) for weight in range(1, 40)]
    programs = [
        weakref.ref(compile_chunk(MLP, recipe, batch_size=4, n_critic=5, capacity=1))
        for recipe in recipes
    ]
    gc.collect()
    assert sum(program() is not None for program in programs) == 16
