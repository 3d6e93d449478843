"""The state of training: two networks with their optimizers, a moving average and a counter."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.core import Tracer
from jaxtyping import Array, Key

from jaxgan.data.stream import Stream
from jaxgan.networks.conditional import takes_labels
from jaxgan.networks.packed import pack_size
from jaxgan.training.kept import keep_programs
from jaxgan.training.keys import check_key
from jaxgan.training.modules import apply, initialize, parameters_of
from jaxgan.training.parts import check_parts
from jaxgan.training.recipe import Recipe
from jaxgan.types import Dataset, Networks, Variables

__all__ = ["Player", "TrainState", "create_state", "player_of"]

PAIR = 2
"""Examples of which shapes are checked: scores of one would hide a mean over the batch."""
LARGEST = 2**31 - 1
"""The largest label: JAX would wrap a larger one to 32 bits."""


class Player(NamedTuple):
    """One network in training; `stats` holds its other collections (batch statistics, ...)."""

    params: Variables
    stats: Variables
    opt_state: optax.OptState

    @property
    def variables(self) -> Variables:
        """All collections, as a Flax module takes them."""
        return {"params": self.params, **self.stats}


class TrainState(NamedTuple):
    """All that the next step needs. `average` is None if the recipe has no moving average."""

    step: Array
    generator: Player
    critic: Player
    average: Variables | None

    @property
    def generator_variables(self) -> Variables:
        """The variables that generate examples: the moving average if there is one."""
        return self.generator.variables if self.average is None else self.average


def create_state(
    networks: Networks, recipe: Recipe, key: Key[Array, ""], data: Dataset | Stream
) -> TrainState:
    """Initializes both networks for a data set.

    Args:
        networks: generator, critic and latent distribution.
        recipe: the training settings.
        key: the key of the parameters.
        data: the data set to train on; only shapes and labels are read.

    Returns:
        The state before step 0.

    Raises:
        TypeError: networks, recipe, key or data have another type.
        ValueError: the generator's output, the critic's scores or the labels do not fit the data.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> points = data.load("swiss_roll")
    >>> state = create_state(
    ...     presets.mlp((2,), width=8), recipes.wgan_gp(), jax.random.key(0), points
    ... )
    >>> int(state.step), state.average
    (0, None)
    """
    check_parts(networks=networks, recipe=recipe, data=data)
    check_key(key)
    _check_labels(networks, data)
    labels = None if data.labels is None else jnp.zeros(PAIR, data.labels.dtype)
    real = jnp.zeros((PAIR, *data.real.shape[1:]))
    fake, scores = jax.eval_shape(lambda: _outputs(networks, key, real, labels))
    _check_fakes(real, fake)
    _check_scores(scores, features=recipe.objective.features)
    return _compile(networks, recipe)(key, *jax.tree.map(lambda x: x[:1], (real, labels)))


@keep_programs
def _compile(networks: Networks, recipe: Recipe) -> Callable[..., TrainState]:
    @jax.jit
    def create(key: Key[Array, ""], real: Array, labels: Array | None) -> TrainState:
        generator, critic = _variables(networks, key, real, labels)
        return TrainState(
            step=jnp.zeros((), jnp.int32),
            generator=player_of(generator, recipe.generator_optimizer),
            critic=player_of(critic, recipe.critic_optimizer),
            average=jax.tree.map(jnp.copy, generator) if recipe.average else None,
        )

    return create


def _variables(
    networks: Networks, key: Key[Array, ""], real: Array, labels: Array | None
) -> tuple[Variables, Variables]:
    generator_key, critic_key, latent_key = jax.random.split(key, 3)
    latent = networks.latent(latent_key)[None]
    generator = initialize(networks.generator, generator_key, latent, labels)
    return generator, initialize(networks.critic, critic_key, _in_packs(networks, real), labels)


def _outputs(
    networks: Networks, key: Key[Array, ""], real: Array, labels: Array | None
) -> tuple[Array, Array]:
    key, latent_key = jax.random.split(key)
    generator, critic = _variables(networks, key, *jax.tree.map(lambda x: x[:1], (real, labels)))
    latent = jax.vmap(networks.latent)(jax.random.split(latent_key, PAIR))
    fake, _ = apply(networks.generator, generator, latent, labels, train=False)
    packed = _in_packs(networks, real)
    return fake, apply(networks.critic, critic, packed, labels, train=False)[0]


def _in_packs(networks: Networks, real: Array) -> Array:
    """As many packs as there are examples."""
    return jnp.repeat(real, pack_size(networks.critic), axis=0)


def player_of(variables: Variables, optimizer: optax.GradientTransformation) -> Player:
    """A network before its first step.

    Args:
        variables: all collections of a module.
        optimizer: the optimizer of its parameters.

    Returns:
        The network.
    """
    stats = {name: value for name, value in variables.items() if name != "params"}
    return Player(variables["params"], stats, optimizer.init(variables["params"]))


def _check_labels(networks: Networks, data: Dataset | Stream) -> None:
    for role in ("generator", "critic"):
        module = getattr(networks, role)
        classes = getattr(module, "classes", None)
        if not takes_labels(module):
            continue
        default = parameters_of(type(module))["labels"].default
        required = default is inspect.Parameter.empty or classes is not None
        if required and data.labels is None:
            raise ValueError(
                f"the {role} {type(module).__name__} takes labels but the data has none: "
                "give data with labels, or an unconditional network"
            )
        if classes is not None:
            _check_classes(f"{role} {type(module).__name__}", classes, data.labels)
    if data.labels is not None and data.labels.shape[:1] != data.real.shape[:1]:
        raise ValueError(
            f"data has {len(data.real)} examples and labels of shape {data.labels.shape}: give one "
            "label per example"
        )
    if isinstance(data.labels, np.ndarray) and data.labels.max(initial=0) > LARGEST:
        raise ValueError(f"labels must be at most {LARGEST}: renumber them from 0")


def _check_classes(network: str, classes: int, labels: Any) -> None:
    if not isinstance(labels, (np.ndarray, jax.Array)) or isinstance(labels, Tracer):
        return  # not known before the program runs
    largest = int(np.asarray(labels).max(initial=0))
    if largest >= classes:
        raise ValueError(
            f"data.labels go up to {largest} but the {network} has classes={classes}: give "
            f"classes={largest + 1}, or renumber the labels from 0"
        )


def _check_fakes(real: Any, fake: Any) -> None:
    if fake.shape != real.shape:
        raise ValueError(
            f"the generator makes examples of shape {fake.shape[1:]} but the data has "
            f"{real.shape[1:]}: give the networks the data's shape, or resize the data"
        )


def _check_scores(scores: Any, *, features: bool) -> None:
    if scores.shape[:1] != (PAIR,) or (not features and scores.ndim > 1):
        wanted = "one score per example, [batch]"
        remedy = (
            "take x[:, 0] after a last Dense(1), or give an objective of what it returns, such as "
            "AuxiliaryClassifier for a critic with classes, or MMD for features"
        )
        if features:
            wanted, remedy = "features, [batch, ...]", "keep the batch as the first axis"
        raise ValueError(
            f"the critic must return {wanted}; it returned {scores.shape} for a batch of {PAIR}: "
            f"{remedy}"
        )
