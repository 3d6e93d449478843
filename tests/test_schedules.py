"""Penalties and moving averages that change during training, as in R3GAN's code."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.objectives import Relativistic
from jaxgan.optimizers import Cosine, HalfLife, Linear, scheduled_adam, sgd
from jaxgan.penalties import R1, R2
from jaxgan.recipes import r3gan_scheduled
from jaxgan.training import Recipe, create_state, make_train_step, sample_batch
from tests.members import MEMBERS, MLP

KEY = jax.random.key(0)
DATA = MEMBERS["penalized"].data


def test_a_cosine_is_that_of_the_authors_code() -> None:
    # training_loop.py: decay = (1 + cos(pi t / total)) / 2, base + (1 - decay) (final - base).
    t = np.arange(12)
    decay = 0.5 * (1 + np.cos(np.pi * np.minimum(t, 10) / 10))
    wanted = 2.0 + (1 - decay) * (0.2 - 2.0)
    np.testing.assert_allclose([Cosine(2.0, 0.2, 10)(x) for x in t], wanted, rtol=1e-6)


def test_the_penalty_and_the_average_follow_their_schedules() -> None:
    # With rate 0 nothing moves: the penalty is gamma times a number; after steps 0, 1 and 2 of a
    # decay d(t) the average is d(t) average + (1 - d(t)) generator.
    gamma, decay = Linear(1.0, 3.0, 4), lambda step: step / 4.0
    recipe = Recipe(Relativistic(), sgd(0.1), sgd(0.0), (R1(gamma),), n_critic=2, average=decay)
    state = create_state(MLP, recipe, KEY, DATA)
    step = jax.jit(make_train_step(MLP, recipe))
    one = jax.jit(make_train_step(MLP, dataclasses.replace(recipe, penalties=(R1(1.0),))))
    average = state.average
    for t in range(3):
        batch = sample_batch(DATA, jax.random.key(t), n_critic=2, batch_size=4)
        _, unit = one(state, batch)
        state, metrics = step(state, batch)
        # The metrics are those of the second of two critic steps, with index 2 t + 1.
        wanted = float(gamma(2 * t + 1)) * unit["critic/penalty"]
        np.testing.assert_allclose(metrics["critic/penalty"], wanted, rtol=1e-5)
        average = jax.tree.map(
            lambda old, new, d=t / 4: d * old + (1 - d) * new, average, state.generator.variables
        )
        jax.tree.map(
            lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5), state.average, average
        )


def test_adam_takes_a_schedule_of_its_second_decay() -> None:
    # The first update of Adam is -rate sign(gradient) for any decay; then v = b v + (1 - b) g^2
    # with the decay of that update, divided by 1 - b^2.
    adam = scheduled_adam(0.1, b1=0.0, b2=Linear(0.5, 0.9, 1), eps=0.0)
    state = adam.init(jnp.zeros(()))
    first, state = adam.update(jnp.array(2.0), state)
    second, _ = adam.update(jnp.array(1.0), state)
    v = 0.9 * (1 - 0.5) * 4.0 + 0.1 * 1.0
    np.testing.assert_allclose(float(jnp.asarray(first)), -0.1, rtol=1e-6)
    np.testing.assert_allclose(
        float(jnp.asarray(second)), -0.1 / np.sqrt(v / (1 - 0.9**2)), rtol=1e-5
    )


def test_the_preset_is_a_value() -> None:
    recipe = r3gan_scheduled("imagenet_64", batch_size=4096)
    assert recipe == r3gan_scheduled("imagenet_64", batch_size=4096)
    assert recipe.penalties == (R1(Cosine(1.0, 0.1, 48828)), R2(Cosine(1.0, 0.1, 48828)))
    assert recipe.average == HalfLife(Cosine(0.0, 5e7, 48828), 4096)


@pytest.mark.usefixtures("unchecked_types")
def test_a_schedule_outside_the_range_is_refused() -> None:
    with pytest.raises(ValueError, match="R1: gamma must be at least 0, got -1"):
        R1(Linear(1.0, -1.0, 10))
    zeros, keys = jnp.zeros((2, 2)), jax.random.split(KEY, 2)
    with pytest.raises(TypeError, match=r"the schedule Linear.*at_step"):
        R1(Linear(1.0, 0.0, 10))(lambda x: x.sum(axis=1), zeros, zeros, keys)
    with pytest.raises(ValueError, match="batch_size must be an integer of at least 1, got 0"):
        HalfLife(5e5, 0)
