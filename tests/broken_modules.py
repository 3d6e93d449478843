"""Networks, penalties and objectives with one fault each, for the setups in `broken`."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from jaxgan.objectives import MMD, NonSaturating, Wasserstein
from jaxgan.penalties import GradientPenalty


class Critic(nn.Module):
    """A critic with two layers and one fault."""

    wrong: str
    last_init: Any = nn.initializers.lecun_normal()
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, train: bool = True) -> jax.Array:
        dense = nn.Dense(8, param_dtype=self.dtype)
        x = x[:, :1] if self.wrong == "one column" else x
        if self.wrong == "dead ReLU":
            x = nn.relu(nn.Dense(8, bias_init=nn.initializers.constant(-100.0))(x))
        elif self.wrong == "saturated":
            x = nn.sigmoid(100 + dense(x))
        else:
            x = nn.tanh(dense(x))
        if self.wrong == "batch norm":
            x = nn.BatchNorm(use_running_average=not train)(x)
        if self.wrong == "layer norm":
            x = nn.LayerNorm()(x)
        if self.wrong == "dropout that is always on":
            x = nn.Dropout(0.5, deterministic=False)(x)
        if self.wrong == "minibatch standard deviation":
            deviation = jnp.sqrt(x.var(axis=0) + 1e-8).mean()
            x = jnp.concatenate([x, jnp.full((len(x), 1), deviation)], axis=1)
        if self.wrong == "statistics by hand":
            x = x - x.mean(axis=0, keepdims=True)
        if self.wrong == "numpy randomness":
            x = x * np.random.default_rng().normal(size=8)[None].astype(np.float32)
        if self.wrong == "numpy scale":
            x = x * float(np.random.default_rng().normal())
        if self.wrong == "steps":
            x = jnp.round(x)
        x = nn.Dense(1, kernel_init=self.last_init, param_dtype=self.dtype)(x)
        if self.wrong == "zero":
            return 0 * x[:, 0]
        if self.wrong == "sum":
            return x.sum(keepdims=True)[0]
        if self.wrong == "sigmoid":
            x = nn.sigmoid(x)
        return x if self.wrong == "column" else x[:, 0]


class Generator(nn.Module):
    """A generator with two layers and one fault."""

    wrong: str
    last_init: Any = nn.initializers.lecun_normal()

    @nn.compact
    def __call__(self, latent: jax.Array) -> jax.Array:
        latent = jnp.ones_like(latent) if self.wrong == "no latent" else latent
        x = nn.Dense(2, kernel_init=self.last_init)(nn.tanh(nn.Dense(16)(latent)))
        if self.wrong in ("no latent", "linear"):
            return x
        if self.wrong == "stopped":
            return jax.lax.stop_gradient(x)
        if self.wrong == "sigmoid":
            return nn.sigmoid(x)
        if self.wrong == "relu":
            return nn.relu(x)
        return {"tanh": nn.tanh(x), "log": jnp.log(x)}[self.wrong]


@dataclasses.dataclass(frozen=True)
class Stopped(GradientPenalty):
    """The gradient penalty behind a stop_gradient."""

    def __call__(self, critic: Any, real: Any, fake: Any, keys: Any) -> jax.Array:
        return jax.lax.stop_gradient(super().__call__(critic, real, fake, keys))


@dataclasses.dataclass(frozen=True)
class Elsewhere(GradientPenalty):
    """A penalty on the data that does not use the critic."""

    def __call__(self, critic: Any, real: Any, fake: Any, keys: Any) -> jax.Array:
        return jnp.square(real - fake).mean()


class ImageCritic(nn.Module):
    """A critic of images with two convolutions and one fault."""

    wrong: str = ""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        if self.wrong == "half":
            x = x[:, :, : x.shape[2] // 2]
        x = nn.leaky_relu(nn.Conv(4, (3, 3))(x), 0.2)
        x = nn.Conv(8, (3, 3), (2, 2))(x)
        if self.wrong == "channels":
            x = nn.LayerNorm()(x)
        x = nn.leaky_relu(x, 0.2)
        return nn.Dense(1)(x.reshape(len(x), -1))[:, 0]


class Unconditional(nn.Module):
    """A network that takes labels and does not use them."""

    network: nn.Module

    @nn.compact
    def __call__(self, x: jax.Array, labels: jax.Array) -> jax.Array:
        return self.network(x)


@dataclasses.dataclass(frozen=True)
class Flipped(NonSaturating):
    """A generator that minimizes E log D(fake) instead of -E log D(fake)."""

    def generator_loss(self, real: Any, fake: Any) -> jax.Array:
        return -super().generator_loss(real, fake)


@dataclasses.dataclass(frozen=True)
class FlippedMeans(Wasserstein):
    """A generator that minimizes E fake instead of -E fake."""

    def generator_loss(self, real: Any, fake: Any) -> jax.Array:
        return fake.mean()


@dataclasses.dataclass(frozen=True)
class FlippedMMD(MMD):
    """A generator that maximizes the distance."""

    def generator_loss(self, real: Any, fake: Any) -> jax.Array:
        return -super().generator_loss(real, fake)

    def critic_loss(self, real: Any, fake: Any) -> jax.Array:
        return -super().generator_loss(real, fake)
