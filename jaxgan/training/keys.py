"""The keys that an example's key is split into: for its latent, penalties and dropout masks."""

from __future__ import annotations

from typing import NamedTuple

import jax
from jaxtyping import Array, Key

__all__ = ["MASK", "ExampleKeys", "split_keys"]

MASK = 2**31 - 1
"""Folded into an example's key for its dropout masks: no penalty has this index."""


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
    """Splits the key of each example.

    >>> split_keys(jax.random.split(jax.random.key(0), 4)).latent.shape
    (4,)
    """

    def of_example(key: Key[Array, ""]) -> ExampleKeys:
        latent, penalty = jax.random.split(key)
        masks = jax.random.split(jax.random.fold_in(penalty, MASK), 3)
        return ExampleKeys(latent, penalty, (masks[0], masks[1], masks[2]))

    return jax.vmap(of_example)(keys)
