"""The train step: n_critic critic steps and one generator step, a pure function."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Key

from jaxgan.training.critic import CriticFunction
from jaxgan.training.modules import MASK, apply, generate, score
from jaxgan.training.recipe import Networks, Recipe
from jaxgan.training.state import Player, TrainState
from jaxgan.types import Batch, Metrics, Variables

__all__ = ["TrainStep", "make_train_step"]

TrainStep = Callable[[TrainState, Batch], tuple[TrainState, Metrics]]


def make_train_step(networks: Networks, recipe: Recipe, axis_name: str | None = None) -> TrainStep:
    """The pure train step: as many critic steps as the batch holds, then one generator step.

    Args:
        networks: who plays.
        recipe: how they play.
        axis_name: the mapped axis over which the batch is split, for `pmap` and `vmap`; None where
            one program sees the whole batch (`jit`, also over a mesh).

    Returns:
        `(state, batch) -> (state, metrics)`, to be compiled by the caller. `batch` leaves begin
        with `[n_critic + 1, batch]`; `metrics` are those of the last critic step and of the
        generator step.

    >>> from jaxgan import architectures, data, recipes
    >>> from jaxgan.training import create_state, sample_batch
    >>> networks, recipe = architectures.mlp((2,), width=8), recipes.wgan_gp()
    >>> points = data.load("swiss_roll")
    >>> state = create_state(networks, recipe, jax.random.key(0), points)
    >>> batch = sample_batch(points, jax.random.key(1), n_critic=5, batch_size=4)
    >>> state, metrics = jax.jit(make_train_step(networks, recipe))(state, batch)
    >>> int(state.step), "critic/gap" in metrics
    (1, True)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Algorithm 1.
    https://arxiv.org/abs/1704.00028
    """
    critic_step = functools.partial(_critic_step, networks, recipe, axis_name)

    def train_step(state: TrainState, batch: Batch) -> tuple[TrainState, Metrics]:
        _check_batch(recipe, batch)
        metrics: Metrics = {}
        n_critic = batch.keys.shape[0] - 1
        before = state.critic
        if n_critic:
            turns = _turns(networks, recipe, axis_name, state, batch)
            state, history = jax.lax.scan(critic_step, state, turns)
            metrics = jax.tree.map(lambda x: x[-1], history)
        critic, entry = (before, 0) if recipe.simultaneous else (state.critic, -1)
        turn = jax.tree.map(lambda x: x[entry], batch)
        state, of_generator = _generator_step(networks, recipe, axis_name, state, critic, turn)
        return state._replace(step=state.step + 1), metrics | of_generator

    return train_step


class _Turn(NamedTuple):
    """What one critic step needs; `index` is its place in a run with this many of them per step.

    `masks` are the dropout keys of its real pass, of its fake pass and of its penalties.
    """

    index: Array
    real: Array
    fake: Array
    labels: Array | None
    keys: Key[Array, " batch"]
    masks: tuple[Array, Array, Array]


def _check_batch(recipe: Recipe, batch: Batch) -> None:
    given = batch.keys.shape[0] - 1
    if isinstance(recipe.n_critic, int) and given != recipe.n_critic:
        raise ValueError(
            f"batch holds {given} critic steps but the recipe has n_critic={recipe.n_critic}: its "
            "leaves must begin with [n_critic + 1, batch], see sample_batch"
        )


def _turns(
    networks: Networks, recipe: Recipe, axis_name: str | None, state: TrainState, batch: Batch
) -> _Turn:
    """The critic steps' inputs. One pass makes all fakes: the generator stands still meanwhile.

    `vmap` over the steps leaves each its own batch statistics.
    """
    turns = jax.tree.map(lambda x: x[:-1], batch)
    generator = {"params": state.generator.params, **state.generator.stats}
    latent_keys, penalty_keys = jax.vmap(_split_each)(turns.keys)

    def fakes(keys: Array, labels: Array | None) -> Array:
        options = {"train": True, "axis_name": axis_name, "dtype": recipe.compute_dtype}
        return generate(networks, generator, keys, labels, **options)[0]

    n_critic = turns.keys.shape[0]
    index = state.step * n_critic + jnp.arange(n_critic)
    fake = jax.vmap(fakes)(latent_keys, turns.labels)
    masks = jax.vmap(_masks)(penalty_keys)
    return _Turn(index, turns.real, fake, turns.labels, penalty_keys, masks)


def _critic_step(
    networks: Networks, recipe: Recipe, axis_name: str | None, state: TrainState, turn: _Turn
) -> tuple[TrainState, Metrics]:
    player = state.critic
    objective = recipe.objective.given(_whole(turn.real, axis_name), _whole(turn.fake, axis_name))
    options = {"train": True, "axis_name": axis_name}

    def loss(params: Variables) -> tuple[Array, tuple[Variables, Metrics]]:
        variables = {"params": params, **player.stats}

        def critic(x: Array, masks: Array) -> tuple[Array, Variables]:
            dtype = recipe.compute_dtype
            return apply(
                networks.critic, variables, x, turn.labels, keys=masks, dtype=dtype, **options
            )

        # One pass for real and fake; `vmap` leaves each its own statistics. Both start from those
        # of the step, and their mean leaves it: one step is one iteration of a spectral norm.
        both = jnp.stack([turn.real, turn.fake])
        scores, stats = jax.vmap(critic)(both, jnp.stack(turn.masks[:2]))
        real_scores, fake_scores = (_whole(part, axis_name) for part in scores)
        adversarial = objective.critic_loss(real_scores, fake_scores)

        def witness(scores: Array) -> Array:
            return objective.witness(scores, real_scores, fake_scores)

        def drawn(x: Array, masks: Array) -> tuple[Array, Array | None]:
            scores, features = score(
                networks.critic, variables, x, turn.labels, keys=masks, **options
            )
            return witness(scores), features

        penalty = _mean(_penalty(recipe, CriticFunction(drawn, turn.masks[2]), turn), axis_name)
        metrics = {
            "critic/loss": adversarial + penalty,
            "critic/penalty": penalty,
            "critic/gap": witness(real_scores).mean() - witness(fake_scores).mean(),
        }
        stats = jax.tree.map(lambda x: x.mean(axis=0), stats)
        return adversarial + penalty, (stats, metrics)

    gradients, (stats, metrics) = jax.grad(loss, has_aux=True)(player.params)
    player, norms = _update("critic", recipe.critic_optimizer, player, gradients, axis_name)
    return state._replace(critic=player._replace(stats=_mean(stats, axis_name))), metrics | norms


def _penalty(recipe: Recipe, critic: CriticFunction, turn: _Turn) -> Array:
    """The sum of the penalties, in float32; every k-th step k times, if they are lazy."""
    if recipe.remat:
        critic = critic._replace(run=jax.checkpoint(critic.run))

    def total() -> Array:
        penalty = jnp.zeros(())
        for index, term in enumerate(recipe.penalties):
            keys = jax.vmap(jax.random.fold_in, (0, None))(turn.keys, index)
            penalty += term(critic, turn.real, turn.fake, keys)
        return penalty

    every = recipe.penalty_every
    if every == 1:
        return total()
    return jax.lax.cond(turn.index % every == 0, lambda: every * total(), lambda: jnp.zeros(()))


def _generator_step(
    networks: Networks,
    recipe: Recipe,
    axis_name: str | None,
    state: TrainState,
    opponent: Player,
    batch: Batch,
) -> tuple[TrainState, Metrics]:
    player = state.generator
    latent_keys, penalty_keys = _split_each(batch.keys)
    masks = _masks(penalty_keys)
    options = {"train": True, "axis_name": axis_name, "dtype": recipe.compute_dtype}
    critic = functools.partial(
        apply,
        networks.critic,
        {"params": opponent.params, **opponent.stats},
        labels=batch.labels,
        **options,
    )

    def loss(params: Variables) -> tuple[Array, Variables]:
        variables = {"params": params, **player.stats}
        fake, stats = generate(networks, variables, latent_keys, batch.labels, **options)
        real_scores, _ = critic(x=batch.real, keys=masks[0])
        fake_scores, _ = critic(x=fake, keys=masks[1])
        whole = functools.partial(_whole, axis_name=axis_name)
        objective = recipe.objective.given(whole(batch.real), whole(fake))
        return objective.generator_loss(whole(real_scores), whole(fake_scores)), stats

    (value, stats), gradients = jax.value_and_grad(loss, has_aux=True)(player.params)
    player, norms = _update("generator", recipe.generator_optimizer, player, gradients, axis_name)
    player = player._replace(stats=_mean(stats, axis_name))
    average = state.average
    if average is not None:
        new = {"params": player.params, **player.stats}
        average = optax.incremental_update(new, average, 1 - recipe.average)
    state = state._replace(generator=player, average=average)
    return state, {"generator/loss": value} | norms


def _update(
    name: str,
    optimizer: optax.GradientTransformation,
    player: Player,
    gradients: Variables,
    axis_name: str | None,
) -> tuple[Player, Metrics]:
    gradients = _mean(gradients, axis_name)
    updates, opt_state = optimizer.update(gradients, player.opt_state, player.params)
    player = player._replace(
        params=optax.apply_updates(player.params, updates), opt_state=opt_state
    )
    norms = {"gradient_norm": _norm(gradients), "update_norm": _norm(updates)}
    return player, {f"{name}/{quantity}": norm for quantity, norm in norms.items()}


def _norm(tree: Any) -> Array:
    """The Euclidean norm of all leaves; products compile in half the time of sums of squares."""
    return jnp.sqrt(sum(jnp.vdot(x, x) for x in jax.tree.leaves(tree)))


def _mean(tree: Any, axis_name: str | None) -> Any:
    return jax.lax.pmean(tree, axis_name) if axis_name else tree


def _whole(scores: Array, axis_name: str | None) -> Array:
    """The whole batch, so that an objective may be any statistic of its scores."""
    return jax.lax.all_gather(scores, axis_name, tiled=True) if axis_name else scores


def _masks(keys: Key[Array, " batch"]) -> tuple[Array, Array, Array]:
    """Dropout keys of three passes through the critic."""
    return jax.vmap(lambda key: tuple(jax.random.split(jax.random.fold_in(key, MASK), 3)))(keys)


def _split_each(keys: Key[Array, " batch"]) -> tuple[Array, Array]:
    first, second = jax.vmap(lambda key: tuple(jax.random.split(key)))(keys)
    return first, second
