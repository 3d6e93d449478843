"""Setups with one fault each, and the name of the finding in `jaxgan doctor`."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from jaxgan import networks as nets
from jaxgan import recipes
from jaxgan.optimizers import adam, sgd
from jaxgan.penalties import GradientPenalty
from jaxgan.training import Dataset, Networks, Recipe, Setup
from tests.members import ConditionalCritic, ConditionalGenerator

N = 512
MLP = Networks(nets.MLPGenerator((2,), 16, 2), nets.MLPCritic(16, 2), nets.Normal(2))
WGAN_GP = recipes.wgan_gp(n_critic=2)


def points(scale: float = 1.0, labels: Any = None) -> Dataset:
    """Standard normal points."""
    real = scale * np.random.default_rng(0).normal(size=(N, 2))
    return Dataset(jnp.asarray(real, jnp.float32), None if labels is None else jnp.asarray(labels))


def setup(networks: Networks = MLP, recipe: Recipe = WGAN_GP, data: Dataset | None = None) -> Setup:
    """An argument for `examine`, healthy by default."""
    return Setup(networks, recipe, data or points())


def with_critic(critic: nn.Module, recipe: Recipe = WGAN_GP) -> Setup:
    return setup(dataclasses.replace(MLP, critic=critic), recipe)


def with_generator(generator: nn.Module, data: Dataset | None = None) -> Setup:
    return setup(dataclasses.replace(MLP, generator=generator), data=data)


class Critic(nn.Module):
    """A critic with two layers and one fault."""

    wrong: str
    last_init: Any = nn.initializers.lecun_normal()
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, train: bool = True) -> jax.Array:
        dense = nn.Dense(8, param_dtype=self.dtype)
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
        return x if self.wrong == "column" else x[:, 0]


class Generator(nn.Module):
    """A generator with two layers and one fault."""

    wrong: str

    @nn.compact
    def __call__(self, latent: jax.Array) -> jax.Array:
        x = nn.Dense(2)(nn.tanh(nn.Dense(16)(latent)))
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


def gp(**changes: Any) -> Recipe:
    return dataclasses.replace(WGAN_GP, **changes)


def with_nan() -> Dataset:
    real = points().real
    return Dataset(real.at[7, 1].set(jnp.nan))


def pixels() -> Dataset:
    return Dataset(jnp.asarray(np.random.default_rng(0).uniform(0, 255, (N, 2)), jnp.float32))


def of_classes(classes: int) -> Dataset:
    return points(labels=np.arange(N) % classes)


CONDITIONAL = Networks(ConditionalGenerator(), ConditionalCritic(), nets.Normal(2))

BROKEN: dict[str, tuple[str, Setup]] = {
    "pixels as int32": (
        "data-type",
        setup(data=Dataset(jnp.asarray(pixels().real, jnp.int32))),
    ),
    "NaN in the data": ("data-not-finite", setup(data=with_nan())),
    "a constant column": (
        "constant-features",
        setup(data=Dataset(points().real.at[:, 1].set(0.5))),
    ),
    "labels from -1": (
        "labels",
        setup(CONDITIONAL, data=points(labels=np.arange(N) % 3 - 1)),
    ),
    "one label too many": ("label-range", setup(CONDITIONAL, data=of_classes(4))),
    "a generator of triples": ("does-not-fit", with_generator(nets.MLPGenerator((3,), 8, 1))),
    "scores [batch, 1]": ("does-not-fit", with_critic(Critic("column"))),
    "one score per batch": ("does-not-fit", with_critic(Critic("sum"))),
    "float16 parameters": ("parameter-type", with_critic(Critic("float16", dtype=jnp.float16))),
    "numpy randomness": ("impure", with_critic(Critic("numpy randomness"))),
    "a numpy scalar": ("impure", with_critic(Critic("numpy scale"))),
    "tanh for data of scale 5": (
        "output-range",
        with_generator(Generator("tanh"), points(5)),
    ),
    "sigmoid for centered data": ("output-range", with_generator(Generator("sigmoid"))),
    "ReLU for centered data": ("output-range", with_generator(Generator("relu"))),
    "tanh for data in [0, 1]": (
        "output-range",
        with_generator(Generator("tanh"), Dataset(pixels().real / 255)),
    ),
    "pixels as floats": ("data-scale", setup(data=pixels())),
    "batch norm under a penalty": ("coupled-critic", with_critic(Critic("batch norm"))),
    "statistics under a penalty": ("coupled-critic", with_critic(Critic("statistics by hand"))),
    "Wasserstein alone": ("unbounded-critic", setup(recipe=gp(penalties=()))),
    "layer norm, all clipped": (
        "clipped-scales",
        with_critic(Critic("layer norm"), recipes.wgan(n_critic=2)),
    ),
    "a huge learning rate": (
        "not-finite",
        setup(recipe=gp(critic_optimizer=sgd(1e6), generator_optimizer=sgd(1e6))),
    ),
    "a logarithm of negative numbers": ("not-finite", with_generator(Generator("log"))),
    "a learning rate of zero": ("no-update", setup(recipe=gp(generator_optimizer=adam(0.0)))),
    "a critic of zeros": ("dead-critic", with_critic(Critic("zero"))),
    "dead ReLUs": ("dead-critic", with_critic(Critic("dead ReLU"))),
    "a saturated sigmoid": ("dead-critic", with_critic(Critic("saturated"))),
    "a critic in steps": ("dead-critic", with_critic(Critic("steps"))),
    "a stopped generator": ("no-generator-gradient", with_generator(Generator("stopped"))),
    "a stopped penalty": ("penalty-unreached", setup(recipe=gp(penalties=(Stopped(),)))),
    "a penalty of the data": ("penalty-unreached", setup(recipe=gp(penalties=(Elsewhere(),)))),
    "a penalty of weight zero": (
        "penalty-unreached",
        setup(recipe=gp(penalties=(GradientPenalty(0.0),))),
    ),
    "a slow critic": (
        "starved-critic",
        setup(recipe=gp(critic_optimizer=adam(1e-6), generator_optimizer=adam(1e-2), n_critic=1)),
    ),
    "statistics on two devices": (
        "device-dependent",
        with_critic(Critic("statistics by hand"), recipes.gan_2014(learning_rate=0.01)),
    ),
}
"""By name: the only expected finding, and the setup."""

HEALTHY: dict[str, Setup] = {
    "a last layer that starts at zero": with_critic(
        Critic("", last_init=nn.initializers.zeros), recipes.wgan_gp()
    ),
    "classes": setup(CONDITIONAL, data=of_classes(3)),
    "batch norm without a penalty": with_critic(Critic("batch norm"), recipes.dcgan()),
    "layer norm under a penalty": with_critic(Critic("layer norm")),
}
"""Setups that resemble a fault but have none."""
