"""Any Flax module and any Optax transformation is trained as it is, or refused with a remedy."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import linen as nn
from flax import nnx

from jaxgan import recipes
from jaxgan.objectives import Wasserstein
from jaxgan.optimizers import sgd
from jaxgan.penalties import Consistency, GradientPenalty
from jaxgan.training import (
    Networks,
    Recipe,
    create_state,
    make_train_step,
    sample,
    sample_batch,
    score,
)
from jaxgan.training.modules import apply, scores_and_features
from tests.members import MEMBERS, MLP

KEY = jax.random.key(0)
DATA = MEMBERS["penalized"].data
RECIPE = Recipe(Wasserstein(), sgd(1e-2), sgd(1e-2), (GradientPenalty(),))
EVALUATION: dict[str, Any] = {"train": False, "keys": None, "axis_name": None}


def one_step(networks: Networks, recipe: Recipe = RECIPE) -> Any:
    """A step, then samples and scores of what it gave."""
    state = create_state(networks, recipe, KEY, DATA)
    batch = sample_batch(DATA, KEY, n_critic=1, batch_size=4)
    state, metrics = jax.jit(make_train_step(networks, recipe))(state, batch)
    assert sample(networks, state, KEY, 3).shape == (3, 2)
    assert score(networks, state, DATA.real[:3]).shape == (3,)
    assert np.isfinite(metrics["critic/loss"])
    return state


class Written(nn.Module):
    """A critic that is a function of itself and its input."""

    body: Callable[[Any, jax.Array, bool], jax.Array]
    sizes: Any = ()

    @nn.compact
    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        return self.body(self, x, train)


class Training(nn.Module):
    """A critic whose argument is named `training`."""

    @nn.compact
    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        x = nn.Dropout(0.5, deterministic=not training)(nn.Dense(4)(x))
        return nn.Dense(1)(x)[:, 0]


class Deterministic(nn.Module):
    """A critic whose argument is named `deterministic`."""

    @nn.compact
    def __call__(self, x: jax.Array, deterministic: bool = True) -> jax.Array:
        return nn.Dense(1)(nn.Dropout(0.5)(nn.Dense(4)(x), deterministic=deterministic))[:, 0]


def widths(self: Any, x: jax.Array, train: bool) -> jax.Array:
    for width in self.sizes:
        x = nn.tanh(nn.Dense(width)(x))
    return nn.Dense(1)(x)[:, 0]


def always_dropped(self: Any, x: jax.Array, train: bool) -> jax.Array:
    return nn.Dense(1)(nn.Dropout(0.5, deterministic=False)(nn.Dense(4)(x)))[:, 0]


def all_dropped(self: Any, x: jax.Array, train: bool) -> jax.Array:
    return nn.Dense(1)(nn.Dropout(1.0, deterministic=not train)(nn.Dense(4)(x)))[:, 0]


def patches(self: Any, x: jax.Array, train: bool) -> jax.Array:
    rows = nn.Dense(4)(x.reshape(-1, 1))
    rows = nn.Dropout(0.5, deterministic=not train)(inputs=rows)
    return nn.Dense(1)(rows.reshape(x.shape[0], -1))[:, 0]


def batch_statistics(self: Any, x: jax.Array, train: bool) -> jax.Array:
    return nn.Dense(1)(nn.BatchNorm(use_running_average=False)(nn.Dense(4)(x)))[:, 0]


def normalized_by_name(self: Any, x: jax.Array, train: bool) -> jax.Array:
    return nn.Dense(1)(nn.BatchNorm()(x=nn.Dense(4)(x), use_running_average=not train))[:, 0]


def rematerialized(self: Any, x: jax.Array, train: bool) -> jax.Array:
    hidden = nn.remat(nn.Dense)(4)(x)
    return nn.remat(nn.Dense)(1)(nn.tanh(hidden))[:, 0]


FITTING: dict[str, nn.Module] = {
    "a field that is a list": Written(widths, [8, 8]),
    "a field that is a dictionary": Written(widths, {8: "a", 4: "b"}),
    "layers in a list": nn.Sequential([nn.Dense(4), nn.tanh, nn.Dense(1), lambda x: x[:, 0]]),
    "dropout that is always on": Written(always_dropped),
    "dropout of everything": Written(all_dropped),
    "dropout on patches": Written(patches),
    "an argument named training": Training(),
    "an argument named deterministic": Deterministic(),
    "batch statistics that are always taken": Written(batch_statistics),
    "batch normalization with named arguments": Written(normalized_by_name),
    "layers that are computed twice": Written(rematerialized),
}


@pytest.mark.parametrize("what", FITTING)
def test_a_module_is_trained_as_it_is(what: str) -> None:
    without = dataclasses.replace(RECIPE, penalties=())
    one_step(dataclasses.replace(MLP, critic=FITTING[what]), without)


@pytest.mark.parametrize("what", FITTING)
def test_equal_modules_have_equal_hashes(what: str) -> None:
    one, other = (dataclasses.replace(MLP, critic=FITTING[what].copy()) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)


def test_evaluation_uses_running_statistics_and_no_dropout() -> None:
    for body in (batch_statistics, always_dropped):
        critic = Written(body)
        state = create_state(dataclasses.replace(MLP, critic=critic), RECIPE, KEY, DATA)
        scores = apply(critic, state.critic.variables, DATA.real[:4], None, train=False)[0]
        alone = apply(critic, state.critic.variables, DATA.real[:1], None, train=False)[0]
        np.testing.assert_allclose(scores[:1], alone, rtol=1e-6)


def test_patches_of_an_example_have_its_key() -> None:
    critic, keys = Written(patches), jax.random.split(KEY, 4)
    networks = dataclasses.replace(MLP, critic=critic)
    variables = create_state(networks, RECIPE, KEY, DATA).critic.variables
    whole = apply(critic, variables, DATA.real[:4], None, train=True, keys=keys)[0]
    part = apply(critic, variables, DATA.real[2:4], None, train=True, keys=keys[2:])[0]
    np.testing.assert_allclose(part, whole[2:], rtol=1e-6)


def test_a_dropout_that_is_called_twice_draws_two_masks() -> None:
    def twice(self: Any, x: jax.Array, train: bool) -> jax.Array:
        drop = nn.Dropout(0.5, deterministic=not train)
        return jnp.stack([drop(x), drop(x)])

    keys = jax.random.split(KEY, 100)
    first, second = apply(
        Written(twice), {"params": {}}, jnp.ones((100, 8)), None, train=True, keys=keys
    )[0]
    # Two independent masks agree in half of 800 positions, deviation 14.
    assert abs(int((first == second).sum()) - 400) < 5 * 14


def attention(self: Any, x: jax.Array, train: bool) -> jax.Array:
    heads = nn.MultiHeadDotProductAttention(1, dropout_rate=0.5, deterministic=not train)
    return nn.Dense(1)(heads(x[:, None]))[:, 0, 0]


def transposed(self: Any, x: jax.Array, train: bool) -> jax.Array:
    return nn.Dense(1)(nn.Dropout(0.5, deterministic=not train)(nn.Dense(4)(x).T[:3]).T)[:, 0]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (attention, "draws random numbers with make_rng, .* Use flax.linen.Dropout"),
        (transposed, r"dropout Dropout_0 has an input of shape \(3, 4\) for a batch of 4"),
    ],
)
def test_random_numbers_that_depend_on_the_batch_are_refused(body: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        one_step(dataclasses.replace(MLP, critic=Written(body)))


@pytest.mark.usefixtures("unchecked_types")
def test_modules_of_other_libraries_are_refused() -> None:
    critic: Any = nnx.Linear(2, 1, rngs=nnx.Rngs(0))
    with pytest.raises(TypeError, match="the critic must be an instance of flax"):
        dataclasses.replace(MLP, critic=critic)


def test_an_optimizer_may_use_the_loss() -> None:
    # The rate falls by half when the loss has not improved for one step; it always improves
    # less than asked for here.
    plateau = optax.contrib.reduce_on_plateau(factor=0.5, patience=1, rtol=0.0, atol=1e6)
    optimizer = optax.chain(optax.sgd(1e-2), plateau)
    recipe = Recipe(Wasserstein(), optimizer, optimizer)
    state = create_state(MLP, recipe, KEY, DATA)
    step = jax.jit(make_train_step(MLP, recipe))
    for t in range(4):
        state, _ = step(state, sample_batch(DATA, jax.random.key(t), n_critic=1, batch_size=4))
    for player in (state.generator, state.critic):
        assert float(player.opt_state[1].scale) < 1


def test_a_line_search_is_refused() -> None:
    recipe = Recipe(Wasserstein(), optax.lbfgs(), sgd(0.1))
    with pytest.raises(ValueError, match="the optimizer of the generator searches along a line"):
        one_step(MLP, recipe)


# ---- features


def projection(self: Any, x: jax.Array, train: bool) -> jax.Array:
    hidden = nn.tanh(nn.Dense(16)(x))
    if self.sizes:
        self.sow("features", "last", hidden)
    return nn.Dense(1)(hidden)[:, 0] + (nn.Dense(16)(jnp.ones_like(x)) * hidden).sum(axis=1)


def excited(self: Any, x: jax.Array, train: bool) -> jax.Array:
    hidden = nn.tanh(nn.Dense(8)(x))
    return (hidden * nn.sigmoid(nn.Dense(8)(hidden))).mean(axis=1)


@pytest.mark.parametrize("body", [projection, excited])
def test_features_that_are_not_known_are_refused(body: Any) -> None:
    critic = dataclasses.replace(MLP, critic=Written(body))
    with pytest.raises(ValueError, match=r'store them in the critic with self.sow\("features"'):
        one_step(critic, dataclasses.replace(RECIPE, penalties=(Consistency(),)))


@pytest.mark.parametrize(
    ("body", "sizes", "hidden"),
    [(projection, (1,), "Dense_0"), (rematerialized, (), "CheckpointDense_0")],
)
def test_features_are_those_that_the_critic_stores(body: Any, sizes: Any, hidden: str) -> None:
    critic = Written(body, sizes)
    networks = dataclasses.replace(MLP, critic=critic)
    recipe = dataclasses.replace(RECIPE, penalties=(Consistency(),))
    state = one_step(networks, recipe)
    assert not state.critic.stats  # what is stored is not part of the state
    _, features = scores_and_features(
        critic, state.critic.variables, DATA.real[:4], None, **EVALUATION
    )
    layer = state.critic.params[hidden]
    wanted = jnp.tanh(DATA.real[:4] @ layer["kernel"] + layer["bias"][None])
    np.testing.assert_allclose(features, wanted, rtol=1e-5)


def test_recipes_with_settings_that_cannot_be_hashed_have_equal_hashes() -> None:
    @dataclasses.dataclass(frozen=True)
    class Listed(GradientPenalty):
        extra: Any = None

    one, other = (
        dataclasses.replace(recipes.wgan_gp(n_critic=1), penalties=(Listed(extra=[1, 2]),))
        for _ in range(2)
    )
    assert one == other
    assert hash(one) == hash(other)
    one_step(MLP, one)


def test_latents_are_drawn_by_any_function() -> None:
    one_step(dataclasses.replace(MLP, latent=lambda key: jax.random.cauchy(key, (2,))))
