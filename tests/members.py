"""Tiny setups of every kind that the types must support, on which the contracts are tested."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from jaxgan import networks as nets
from jaxgan import recipes
from jaxgan.cli.catalogue import members
from jaxgan.objectives import Wasserstein
from jaxgan.optimizers import adam, chain, clip_params, rmsprop, sgd
from jaxgan.penalties import Consistency, GradientPenalty
from jaxgan.training import Dataset, Networks, Recipe, Setup
from jaxgan.types import Objective

SGD = sgd(1e-2)


class ConditionalGenerator(nn.Module):
    """Points from a latent and a label."""

    @nn.compact
    def __call__(self, latent: jax.Array, labels: jax.Array) -> jax.Array:
        x = jnp.concatenate([latent, jax.nn.one_hot(labels, 3)], axis=1)
        return nn.Dense(2)(nn.tanh(nn.Dense(8)(x)))


class ConditionalCritic(nn.Module):
    """A score of points and labels."""

    @nn.compact
    def __call__(self, x: jax.Array, labels: jax.Array) -> jax.Array:
        x = jnp.concatenate([x, jax.nn.one_hot(labels, 3)], axis=1)
        return nn.Dense(1)(nn.tanh(nn.Dense(8)(x)))[:, 0]


class SpectralCritic(nn.Module):
    """A critic with spectral normalization in each layer."""

    @nn.compact
    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        x = nn.tanh(nn.SpectralNorm(nn.Dense(8))(x, update_stats=train))
        return nn.SpectralNorm(nn.Dense(1))(x, update_stats=train)[:, 0]


class TokenGenerator(nn.Module):
    """Sequences of four softmax rows over five tokens."""

    @nn.compact
    def __call__(self, latent: jax.Array) -> jax.Array:
        return jax.nn.softmax(nn.Dense(20)(latent).reshape(-1, 4, 5))


class TokenCritic(nn.Module):
    """A one-dimensional convolution over the sequence."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.tanh(nn.Conv(6, (3,))(x))
        return nn.Dense(1)(x.reshape(x.shape[0], -1))[:, 0]


@dataclasses.dataclass(frozen=True)
class MeanMatching(Objective):
    """Direct matching of means: a statistic of the whole batch, without a critic."""

    features = True

    def critic_loss(self, real: jax.Array, fake: jax.Array) -> jax.Array:
        """Never used with n_critic = 0."""
        return self.generator_loss(real, fake)

    def generator_loss(self, real: jax.Array, fake: jax.Array) -> jax.Array:
        """||mean real - mean fake||^2."""
        return jnp.square(real.mean(axis=0) - fake.mean(axis=0)).sum()


def setup(networks: Networks, recipe: Recipe, data: Dataset) -> Setup:
    """A setup with few examples and few steps."""
    return Setup(networks, recipe, data, batch_size=8, steps=40)


def _points(n: int = 40) -> jax.Array:
    return jnp.asarray(np.random.default_rng(0).normal(size=(n, 2)), jnp.float32)


def _images(n: int = 40) -> jax.Array:
    return jnp.asarray(np.random.default_rng(0).integers(0, 256, (n, 8, 8, 1)), jnp.uint8)


def _tokens(n: int = 40) -> jax.Array:
    return jax.nn.one_hot(np.random.default_rng(0).integers(0, 5, (n, 4)), 5)


MLP = Networks(nets.MLPGenerator((2,), 8, 1), nets.MLPCritic(8, 1), nets.Normal(2))
PENALIZED = Recipe(Wasserstein(), SGD, SGD, (GradientPenalty(10.0),), n_critic=2, average=0.9)


def quick(make: Any, **arguments: Any) -> Recipe:
    """A recipe with fewer critic steps than the paper's, and a shorter schedule."""
    fewer = {"n_critic": 2, "decay_steps": 100}
    taken = inspect.signature(make).parameters
    return make(**{name: value for name, value in fewer.items() if name in taken} | arguments)


RECIPES = {name: quick(make) for name, make in members("recipe").items()} | {
    "gan_2014_saturating": recipes.gan_2014(saturating=True),
    "gan_2014_code": recipes.gan_2014(simultaneous=True),
    "dcgan_decayed": recipes.dcgan(decay=1e-5),
    "f_gan_bound": recipes.f_gan("jeffrey", practical=False),
    "wgan_scheduled": recipes.wgan(official_schedule=True),
    "wgan_gp_beta": quick(recipes.wgan_gp, beta1=0.5, decay_steps=None),
}
"""Every recipe of the registry, and their options."""

OTHERS = {
    "sngan": dataclasses.replace(MLP, critic=nets.MLPCritic(8, 1, weights="spectral")),
    "gan_2014_code": dataclasses.replace(MLP, critic=nets.MaxoutCritic(4, 2)),
}


def networks_for(name: str) -> Networks:
    """The networks that a recipe needs: with features, dropout, no critic, or plain ones."""
    recipe = RECIPES[name]
    if name in OTHERS:
        return OTHERS[name]
    if recipe.n_critic == 0:
        return dataclasses.replace(MLP, critic=nets.Identity())
    if recipe.objective.features:
        return dataclasses.replace(MLP, critic=nets.MLPCritic(8, 1, features=3))
    if any(isinstance(penalty, Consistency) for penalty in recipe.penalties):
        return dataclasses.replace(MLP, critic=nets.MLPCritic(8, 1, dropout=0.5))
    return MLP


NETWORKS = {name: networks_for(name) for name in RECIPES if networks_for(name) != MLP}
"""The networks of the recipes that do not use `MLP`."""

MEMBERS = {
    "penalized": setup(MLP, PENALIZED, Dataset(_points())),
    "clipped": setup(
        MLP,
        Recipe(Wasserstein(), rmsprop(1e-3), chain(rmsprop(1e-3), clip_params(0.1)), (), 2),
        Dataset(_points()),
    ),
    "conditional": setup(
        Networks(ConditionalGenerator(), ConditionalCritic(), nets.Normal(2)),
        PENALIZED,
        Dataset(_points(), jnp.arange(40) % 3),
    ),
    "batch_norm_generator": setup(
        Networks(nets.DCGANGenerator((8, 8, 1), 2), nets.DCGANCritic(2, "layer"), nets.Normal(3)),
        PENALIZED,
        Dataset(_images()),
    ),
    "spectral_norm_critic": setup(
        Networks(nets.MLPGenerator((2,), 8, 1), SpectralCritic(), nets.Uniform(2)),
        Recipe(Wasserstein(), SGD, SGD, n_critic=2),
        Dataset(_points()),
    ),
    "tokens": setup(
        Networks(TokenGenerator(), TokenCritic(), nets.Normal(3)), PENALIZED, Dataset(_tokens())
    ),
    "direct_matching": setup(
        Networks(nets.MLPGenerator((2,), 8, 1), nets.Identity(), nets.Normal(2)),
        Recipe(MeanMatching(), adam(1e-2), SGD, n_critic=0, average=0.5),
        Dataset(_points()),
    ),
}
"""A setup of each kind that the types must support: labels, statistics, sequences, no critic."""
