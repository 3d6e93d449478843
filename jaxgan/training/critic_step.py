"""One step of the critic: its loss, the penalties nested inside, and one step of its optimizer."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int, Key

from jaxgan.networks.packed import pack_size, packs
from jaxgan.penalties.settings import at_step
from jaxgan.training.axis import gather, mean
from jaxgan.training.critic import CriticFunction
from jaxgan.training.keys import split_keys
from jaxgan.training.modules import apply, fakes, scores_and_features
from jaxgan.training.parts import check_parts
from jaxgan.training.recipe import Recipe
from jaxgan.training.state import Player, TrainState
from jaxgan.training.update import update
from jaxgan.types import Batch, Metrics, Networks, Variables

__all__ = ["CriticInputs", "critic_inputs", "critic_step", "descend"]


class CriticInputs(NamedTuple):
    """The inputs of one critic step, `[batch, ...]` each.

    Attributes:
        index: number of the critic step within the whole run, `[]`, for lazy penalties.
        real: real examples.
        fake: generated examples.
        labels: labels of both, or None.
        keys: keys of the penalties.
        masks: dropout keys of the real pass, the fake pass and the penalties.
    """

    index: Int[Array, ""]
    real: Array
    fake: Array
    labels: Array | None
    keys: Key[Array, " batch"]
    masks: tuple[Array, Array, Array]


def critic_step(
    networks: Networks,
    recipe: Recipe,
    state: TrainState,
    batch: Batch,
    axis_name: str | None = None,
) -> tuple[TrainState, Metrics]:
    """One step of the critic against the current generator.

    Args:
        networks: the networks of the state.
        recipe: the training settings.
        state: the state before the step; its `step` counts generator steps and does not change.
        batch: leaves begin with `[batch]`.
        axis_name: see `make_train_step`.

    Returns:
        The state with the updated critic, and the metrics of the step.

    Raises:
        TypeError: networks or recipe have another type.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> from jaxgan.training import create_state, sample_batch
    >>> networks, recipe = presets.mlp((2,), width=8), recipes.wgan_gp()
    >>> points = data.load("swiss_roll")
    >>> state = create_state(networks, recipe, jax.random.key(0), points)
    >>> batch = sample_batch(points, jax.random.key(1), n_critic=0, batch_size=4)
    >>> first = jax.tree.map(lambda x: x[0], batch)
    >>> state, metrics = critic_step(networks, recipe, state, first)
    >>> int(state.step), "critic/penalty" in metrics
    (0, True)
    """
    check_parts(networks=networks, recipe=recipe)
    one = jax.tree.map(lambda x: x[None], batch)
    inputs = jax.tree.map(lambda x: x[0], critic_inputs(networks, recipe, state, one, axis_name))
    critic, metrics = descend(networks, recipe, state.critic, inputs, axis_name)
    return state._replace(critic=critic), metrics


def critic_inputs(
    networks: Networks, recipe: Recipe, state: TrainState, batch: Batch, axis_name: str | None
) -> CriticInputs:
    """The inputs of several critic steps at once, `[n_critic, batch, ...]`.

    One pass generates all fakes, since the generator does not change between critic steps; `vmap`
    over the critic steps keeps their batch statistics separate.
    """
    keys = jax.vmap(split_keys)(batch.keys)

    def of_one_step(keys: Array, labels: Array | None) -> Array:
        options = {"train": True, "axis_name": axis_name, "dtype": recipe.compute_dtype}
        return fakes(networks, state.generator.variables, keys, labels, **options)[0]

    n_critic = batch.keys.shape[0]
    index = state.step * n_critic + jnp.arange(n_critic)
    fake = jax.vmap(of_one_step)(keys.latent, batch.labels)
    return CriticInputs(index, batch.real, fake, batch.labels, keys.penalty, keys.masks)


def descend(
    networks: Networks,
    recipe: Recipe,
    player: Player,
    inputs: CriticInputs,
    axis_name: str | None,
) -> tuple[Player, Metrics]:
    """The critic after one step of its optimizer on these inputs, and the metrics of the step."""
    real, fake, labels = inputs.real, inputs.fake, inputs.labels
    packed = _in_packs(inputs, pack_size(networks.critic))
    objective = recipe.objective.bind(*(gather(x, axis_name) for x in (packed.real, packed.fake)))
    options = {"train": True, "axis_name": axis_name}

    def loss(params: Variables) -> tuple[Array, tuple[Variables, Metrics]]:
        variables = {"params": params, **player.stats}

        def scores_and_stats(x: Array, masks: Array) -> tuple[Array, Variables]:
            half = {"keys": masks, "dtype": recipe.compute_dtype}
            return apply(networks.critic, variables, x, labels, **half, **options)

        # One pass for real and fake; `vmap` keeps their statistics separate. Both start from the
        # same statistics and their mean is stored: one step is one iteration of a spectral norm.
        both, masks = jnp.stack([real, fake]), jnp.stack(inputs.masks[:2])
        scores, stats = jax.vmap(scores_and_stats)(both, masks)
        real_scores, fake_scores = (gather(part, axis_name) for part in scores)

        def witness(scores: Array) -> Array:
            return objective.witness(scores, real_scores, fake_scores)

        def run(x: Array, masks: Array) -> tuple[Array, Array | None]:
            x, masks = _as_examples(x, masks, real.ndim)
            given = {"labels": labels, "keys": masks, **options}
            scores, features = scores_and_features(networks.critic, variables, x, **given)
            return witness(scores), features

        adversarial = objective.critic_loss(real_scores, fake_scores)
        penalty = mean(_penalty(recipe, CriticFunction(run, packed.masks[2]), packed), axis_name)
        metrics = {
            "critic/loss": adversarial + penalty,
            "critic/penalty": penalty,
            "critic/gap": witness(real_scores).mean() - witness(fake_scores).mean(),
        }
        return adversarial + penalty, (jax.tree.map(lambda x: x.mean(axis=0), stats), metrics)

    gradients, (stats, metrics) = jax.grad(loss, has_aux=True)(player.params)
    moved = gradients, stats, metrics["critic/loss"]
    player, norms = update("critic", recipe.critic_optimizer, player, *moved, axis_name)
    return player, metrics | norms


def _in_packs(inputs: CriticInputs, m: int) -> CriticInputs:
    """The inputs of penalties: a pack of m examples is an example, with the key of its first."""
    if m == 1:
        return inputs
    *of_scores, of_penalties = inputs.masks
    return inputs._replace(
        real=packs(inputs.real, m),
        fake=packs(inputs.fake, m),
        keys=inputs.keys[::m],
        masks=(*of_scores, of_penalties[::m]),
    )


def _as_examples(x: Array, keys: Array, rank: int) -> tuple[Array, Array]:
    """Packs as single examples, `[batch, ...]` with this rank, each with the key of its pack."""
    if x.ndim == rank:
        return x, keys
    return x.reshape(-1, *x.shape[2:]), jnp.repeat(keys, x.shape[1])


def _penalty(recipe: Recipe, critic: CriticFunction, inputs: CriticInputs) -> Array:
    """The sum of the penalties, in float32; if lazy, k times the sum at every k-th step only."""
    if recipe.remat:
        critic = critic._replace(run=jax.checkpoint(critic.run))

    def total() -> Array:
        penalty = jnp.zeros(())
        for index, term in enumerate(recipe.penalties):
            keys = jax.vmap(jax.random.fold_in, (0, None))(inputs.keys, index)
            penalty += at_step(term, inputs.index)(critic, inputs.real, inputs.fake, keys)
        return penalty

    every = recipe.penalty_every
    if every == 1:
        return total()
    return jax.lax.cond(inputs.index % every == 0, lambda: every * total(), lambda: jnp.zeros(()))
