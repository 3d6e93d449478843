"""The data of the next chunk: the whole set, or the examples that a stream has read ahead."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Key

from jaxgan.data.stream import Stream
from jaxgan.training import Recipe, Setup
from jaxgan.training.draws import Block, draw_indices
from jaxgan.training.kept import keep_programs
from jaxgan.types import Dataset

__all__ = ["Feed", "feed"]

BLOCK = 2**28
"""The largest size of a block, in bytes, unless one step needs more."""
AHEAD = 32
"""Steps whose examples are read before they are needed."""


class Feed(NamedTuple):
    """The data of a run, chunk by chunk.

    Attributes:
        capacity: the largest number of steps per chunk.
        data: `(step, length) -> data` for `length` steps that begin with `step`.
    """

    capacity: int
    data: Callable[[int, int], Dataset | Block]


def feed(
    setup: Setup,
    key: Key[Array, ""],
    capacity: int,
    rows: slice = slice(None),
    place: Callable[[Any], Any] = lambda data: data,
) -> Feed:
    """The data of a run, chunk by chunk.

    Data in memory are always the same set. Of a stream, the examples of a step are those whose
    indices `sample_batch` would draw; Grain reads them ahead in threads or processes, in the order
    of the steps. They depend on the key and the step only, so a resumed run goes on with the same
    examples.

    Args:
        setup: the inputs of the run.
        key: the key of all draws of the run.
        capacity: the largest number of steps per chunk; it is less if a block would be too large.
        rows: the part of a batch whose examples are read, if the data are streamed.
        place: function that puts the set, or a block, where the program needs it.

    Returns:
        The feed.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> points = data.load("swiss_roll")
    >>> setup = Setup(presets.mlp((2,), width=8), recipes.wgan_gp(), points)
    >>> feed(setup, jax.random.key(0), 100).data(0, 100) is points
    True
    """
    data = setup.data
    if not isinstance(data, Stream):
        placed = place(data)
        return Feed(capacity, lambda step, length: placed)
    batches = setup.recipe.critic_steps(0) + setup.recipe.generator_batches
    size = math.prod(data.real.shape[1:]) * setup.batch_size * batches
    capacity = max(1, min(capacity, BLOCK // size))
    blocks = _Blocks(setup, data, key, capacity, rows)
    return Feed(capacity, lambda step, length: place(blocks(step, length)))


class _Blocks:
    """Blocks of consecutive steps, of one shape so that they share a program."""

    def __init__(self, setup: Setup, data: Stream, key: Array, capacity: int, rows: slice) -> None:
        # Indices are drawn on the host's processor: the device is busy with the chunk before.
        key = jax.device_put(key, jax.local_devices(backend="cpu")[0])
        self._examples = _Examples(data, key, setup.recipe, setup.batch_size, rows)
        self._end, self._capacity = setup.steps, capacity
        self._next, self._steps = -1, iter(())

    def __call__(self, step: int, length: int) -> Block:
        if step != self._next:
            self._steps = self._from(step)
        steps = [next(self._steps) for _ in range(length)]
        self._next = step + length
        return Block(jnp.asarray(step, jnp.int32), jax.tree.map(self._block, *steps))

    def _block(self, *arrays: np.ndarray) -> Array:
        block = np.zeros((self._capacity, *arrays[0].shape), arrays[0].dtype)
        np.stack(arrays, out=block[: len(arrays)])
        return jnp.asarray(block)

    def _from(self, step: int) -> Iterator[Dataset]:
        """The examples of each step, from this one on."""
        import grain  # takes a second to import
        from absl import flags

        workers = self._examples.data.workers
        ahead = math.ceil(AHEAD / max(workers, 1))
        steps = grain.MapDataset.range(step, self._end).map(self._examples)
        threads = 1 if workers else os.cpu_count() or 1
        found = steps.to_iter_dataset(grain.ReadOptions(threads, prefetch_buffer_size=ahead))
        if workers:
            flags.FLAGS.mark_as_parsed()  # Grain reads flags there, also outside of absl's programs
            options = grain.MultiprocessingOptions(workers, per_worker_buffer_size=ahead)
            found = found.mp_prefetch(options, _on_the_processor)
        return iter(found)


class _Examples(NamedTuple):
    """The examples of a step, on the host."""

    data: Stream
    key: Key[Array, ""]
    recipe: Recipe
    batch_size: int
    rows: slice

    def __call__(self, step: int) -> Dataset:
        draw = _drawn(
            len(self.data.real),
            self.recipe.critic_steps(step),
            self.batch_size,
            self.recipe.generator_batches,
        )
        return self.data.gather(np.asarray(draw(self.key, step))[:, self.rows])


def _on_the_processor(worker: int, workers: int) -> None:
    """Keeps a process that reads from starting the accelerator."""
    del worker, workers
    jax.config.update("jax_platforms", "cpu")


@keep_programs
def _drawn(n: int, n_critic: int, batch_size: int, generator_batches: int) -> Any:
    """The compiled function `(key of the run, step) -> indices`."""

    @jax.jit
    def draw(key: Array, step: Array) -> Array:
        return draw_indices(
            n,
            jax.random.fold_in(key, step),
            n_critic=n_critic,
            batch_size=batch_size,
            generator_batches=generator_batches,
        )

    return draw
