"""A step that is written from docs/the_step.md alone gives the numbers of the library."""

from __future__ import annotations

import dataclasses

import chex
import jax
import jax.numpy as jnp
import optax

from jaxgan import recipes
from jaxgan.training import create_state, make_train_step, sample_batch
from tests.members import MEMBERS, MLP


def test_a_step_written_from_the_page() -> None:
    data, key = MEMBERS["penalized"].data, jax.random.key(0)
    sgd = optax.sgd(0.1, momentum=0.5)  # Adam would hide the size of a gradient
    recipe = dataclasses.replace(
        recipes.wgan_gp(weight=1.0, n_critic=2), generator_optimizer=sgd, critic_optimizer=sgd
    )
    state = create_state(MLP, recipe, key, data)
    batch = sample_batch(data, jax.random.key(1), n_critic=2, batch_size=4)
    found, _ = jax.jit(make_train_step(MLP, recipe))(state, batch)

    theta, w = state.generator.params, state.critic.params
    of_theta, of_w = sgd.init(theta), sgd.init(w)

    def generate(theta, keys):
        latents = jnp.stack([MLP.latent(jax.random.split(key)[0]) for key in keys])
        return MLP.generator.apply({"params": theta}, latents)

    def score(w, x):
        return MLP.critic.apply({"params": w}, x)

    def loss(w, real, fake, keys):
        penalties = []
        for x, y, key in zip(real, fake, keys, strict=True):
            epsilon = jax.random.uniform(jax.random.fold_in(jax.random.split(key)[1], 0))
            between = y + epsilon * (x - y)
            slope = jax.grad(lambda x: score(w, x[None])[0])(between)
            penalties.append((jnp.linalg.norm(slope) - 1) ** 2)
        return score(w, fake).mean() - score(w, real).mean() + jnp.stack(penalties).mean()

    for step in range(2):
        keys, real = batch.keys[step], batch.real[step]
        gradient = jax.grad(loss)(w, real, generate(theta, keys), keys)
        update, of_w = sgd.update(gradient, of_w, w)
        w = optax.apply_updates(w, update)
    gradient = jax.grad(lambda theta: -score(w, generate(theta, batch.keys[2])).mean())(theta)
    update, _ = sgd.update(gradient, of_theta, theta)
    theta = optax.apply_updates(theta, update)
    chex.assert_trees_all_close(found.critic.params, w, rtol=1e-4, atol=1e-7)
    chex.assert_trees_all_close(found.generator.params, theta, rtol=1e-4, atol=1e-7)
