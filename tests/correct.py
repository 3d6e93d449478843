"""Setups that resemble a fault and have none, for `jaxgan doctor`."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn

from jaxgan import networks as nets
from jaxgan import recipes
from jaxgan.optimizers import adam
from jaxgan.training import Dataset, Networks, Setup
from tests.broken import (
    CONDITIONAL,
    MLP,
    clipped,
    gp,
    images,
    of_classes,
    of_images,
    setup,
    with_critic,
    with_generator,
)
from tests.broken_modules import Critic, Generator
from tests.members import SpectralCritic


class ProjectionCritic(nn.Module):
    """A critic with a projection of its features on an embedding of the label."""

    @nn.compact
    def __call__(self, x: jax.Array, labels: jax.Array, train: bool) -> jax.Array:
        x = nn.leaky_relu(nn.Dense(16)(x), 0.2)
        x = nn.Dropout(0.5, deterministic=not train)(x)
        self.sow("features", "last", x)
        projected = (nn.Embed(3, 16)(labels) * x).sum(axis=1)
        return nn.Dense(1)(x)[:, 0] + projected


class ZeroConditional(nn.Module):
    """A generator whose labels shift a hidden layer by an embedding that starts at zero."""

    @nn.compact
    def __call__(self, latent: jax.Array, labels: jax.Array) -> jax.Array:
        shift = nn.Embed(3, 16, embedding_init=nn.initializers.zeros)(labels)
        return nn.Dense(2)(nn.tanh(nn.Dense(16)(latent) + shift))


class NoisyGenerator(nn.Module):
    """A generator whose only noise is dropout."""

    @nn.compact
    def __call__(self, latent: jax.Array) -> jax.Array:
        x = nn.relu(nn.Dense(32, bias_init=nn.initializers.normal(1.0))(0 * latent))
        return nn.Dense(2)(nn.Dropout(0.5, deterministic=False)(x))


class MinibatchCritic(nn.Module):
    """A critic of images that sees the standard deviation of its batch, as in StyleGAN2."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.leaky_relu(nn.Conv(8, (3, 3), (2, 2))(x), 0.2)
        deviation = jnp.sqrt(x.var(axis=0) + 1e-8).mean()
        x = jnp.concatenate([x, jnp.full((*x.shape[:3], 1), deviation)], axis=3)
        x = nn.leaky_relu(nn.Conv(8, (3, 3))(x), 0.2)
        return nn.Dense(1)(x.reshape(len(x), -1))[:, 0]


class PooledCritic(nn.Module):
    """A critic of images with ReLUs and a maximum over windows."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.max_pool(nn.relu(nn.Conv(8, (3, 3))(x)), (2, 2), (2, 2))
        return nn.Dense(1)(nn.relu(nn.Dense(16)(x.reshape(len(x), -1))))[:, 0]


CONV_BATCH_NORM = nets.presets.dcgan((16, 16, 1), width=2, latent=4, critic_norm="batch")
BATCH_STATISTICS = with_critic(Critic("minibatch standard deviation"), recipes.r1())
WGAN_GP = gp()


def without_penalty(critic: nn.Module, **changes: Any) -> Setup:
    """A critic under the difference of means alone."""
    return with_critic(critic, gp(penalties=(), **changes))


CORRECT: dict[str, Setup] = {
    "a last layer that starts at zero": with_critic(
        Critic("", last_init=nn.initializers.zeros), recipes.wgan_gp()
    ),
    "a generator that starts at zero": with_generator(
        Generator("linear", last_init=nn.initializers.zeros)
    ),
    "classes": setup(CONDITIONAL, data=of_classes(3)),
    "a label that has no effect at first": setup(
        dataclasses.replace(CONDITIONAL, generator=ZeroConditional()), data=of_classes(3)
    ),
    "a projection critic that stores its features": setup(
        dataclasses.replace(CONDITIONAL, critic=ProjectionCritic()),
        recipes.ct_gan(n_critic=2),
        of_classes(3),
    ),
    "batch norm without a penalty": with_critic(Critic("batch norm"), recipes.dcgan()),
    "a convolutional critic with batch norm": Setup(CONV_BATCH_NORM, recipes.dcgan(), images(16)),
    "a clipped convolutional critic with batch norm": Setup(
        CONV_BATCH_NORM, clipped(0.01, lambda path: not path.endswith("scale")), images(16)
    ),
    "layer norm under a penalty": with_critic(Critic("layer norm")),
    "layer norm over height, width and channels": of_images(nets.DCGANCritic(4, "layer")),
    "layer norm, clipped without its scales": with_critic(
        Critic("layer norm"), clipped(0.01, lambda path: not path.endswith("scale"))
    ),
    "kernels clipped": with_critic(Critic(""), clipped(0.01, lambda path: path.endswith("kernel"))),
    "a clip and a spectral norm": of_images(
        nets.DCGANCritic(4, weights="spectral"), clipped(0.1, lambda path: "Conv" in path)
    ),
    "weight decay": without_penalty(
        Critic(""), critic_optimizer=optax.adamw(1e-4, weight_decay=0.1)
    ),
    "spectral norm": without_penalty(SpectralCritic()),
    "spectral norm with a hinge": Setup(
        nets.presets.dcgan((8, 8, 1), 4, 4, critic_weights="spectral"), recipes.sngan(), images()
    ),
    "a sigmoid critic of a difference of means": without_penalty(Critic("sigmoid")),
    "a sigmoid critic with targets of 0 and 1": with_critic(Critic("sigmoid"), recipes.lsgan()),
    "dropout that is always on": with_critic(Critic("dropout that is always on")),
    "dropout in CT-GAN": with_critic(
        Critic("dropout that is always on"), recipes.ct_gan(n_critic=2)
    ),
    "a generator with dropout for noise": with_generator(NoisyGenerator()),
    "minibatch standard deviation under R1": BATCH_STATISTICS,
    "minibatch standard deviation under a gradient penalty": with_critic(
        Critic("minibatch standard deviation")
    ),
    "minibatch standard deviation of images": of_images(MinibatchCritic(), recipes.r1()),
    "a maximum over windows": of_images(PooledCritic()),
    "a packed critic": with_critic(nets.Packed(nets.MLPCritic(16, 2), 2)),
    "a moving average": setup(recipe=gp(average=0.999)),
    "gradient descent with a rate of two": setup(
        dataclasses.replace(MLP, critic=nets.Identity()), recipes.gmmn()
    ),
    "a learning rate that rises from zero": setup(
        recipe=gp(generator_optimizer=adam(optax.linear_schedule(0.0, 1e-4, 10_000)))
    ),
    "reversed targets of both networks": setup(recipe=recipes.lsgan(a=1.0, b=0.0, c=0.0)),
    "a small penalty on a critic of classes": setup(recipe=recipes.r1(gamma=1e-3)),
    "sequences": Setup(
        Networks(nets.MLPGenerator((6, 2), 8, 1), nets.MLPCritic(8, 1), nets.Normal(2)),
        WGAN_GP,
        Dataset(jnp.asarray(np.random.default_rng(0).normal(size=(80, 6, 2)), jnp.float32)),
    ),
}
"""Setups that resemble a fault but have none."""
