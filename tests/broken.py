"""Setups with one fault each, and the name of the finding in `jaxgan doctor`."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn

from jaxgan import networks as nets
from jaxgan import recipes
from jaxgan.objectives import Hinge
from jaxgan.optimizers import adam, chain, clip_params, rmsprop, sgd
from jaxgan.penalties import GradientPenalty
from jaxgan.training import Dataset, Networks, Recipe, Setup
from tests.broken_modules import (
    Critic,
    Elsewhere,
    Flipped,
    FlippedMeans,
    FlippedMMD,
    Generator,
    ImageCritic,
    Stopped,
    Unconditional,
)
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


def gp(**changes: Any) -> Recipe:
    return dataclasses.replace(WGAN_GP, **changes)


def with_nan() -> Dataset:
    real = points().real
    return Dataset(real.at[7, 1].set(jnp.nan))


def pixels() -> Dataset:
    return Dataset(jnp.asarray(np.random.default_rng(0).uniform(0, 255, (N, 2)), jnp.float32))


def of_classes(classes: int) -> Dataset:
    return points(labels=np.arange(N) % classes)


def images(size: int = 8) -> Dataset:
    """Images of noise."""
    real = np.random.default_rng(0).integers(0, 256, (80, size, size, 1))
    return Dataset(jnp.asarray(real, jnp.uint8))


def of_images(critic: nn.Module, recipe: Recipe = WGAN_GP, data: Dataset | None = None) -> Setup:
    generator = nets.MLPGenerator((8, 8, 1), 16, 1, squash=True)
    return Setup(Networks(generator, critic, nets.Normal(4)), recipe, data or images())


def clipped(c: float, where: Any = None) -> Recipe:
    """WGAN with two critic steps and a clip of some of the critic's parameters."""
    optimizer = chain(rmsprop(5e-5, decay=0.99), clip_params(c, where=where))
    return dataclasses.replace(recipes.wgan(n_critic=2), critic_optimizer=optimizer)


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
    "a generator without a latent": ("ignored-latent", with_generator(Generator("no latent"))),
    "a sigmoid critic of logits": ("score-range", with_critic(Critic("sigmoid"), recipes.dcgan())),
    "a sigmoid critic under R1": ("score-range", with_critic(Critic("sigmoid"), recipes.r1())),
    "a sigmoid critic of a hinge": (
        "score-range",
        with_critic(Critic("sigmoid"), gp(objective=Hinge(), penalties=())),
    ),
    "a flipped generator": (
        "wrong-direction",
        setup(recipe=dataclasses.replace(recipes.dcgan(), objective=Flipped())),
    ),
    "a flipped Wasserstein generator": (
        "wrong-direction",
        setup(recipe=gp(objective=FlippedMeans())),
    ),
    "a flipped MMD generator": (
        "wrong-direction",
        with_critic(
            nets.MLPCritic(16, 1, features=4),
            dataclasses.replace(recipes.mmd_gan_gp(), objective=FlippedMMD()),
        ),
    ),
    "a generator with the target of fakes": (
        "wrong-direction",
        setup(recipe=recipes.lsgan(c=0.0)),
    ),
    "gradient ascent": (
        "wrong-direction",
        setup(recipe=gp(generator_optimizer=optax.chain(optax.scale_by_adam(), optax.scale(1e-4)))),
    ),
    "a gradient penalty of 1e-8": (
        "weak-penalty",
        setup(recipe=gp(penalties=(GradientPenalty(1e-8),))),
    ),
    "an R1 penalty of 1e-8": ("weak-penalty", setup(recipe=recipes.r1(gamma=1e-8))),
    "a learning rate of one": (
        "large-update",
        setup(recipe=gp(critic_optimizer=adam(1.0), generator_optimizer=adam(1.0))),
    ),
    "a generator with a rate of one": (
        "large-update",
        setup(recipe=dataclasses.replace(recipes.dcgan(), generator_optimizer=adam(1.0))),
    ),
    "a norm over the last axis": (
        "channel-norm",
        of_images(ImageCritic("channels"), recipes.dcgan()),
    ),
    "a norm over the last axis under a penalty": (
        "channel-norm",
        of_images(ImageCritic("channels")),
    ),
    "a critic of half an image": (
        "ignored-inputs",
        of_images(ImageCritic("half"), recipes.dcgan()),
    ),
    "a critic of half an image under a penalty": ("ignored-inputs", of_images(ImageCritic("half"))),
    "a critic of one column": ("ignored-inputs", with_critic(Critic("one column"))),
    "a clip of 1e-6": ("vanishing-gradient", of_images(ImageCritic(), clipped(1e-6))),
    "a clip of 1e-6 in DCGAN": (
        "vanishing-gradient",
        of_images(nets.DCGANCritic(2, "batch"), clipped(1e-6)),
    ),
    "labels for no network": ("ignored-labels", setup(data=of_classes(3))),
    "labels for the generator only": (
        "ignored-labels",
        setup(dataclasses.replace(CONDITIONAL, critic=MLP.critic), data=of_classes(3)),
    ),
    "labels for the critic only": (
        "ignored-labels",
        setup(dataclasses.replace(CONDITIONAL, generator=MLP.generator), data=of_classes(3)),
    ),
    "labels that are not used": (
        "ignored-labels",
        setup(
            Networks(Unconditional(MLP.generator), Unconditional(MLP.critic), MLP.latent),
            data=of_classes(3),
        ),
    ),
}
"""By name: the only expected finding, and the setup."""
