"""Dropout with one key per example, the last hidden layer, and simultaneous steps."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from jaxgan import networks as nets
from jaxgan.objectives import NonSaturating, Wasserstein
from jaxgan.optimizers import sgd
from jaxgan.penalties import Consistency
from jaxgan.training import Recipe, create_state, make_train_step, sample_batch
from jaxgan.training.modules import apply, scores_and_features
from tests.members import MEMBERS, MLP

KEY = jax.random.key(0)
CRITIC = nets.MLPCritic(64, 2, dropout=0.5)
X = jax.random.normal(jax.random.key(1), (8, 2))
KEYS = jax.random.split(jax.random.key(2), 8)
VARIABLES = CRITIC.init(KEY, X, train=False)


def scores(x: jax.Array, keys: jax.Array, train: bool = True) -> jax.Array:
    return apply(CRITIC, VARIABLES, x, None, train=train, keys=keys)[0]


def test_an_examples_mask_is_its_own() -> None:
    # A mask depends neither on the rest of the batch nor on the position of the example in it.
    whole = scores(X, KEYS)
    np.testing.assert_allclose(scores(X[5:2:-1], KEYS[5:2:-1]), whole[5:2:-1], rtol=1e-6)
    assert bool((scores(X, KEYS[::-1]) != whole).all())


def test_masks_differ_between_layers_and_keep_the_mean() -> None:
    class Twice(nn.Module):
        @nn.compact
        def __call__(self, x: jax.Array, train: bool) -> jax.Array:
            first = nn.Dropout(0.25, deterministic=not train)(x)
            return jnp.stack([first, nn.Dropout(0.25, deterministic=not train)(x)])

    ones = jnp.ones((4000, 2))
    first, second = apply(
        Twice(), {"params": {}}, ones, None, train=True, keys=jax.random.split(KEY, 4000)
    )[0]
    assert set(np.unique(first)) == {np.float32(0), np.float32(1 / 0.75)}
    # 8,000 draws that are kept with 3/4: a mean of 1 with deviation sqrt(1/3 / 8000) = 0.0065.
    assert abs(float(first.mean()) - 1) < 5 * 0.0065
    # Independent masks agree in 9/16 + 1/16 of the positions, deviation 0.0054.
    assert abs(float((first == second).mean()) - 10 / 16) < 5 * 0.0054


def test_no_dropout_in_evaluation_nor_without_a_rate() -> None:
    plain = nets.MLPCritic(64, 2).apply(VARIABLES, X)
    np.testing.assert_allclose(scores(X, KEYS, train=False), plain, rtol=1e-6)


def test_features_are_the_input_of_the_last_dense_layer() -> None:
    options: dict[str, Any] = {"train": False, "keys": None, "axis_name": None}
    found, features = scores_and_features(CRITIC, VARIABLES, X, None, **options)
    last = VARIABLES["params"]["Dense_2"]
    assert features is not None
    np.testing.assert_allclose((features @ last["kernel"])[:, 0] + last["bias"], found, rtol=1e-4)


def test_a_critic_without_a_dense_layer_is_named() -> None:
    class Sum(nn.Module):
        @nn.compact
        def __call__(self, x: jax.Array) -> jax.Array:
            return x.sum(axis=1) * self.param("scale", nn.initializers.ones, ())

    recipe = Recipe(Wasserstein(), sgd(0.1), sgd(0.1), (Consistency(),))
    networks, data = dataclasses.replace(MLP, critic=Sum()), MEMBERS["penalized"].data
    state = create_state(networks, recipe, KEY, data)
    batch = sample_batch(data, KEY, n_critic=1, batch_size=4)
    with pytest.raises(ValueError, match="features, which are not known"):
        jax.eval_shape(make_train_step(networks, recipe), state, batch)


def test_consistency_is_what_two_masks_make_of_the_critic() -> None:
    # Written out: two passes over real examples, squared differences of the scores plus a tenth of
    # the mean over the last hidden layer.
    networks, data = dataclasses.replace(MLP, critic=CRITIC), MEMBERS["penalized"].data
    recipe = Recipe(Wasserstein(), sgd(0.1), sgd(0.1), (Consistency(weight=2.0),))
    state = create_state(networks, recipe, KEY, data)
    batch = sample_batch(data, KEY, n_critic=1, batch_size=4)
    _, metrics = jax.jit(make_train_step(networks, recipe))(state, batch)

    total = 0.0
    variables = {"params": state.critic.params}
    options: dict[str, Any] = {"train": True, "axis_name": None}
    for x, key in zip(batch.real[0], batch.keys[0], strict=True):
        of_penalty = jax.random.fold_in(jax.random.split(key)[1], 0)
        (one, hidden), (two, other) = (
            scores_and_features(CRITIC, variables, x[None], None, keys=half[None], **options)
            for half in jax.random.split(of_penalty)
        )
        total += 2 * float((one - two)[0] ** 2 + 0.1 * ((hidden - other) ** 2).mean())
    assert total > 0
    np.testing.assert_allclose(metrics["critic/penalty"], total / 4, rtol=1e-4)


def test_simultaneous_steps_start_from_the_same_state_and_examples() -> None:
    # The 2014 code: the generator's gradient is taken at the critic before its own step, on the
    # same minibatch and fakes. Oracle: two plain gradients; the second entry is not used.
    data, recipe = MEMBERS["penalized"].data, Recipe(NonSaturating(), sgd(1.0), sgd(1.0))
    recipe = dataclasses.replace(recipe, simultaneous=True)
    state = create_state(MLP, recipe, KEY, data)
    batch = sample_batch(data, KEY, n_critic=1, batch_size=6)
    new, _ = jax.jit(make_train_step(MLP, recipe))(state, batch)
    latents = jax.vmap(lambda key: MLP.latent(jax.random.split(key)[0]))(batch.keys[0])

    def losses(generator: Any, critic: Any) -> tuple[jax.Array, jax.Array]:
        fake = MLP.critic.apply(
            {"params": critic}, MLP.generator.apply({"params": generator}, latents)
        )
        real = MLP.critic.apply({"params": critic}, batch.real[0])
        return (
            jnp.logaddexp(0, -fake).mean(),
            jnp.logaddexp(0, -real).mean() + jnp.logaddexp(0, fake).mean(),
        )

    players = state.generator.params, state.critic.params
    wanted = (
        jax.grad(lambda g: losses(g, players[1])[0])(players[0]),
        jax.grad(lambda c: losses(players[0], c)[1])(players[1]),
    )
    for player, before, gradient in zip((new.generator, new.critic), players, wanted, strict=True):
        for after, old, slope in zip(
            *map(jax.tree.leaves, (player.params, before, gradient)), strict=True
        ):
            np.testing.assert_allclose(old - after, slope, rtol=1e-4, atol=1e-6)


def test_simultaneous_steps_have_one_critic_step() -> None:
    with pytest.raises(ValueError, match=r"simultaneous steps need n_critic=1 .*, got n_critic=5"):
        Recipe(Wasserstein(), sgd(1.0), sgd(1.0), n_critic=5, simultaneous=True)
