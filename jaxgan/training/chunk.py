"""Many steps in one program: draw a batch, take a step, discard it if it diverged."""

from __future__ import annotations

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Key

from jaxgan.training.draws import Block, sample_batch
from jaxgan.training.kept import keep_programs
from jaxgan.training.parts import check_parts
from jaxgan.training.recipe import Recipe
from jaxgan.training.state import TrainState, create_state
from jaxgan.training.step import TrainStep, make_train_step
from jaxgan.training.threefry import unrolled
from jaxgan.types import Batch, Dataset, Metrics, Networks

__all__ = ["first_step", "take_steps", "train_chunk"]


def first_step(
    networks: Networks, recipe: Recipe, data: Dataset, batch_size: int, key: Key[Array, ""]
) -> tuple[TrainState, Metrics]:
    """Initializes both networks and takes one step; traced, it is all of a training's arithmetic.

    Args:
        networks: generator, critic and latent distribution.
        recipe: the training settings.
        data: the data set.
        batch_size: examples per critic step.
        key: the key of the parameters and of the batch.

    Returns:
        The state after the step, and its metrics.

    Raises:
        TypeError: networks, recipe or data have another type.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> run = functools.partial(
    ...     first_step, presets.mlp((2,), width=8), recipes.wgan_gp(), data.load("swiss_roll"), 4
    ... )
    >>> state, metrics = jax.eval_shape(run, jax.random.key(0))
    >>> state.step.shape, "critic/gap" in metrics
    ((), True)
    """
    check_parts(networks=networks, recipe=recipe, data=data)
    state_key, key = jax.random.split(key)
    key = unrolled(key)  # as in `take_steps`, so that the step is traced once for both
    state = create_state(networks, recipe, state_key, data)
    size = {"batch_size": batch_size, "generator_batches": recipe.generator_batches}
    batch = sample_batch(data, key, n_critic=recipe.critic_steps(0), **size)
    return _train_step(networks, recipe, None)(state, batch)


def train_chunk(
    networks: Networks,
    recipe: Recipe,
    state: TrainState,
    data: Dataset | Block,
    key: Key[Array, ""],
    length: Array | int,
    *,
    batch_size: int,
    n_critic: int,
    capacity: int,
    axis_name: str | None = None,
    share: Callable[[Batch], Batch] = lambda batch: batch,
) -> tuple[TrainState, Metrics]:
    """Many train steps in one program, with data, keys and loop on the device.

    Step t draws its batch from `fold_in(key, t)`. A step has diverged if one of its metrics is not
    finite, or if a finite number of the state becomes non-finite. It is discarded: the state stays
    the last finite one, and its `step` is the number of the step that diverged. The length is an
    argument of the compiled program, so chunks of any length run the same instructions: n steps
    equal k steps followed by n - k steps, bit for bit.

    Args:
        networks: generator, critic and latent distribution.
        recipe: the training settings.
        state: the state to start from.
        data: the whole data set, or the examples of these steps.
        key: the key of the run.
        length: steps to take, at most `capacity`.
        batch_size: examples per critic step.
        n_critic: critic steps per generator step in this chunk.
        capacity: the size of the returned metrics.
        axis_name: see `make_train_step`.
        share: function of a whole batch that returns this device's part.

    Returns:
        The state after the chunk and the metrics of its steps, `[capacity]` each, zero from
        `length` on.

    Raises:
        TypeError: networks, recipe or data have another type.
    """
    check_parts(networks=networks, recipe=recipe)
    if not isinstance(data, Block):
        check_parts(data=data)
    more = recipe.generator_batches
    size = {"batch_size": batch_size, "n_critic": n_critic, "generator_batches": more}
    step = _train_step(networks, recipe, axis_name)
    return take_steps(step, state, data, key, length, capacity, share, **size)


def take_steps(
    step: TrainStep,
    state: TrainState,
    data: Dataset | Block,
    key: Key[Array, ""],
    length: Array | int,
    capacity: int,
    share: Callable[[Batch], Batch] = lambda batch: batch,
    **size: int,
) -> tuple[TrainState, Metrics]:
    """`train_chunk` with a train step of your own, for instance one whose settings are traced.

    Args:
        step: the train step.
        state: the state to start from.
        data: the whole data set, or the examples of these steps.
        key: the key of the run.
        length: steps to take, at most `capacity`.
        capacity: the size of the returned metrics.
        share: function of a whole batch that returns this device's part.
        **size: batch_size, n_critic and generator_batches of a step, see `sample_batch`.

    Returns:
        The state after the chunk and the metrics of its steps, `[capacity]` each, zero from
        `length` on.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> networks, recipe = presets.mlp((2,), width=8), recipes.wgan_gp()
    >>> points, step = data.load("swiss_roll"), make_train_step(networks, recipe)
    >>> state = create_state(networks, recipe, jax.random.key(0), points)
    >>> run = functools.partial(take_steps, step, capacity=8, batch_size=4, n_critic=5)
    >>> state, history = jax.eval_shape(run, state, points, jax.random.key(1), 2)
    >>> history["critic/gap"].shape
    (8,)
    """
    key = unrolled(key)

    @functools.partial(jax.jit, inline=True)  # so that it is traced once
    def propose(state: TrainState) -> tuple[TrainState, Metrics]:
        step_key = jax.random.fold_in(key, state.step)
        if isinstance(data, Block):
            batch = data.batch(state.step, step_key)
        else:
            batch = sample_batch(data, step_key, **size)
        return step(state, share(batch))

    def body(index: Array, carry: tuple[TrainState, Metrics]) -> tuple[TrainState, Metrics]:
        state, history = carry
        proposal, metrics = propose(state)
        finite = jnp.isfinite(jnp.stack(jax.tree.leaves(metrics))).all() & _kept(state, proposal)
        state = jax.tree.map(functools.partial(jnp.where, finite), proposal, state)
        return state, jax.tree.map(lambda h, m: h.at[index].set(m), history, metrics)

    _, shapes = jax.eval_shape(propose, state)
    history = jax.tree.map(lambda metric: jnp.zeros(capacity, metric.dtype), shapes)
    return jax.lax.fori_loop(0, length, body, (state, history))


@keep_programs
def _train_step(networks: Networks, recipe: Recipe, axis_name: str | None) -> TrainStep:
    """The train step, traced once for all programs that contain it."""
    return jax.jit(make_train_step(networks, recipe, axis_name), inline=True)


def _kept(before: TrainState, after: TrainState) -> Array:
    """Whether finite numbers of the state are still finite; optimizers may start at infinity."""

    def lost(old: Array, new: Array) -> Array:
        return (jnp.isfinite(old) & ~jnp.isfinite(new)).any()

    pairs = zip(jax.tree.leaves(before), jax.tree.leaves(after), strict=True)
    floats = [lost(*pair) for pair in pairs if jnp.issubdtype(pair[0].dtype, jnp.inexact)]
    # Negated once stacked: XLA turns `any` of n stacked flags into n operations, which it repeats
    # in the update of each of the n leaves.
    return (~jnp.stack(floats)).all()
