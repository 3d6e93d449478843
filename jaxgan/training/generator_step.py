"""One step of the generator: its loss, one step of its optimizer, its moving average."""

from __future__ import annotations

import jax
import optax
from jaxtyping import Array

from jaxgan.networks.packed import pack_size, packs
from jaxgan.training.axis import gather
from jaxgan.training.keys import split_keys
from jaxgan.training.modules import apply, fakes
from jaxgan.training.recipe import Recipe
from jaxgan.training.state import Player, TrainState
from jaxgan.training.update import update
from jaxgan.types import Batch, Metrics, Networks, Variables

__all__ = ["generator_step"]


def generator_step(
    networks: Networks,
    recipe: Recipe,
    state: TrainState,
    batch: Batch,
    axis_name: str | None = None,
    *,
    opponent: Player | None = None,
) -> tuple[TrainState, Metrics]:
    """One step of the generator against the current critic.

    Args:
        networks: the networks of the state.
        recipe: the training settings.
        state: the state before the step.
        batch: leaves begin with `[batch]`.
        axis_name: see `make_train_step`.
        opponent: the critic to use instead of the state's, for simultaneous steps.

    Returns:
        The state with updated generator, moving average and step, and the metrics of the step.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> from jaxgan.training import create_state, sample_batch
    >>> networks, recipe = presets.mlp((2,), width=8), recipes.wgan_gp()
    >>> points = data.load("swiss_roll")
    >>> state = create_state(networks, recipe, jax.random.key(0), points)
    >>> batch = sample_batch(points, jax.random.key(1), n_critic=0, batch_size=4)
    >>> first = jax.tree.map(lambda x: x[0], batch)
    >>> state, metrics = generator_step(networks, recipe, state, first)
    >>> int(state.step), "generator/loss" in metrics
    (1, True)
    """
    player, critic = state.generator, opponent or state.critic
    keys, m = split_keys(batch.keys), pack_size(networks.critic)
    options = {"train": True, "axis_name": axis_name, "dtype": recipe.compute_dtype}

    def scores(x: Array, masks: Array) -> Array:
        variables = critic.variables
        one, _ = apply(networks.critic, variables, x, batch.labels, keys=masks, **options)
        return gather(one, axis_name)

    def loss(params: Variables) -> tuple[Array, Variables]:
        variables = {"params": params, **player.stats}
        fake, stats = fakes(networks, variables, keys.latent, batch.labels, **options)
        pairs = (gather(packs(x, m), axis_name) for x in (batch.real, fake))
        objective = recipe.objective.bind(*pairs)
        both = scores(batch.real, keys.masks[0]), scores(fake, keys.masks[1])
        return objective.generator_loss(*both), stats

    (value, stats), gradients = jax.value_and_grad(loss, has_aux=True)(player.params)
    optimizer = recipe.generator_optimizer
    player, norms = update("generator", optimizer, player, gradients, stats, value, axis_name)
    average = state.average
    if average is not None:
        decay = recipe.average(state.step) if callable(recipe.average) else recipe.average
        average = optax.incremental_update(player.variables, average, 1 - decay)
    state = state._replace(step=state.step + 1, generator=player, average=average)
    return state, {"generator/loss": value} | norms
