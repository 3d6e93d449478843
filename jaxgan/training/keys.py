"""The keys of a run, and those that an example's key is split into."""

from __future__ import annotations

from typing import NamedTuple

import jax
from jaxtyping import Array, Key

from jaxgan.training.threefry import unrolled
from jaxgan.types import check_number

__all__ = ["MASK", "NOISE", "ExampleKeys", "check_key", "keys_of_run", "split_keys"]

MASK = 2**31 - 1
"""Folded into an example's key for its dropout masks: no penalty has this index."""


def keys_of_run(seed: int) -> tuple[Key[Array, ""], Key[Array, ""]]:
    """The key of the initial state and the key of all draws of a run.

    Args:
        seed: the seed of the run, from 0 to 2^32 - 1.

    Returns:
        Two keys.

    Raises:
        TypeError: the seed is not a number.
        ValueError: JAX would use another seed, modulo 2^32.

    >>> state_key, key = keys_of_run(0)
    """
    check_number("seed", seed, "an integer of at least 0", "JAX takes those from 0 to 2^32 - 1")
    if seed >= 2**32:
        raise ValueError(f"seed must be from 0 to 2^32 - 1, got {seed}: JAX drops the other bits")
    state_key, key = jax.random.split(jax.random.key(seed))
    return state_key, key


def check_key(key: object) -> None:
    """Checks that a key is one.

    Args:
        key: what was given.

    Raises:
        TypeError: it is no array, such as a seed.

    >>> check_key(jax.random.key(0))
    """
    if not isinstance(key, jax.Array):
        raise TypeError(f"key must be a PRNG key, got {key!r}: give jax.random.key(0)")


NOISE = 2**31 - 2
"""Folded into an example's key for the noise on its pixels."""


class ExampleKeys(NamedTuple):
    """The keys of each example of a batch.

    Attributes:
        latent: keys of the latent vectors.
        penalty: keys of the penalties; penalty i folds in i.
        masks: keys of the critic's dropout in the real pass, the fake pass and the penalties.
    """

    latent: Key[Array, " batch"]
    penalty: Key[Array, " batch"]
    masks: tuple[Key[Array, " batch"], Key[Array, " batch"], Key[Array, " batch"]]


def split_keys(keys: Key[Array, " batch"]) -> ExampleKeys:
    """Splits the key of each example, into keys whose draws are no loop on CPU.

    >>> split_keys(jax.random.split(jax.random.key(0), 4)).latent.shape
    (4,)
    """

    def of_example(key: Key[Array, ""]) -> ExampleKeys:
        latent, penalty = jax.random.split(key)
        masks = jax.random.split(jax.random.fold_in(penalty, MASK), 3)
        return ExampleKeys(latent, penalty, (masks[0], masks[1], masks[2]))

    return jax.vmap(of_example)(unrolled(keys))
