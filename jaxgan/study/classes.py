"""The classes of labelled data, and whether a generator distinguishes them."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int, Key

from jaxgan.data.stream import Stream
from jaxgan.networks.conditional import takes_labels
from jaxgan.training import TrainState, generate
from jaxgan.training.modules import apply
from jaxgan.types import Dataset, Networks

__all__ = ["by_class", "classes_of", "conditional"]


def classes_of(data: Dataset | Stream) -> Int[np.ndarray, " classes"]:
    """The labels that occur in the data, in order; none for data without labels.

    >>> classes_of(Dataset(jnp.zeros((4, 2)), jnp.array([7, 0, 7, 2]))).tolist()
    [0, 2, 7]
    """
    return np.unique(np.asarray([] if data.labels is None else data.labels, np.int32))


def conditional(networks: Networks, state: TrainState, data: Dataset | Stream) -> bool:
    """Whether the generated examples depend on labels, so that a class can be asked for.

    The traced generator is followed from the labels to its output, since a generator may declare
    labels and not use them.

    Args:
        networks: the networks of the state.
        state: a state, trained or not.
        data: the data set.

    Returns:
        False also for data without labels.

    >>> from jaxgan import recipes
    >>> from jaxgan.networks import presets
    >>> from jaxgan.training import create_state
    >>> data = Dataset(jnp.zeros((4, 2)), jnp.array([7, 7, 7, 7]))
    >>> networks, recipe = presets.mlp((2,), width=8), recipes.wgan_gp()
    >>> conditional(networks, create_state(networks, recipe, jax.random.key(0), data), data)
    False
    """
    generator = networks.generator
    if data.labels is None or not takes_labels(generator):
        return False
    latents = networks.latent(jax.random.key(0))[None]

    def examples(labels: Array) -> Array:
        return apply(generator, state.generator_variables, latents, labels, train=False)[0]

    program = jax.make_jaxpr(examples)(data.labels[:1]).jaxpr
    reached = {id(x) for x in program.invars}
    for equation in program.eqns:
        if any(id(x) in reached for x in equation.invars):
            reached |= {id(x) for x in equation.outvars}
    return id(program.outvars[0]) in reached


def by_class(
    networks: Networks, state: TrainState, key: Key[Array, ""], labels: Array, columns: int
) -> Array:
    """Examples of several classes: a row per label, in which every row has the same latents.

    Args:
        networks: networks with a conditional generator.
        state: a trained state.
        key: the key of the latents, split as in `sample`.
        labels: `[rows]`.
        columns: examples per row.

    Returns:
        `[rows, columns, ...]` examples in the units of the training batches.
    """
    rows = len(labels)
    latents = jax.vmap(networks.latent)(jax.random.split(key, columns))
    every = jnp.tile(latents, (rows, 1))
    examples = generate(networks, state, every, jnp.repeat(jnp.asarray(labels), columns))
    return examples.reshape(rows, columns, *examples.shape[1:])
