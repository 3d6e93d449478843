"""The train step: n_critic critic steps and one generator step, a pure function."""

from __future__ import annotations

from collections.abc import Callable

import chex
import jax
import jax.numpy as jnp
from jaxtyping import Array

from jaxgan.training.critic_step import CriticInputs, critic_inputs, descend
from jaxgan.training.generator_step import generator_step
from jaxgan.training.parts import check_parts
from jaxgan.training.recipe import Recipe
from jaxgan.training.state import Player, TrainState
from jaxgan.types import Batch, Metrics, Networks

__all__ = ["TrainStep", "make_train_step"]

TrainStep = Callable[[TrainState, Batch], tuple[TrainState, Metrics]]


def make_train_step(networks: Networks, recipe: Recipe, axis_name: str | None = None) -> TrainStep:
    """The pure train step: as many critic steps as the batch holds, then one generator step.

    Args:
        networks: generator, critic and latent distribution.
        recipe: the training settings.
        axis_name: the mapped axis over which the batch is split, for `pmap` and `vmap`; None if
            one program sees the whole batch (`jit`, also over a mesh).

    Returns:
        `(state, batch) -> (state, metrics)`, to be compiled by the caller. `batch` leaves begin
        with `[n_critic + generator_batches, batch]`; `metrics` are those of the last critic step
        and of the generator step.

    Raises:
        TypeError: networks or recipe have another type.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> from jaxgan.training import create_state, sample_batch
    >>> networks, recipe = presets.mlp((2,), width=8), recipes.wgan_gp()
    >>> points = data.load("swiss_roll")
    >>> state = create_state(networks, recipe, jax.random.key(0), points)
    >>> batch = sample_batch(points, jax.random.key(1), n_critic=5, batch_size=4)
    >>> state, metrics = jax.jit(make_train_step(networks, recipe))(state, batch)
    >>> int(state.step), "critic/gap" in metrics
    (1, True)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Algorithm 1.
    https://arxiv.org/abs/1704.00028
    """
    check_parts(networks=networks, recipe=recipe)

    def one_critic_step(critic: Player, inputs: CriticInputs) -> tuple[Player, Metrics]:
        return descend(networks, recipe, critic, inputs, axis_name)

    def train_step(state: TrainState, batch: Batch) -> tuple[TrainState, Metrics]:
        of_critic, of_generator = _halves(recipe, batch)
        metrics: Metrics = {}
        before = state.critic
        if len(of_critic.keys):
            inputs = critic_inputs(networks, recipe, state, of_critic, axis_name)
            critic, history = jax.lax.scan(one_critic_step, state.critic, inputs)
            state = state._replace(critic=critic)
            metrics = jax.tree.map(lambda x: x[-1], history)
        opponent = before if recipe.simultaneous else state.critic
        state, others = generator_step(
            networks, recipe, state, of_generator, axis_name, opponent=opponent
        )
        return state, metrics | others

    return train_step


def _halves(recipe: Recipe, batch: Batch) -> tuple[Batch, Batch]:
    """The critic's part of a batch, `[n_critic, batch]`, and the generator's, `[batch]`."""
    chex.assert_equal_shape_prefix(
        jax.tree.leaves(batch),
        2,
        custom_message="the leaves of a batch share [n_critic + generator_batches, batch]",
        exception_type=ValueError,
    )
    more = recipe.generator_batches
    n_critic = batch.keys.shape[0] - more
    if n_critic < 0 or (isinstance(recipe.n_critic, int) and n_critic != recipe.n_critic):
        raise ValueError(
            f"batch holds {n_critic} critic steps but the recipe has n_critic={recipe.n_critic}: "
            "its leaves must begin with [n_critic + generator_batches, batch], see sample_batch"
        )

    entries = (0,) if recipe.simultaneous else range(n_critic, n_critic + more)

    def together(x: Array) -> Array:
        # Examples first, so that each device keeps its own. JAX's check of key reuse does not
        # follow a transposition of keys.
        parts = [x[entry][:, None] for entry in entries]
        return jnp.concatenate(parts, axis=1).reshape(-1, *x.shape[2:])

    return jax.tree.map(lambda x: x[:n_critic], batch), jax.tree.map(together, batch)
