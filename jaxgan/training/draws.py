"""The batch of a step: indices are drawn from its key, then examples are gathered and scaled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int, Key

from jaxgan.data import Dequantized
from jaxgan.data.stream import Stream
from jaxgan.training.keys import NOISE, check_key
from jaxgan.training.parts import check_parts
from jaxgan.types import Batch, Dataset, check_number

__all__ = ["Block", "draw_indices", "sample_batch"]


class Block(NamedTuple):
    """The examples of several steps, gathered before the steps are taken.

    Attributes:
        begin: the number of the first step.
        examples: leaves begin with `[steps, n_critic + generator_batches, batch]`.
    """

    begin: Int[Array, ""]
    examples: Dataset

    def batch(self, step: Int[Array, ""], key: Key[Array, ""]) -> Batch:
        """The batch of a step, equal to that of `sample_batch` for the same key."""
        _, example_key = jax.random.split(key)
        shape = self.examples.real.shape[1:3]
        return _batch(self.examples, lambda x: x[step - self.begin], example_key, shape)


def draw_indices(
    n: int, key: Key[Array, ""], *, n_critic: int, batch_size: int, generator_batches: int = 1
) -> Int[Array, "batches batch"]:
    """The indices of the examples that `sample_batch` draws, for sets that are not on the device.

    Args:
        n: number of examples of the set.
        key: the key of the step, like the other arguments see `sample_batch`.
        n_critic: number of critic steps.
        batch_size: examples per critic step.
        generator_batches: size of the generator's batch, as a multiple of `batch_size`.

    Returns:
        `[n_critic + generator_batches, batch_size]` integers from 0 to n - 1.

    >>> draw_indices(10, jax.random.key(0), n_critic=2, batch_size=4).shape
    (3, 4)
    """
    index_key, _ = jax.random.split(key)
    return _indices(n, index_key, (n_critic + generator_batches, batch_size))


def sample_batch(
    data: Dataset | Stream,
    key: Key[Array, ""],
    *,
    n_critic: int,
    batch_size: int,
    generator_batches: int = 1,
) -> Batch:
    """Draws the examples and the keys of one train step, with replacement.

    Args:
        data: the whole data set; uint8 pixels p become p / 127.5 - 1, unless the set is
            `Dequantized`. A `Stream` cannot be an argument of a compiled program.
        key: the key of this step, `fold_in(key, step)`.
        n_critic: number of critic steps.
        batch_size: examples per critic step.
        generator_batches: size of the generator's batch, as a multiple of `batch_size`.

    Returns:
        A batch whose leaves begin with `[n_critic + generator_batches, batch_size]`.

    Raises:
        TypeError: data is not a `Dataset`, key not a key, or a size not a number.
        ValueError: a size is not an integer, n_critic is negative, or another below 1.

    >>> data = Dataset(jnp.zeros((10, 8, 8, 1), jnp.uint8))
    >>> batch = sample_batch(data, jax.random.key(0), n_critic=2, batch_size=4)
    >>> batch.real.shape, float(batch.real.max()), batch.keys.shape
    ((3, 4, 8, 8, 1), -1.0, (3, 4))
    """
    check_parts(data=data)
    check_key(key)
    for name, size, least in (
        ("n_critic", n_critic, 0),
        ("batch_size", batch_size, 1),
        ("generator_batches", generator_batches, 1),
    ):
        check_number(name, size, f"an integer of at least {least}", "it is a size of the batch")
    index_key, example_key = jax.random.split(key)
    shape = (n_critic + generator_batches, batch_size)
    index = _indices(len(data.real), index_key, shape)
    if isinstance(data, Stream):
        return _batch(data.gather(np.asarray(index)), jnp.asarray, example_key, shape)
    return _batch(data, lambda x: x[index], example_key, shape)


def _indices(n: int, index_key: Key[Array, ""], shape: tuple[int, int]) -> Array:
    return jax.random.randint(index_key, shape, 0, n)


def _batch(
    data: Dataset, take: Callable[[Array], Array], example_key: Key[Array, ""], shape: Sequence[int]
) -> Batch:
    """Takes examples from a set, scales them and gives a key to each."""
    real = take(data.real)
    if real.dtype == jnp.uint8 and not isinstance(data, Dequantized):
        real = real / 127.5 - 1
    labels = None if data.labels is None else take(data.labels)
    keys = jax.random.split(example_key, tuple(shape))
    if isinstance(data, Dequantized):
        real = jax.vmap(jax.vmap(_with_noise))(real, keys)
    return Batch(real, labels, keys)


def _with_noise(pixels: Array, key: Key[Array, ""]) -> Array:
    return Dequantized.scale(pixels, jax.random.fold_in(key, NOISE))
