"""A conditional training on small images, which commands name by `--source`."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn

from jaxgan import runs
from jaxgan.networks import ConvTranspose, Normal
from jaxgan.objectives import Wasserstein
from jaxgan.training import Dataset, Networks, Recipe, Setup
from jaxgan.types import ClassNames

CLASSES, PIXELS = 3, 4


class Generator(nn.Module):
    """A transposed convolution; the last row of pixels is the label's."""

    @nn.compact
    def __call__(self, latent: jax.Array, labels: jax.Array, train: bool) -> jax.Array:
        x = nn.Dense(2 * 2 * 3)(latent).reshape(-1, 2, 2, 3)
        x = nn.tanh(nn.BatchNorm(use_running_average=not train)(x))
        x = nn.tanh(ConvTranspose(1, (4, 4), (2, 2))(x))
        shade = self.param("shade", nn.initializers.zeros, ()) + labels / CLASSES
        return x.at[:, -1].set(jnp.broadcast_to(shade[:, None, None], (x.shape[0], PIXELS, 1)))


class Critic(nn.Module):
    """A score of pixels and label."""

    @nn.compact
    def __call__(self, x: jax.Array, labels: jax.Array) -> jax.Array:
        flat = x.reshape(len(x), -1)
        x = jnp.concatenate([flat, jax.nn.one_hot(labels, CLASSES)], axis=1)
        return nn.Dense(1)(x)[:, 0]


PAIR = Networks(Generator(), Critic(), Normal(5))
RECIPE = Recipe(Wasserstein(), optax.sgd(1e-3), optax.sgd(1e-3), average=0.9)
RANDOM = np.random.default_rng(0)
# Class 0 is never there, class 3 half of the time.
LABELS = np.array([1, 2, 3, 3] * 10, np.int32)
DATA = Dataset(
    jnp.asarray(RANDOM.integers(0, 256, (40, PIXELS, PIXELS, 1)), jnp.uint8), jnp.asarray(LABELS)
)
SETUP = Setup(PAIR, RECIPE, DATA, batch_size=4, steps=2)
NAMES = ClassNames(["ant", "bee", "cat", "dog"])
NAMED = dataclasses.replace(SETUP, data=DATA._replace(names=NAMES))


def train(folder: object) -> None:
    """Trains in this folder."""
    runs.train(SETUP, folder=folder, progress=False)  # pyright: ignore[reportArgumentType]
