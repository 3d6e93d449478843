"""Examples from a trained generator."""

from __future__ import annotations

import functools

import jax
from jaxtyping import Array, Key

from jaxgan.training.modules import generate
from jaxgan.training.recipe import Networks
from jaxgan.training.state import TrainState
from jaxgan.types import Variables

__all__ = ["sample"]


def sample(
    networks: Networks,
    state: TrainState,
    key: Key[Array, ""],
    n: int,
    labels: Array | None = None,
) -> Array:
    """Generates n examples with the moving average where the state has one.

    Batch normalization uses its running statistics, so an example does not depend on the others.

    Args:
        networks: the networks of the state.
        state: a trained state.
        key: the key of the latents; example i has a key of its own.
        n: how many.
        labels: `[n]` labels for a conditional generator.

    Returns:
        `[n, ...]` examples in the units of the training batches: [-1, 1] for images.

    >>> from jaxgan import architectures, data, recipes
    >>> from jaxgan.training import create_state
    >>> networks, recipe = architectures.mlp((2,), width=8), recipes.wgan_gp()
    >>> state = create_state(networks, recipe, jax.random.key(0), data.load("swiss_roll"))
    >>> sample(networks, state, jax.random.key(1), 3).shape
    (3, 2)
    """
    variables = state.average
    if variables is None:
        variables = {"params": state.generator.params, **state.generator.stats}
    return _sample(networks, variables, jax.random.split(key, n), labels)


@functools.partial(jax.jit, static_argnums=0)
def _sample(
    networks: Networks, variables: Variables, keys: Key[Array, " n"], labels: Array | None
) -> Array:
    return generate(networks, variables, keys, labels, train=False)[0]
