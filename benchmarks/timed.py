"""Timing of our train steps: whole chunks on the device, compiled before the clock starts."""

from __future__ import annotations

import dataclasses
import functools
import time
from typing import Any

import jax
import jax.numpy as jnp

from jaxgan.runs.devices import compile_chunk
from jaxgan.training import Dataset, Networks, Recipe, create_state

__all__ = ["PRECISIONS", "Timed", "flops_per_second", "with_precision"]

PRECISIONS = {"float32": "highest", "tf32": "tensorfloat32", "bfloat16": "tensorfloat32"}
"""JAX's precision of products of float32 matrices. With "bfloat16" only the penalties have them."""


def with_precision(recipe: Recipe, precision: str) -> Recipe:
    """The recipe in a precision, which becomes the default of this process."""
    jax.config.update("jax_default_matmul_precision", PRECISIONS[precision])
    if precision != "bfloat16":
        return recipe
    return dataclasses.replace(recipe, compute_dtype="bfloat16")


def flops_per_second(size: int, precision: str | None = None) -> float:
    """The fastest of five products of two matrices, in the precision or JAX's default."""
    left, right = jax.random.normal(jax.random.key(0), (2, size, size))
    if precision == "bfloat16":
        left, right = left.astype(jnp.bfloat16), right.astype(jnp.bfloat16)
    product = jax.jit(functools.partial(jnp.dot, precision=PRECISIONS.get(precision or "")))
    jax.block_until_ready(product(left, right))
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        jax.block_until_ready(product(left, right))
        times.append(time.perf_counter() - begin)
    return 2 * size**3 / min(times)


class Timed:
    """A compiled chunk of train steps, its state, and the seconds that tracing and compiling took.

    `steps` counts the steps; the state's own number is lower if one diverged.

    Args:
        networks: generator, critic and latent distribution.
        recipe: the training settings.
        data: the data set.
        batch_size: examples per critic step.
        capacity: the largest number of steps per call.
    """

    def __init__(
        self, networks: Networks, recipe: Recipe, data: Dataset, batch_size: int, capacity: int
    ) -> None:
        key = jax.random.key(0)
        self.state = create_state(networks, recipe, key, data)
        size = {"batch_size": batch_size, "n_critic": recipe.critic_steps(0), "capacity": capacity}
        chunk: Any = compile_chunk(networks, recipe, **size)
        begin = time.perf_counter()
        lowered = chunk.lower(self.state, data, key, 1)
        between = time.perf_counter()
        self.compiled = lowered.compile()
        self.trace_seconds = between - begin
        self.compile_seconds = time.perf_counter() - between
        self._data, self._key, self._capacity = data, key, capacity
        self.steps = 0

    def seconds(self, steps: int) -> float:
        """Seconds per step of one chunk."""
        begin = time.perf_counter()
        arguments = self.state, self._data, self._key, steps
        self.state, _ = jax.block_until_ready(self.compiled(*arguments))
        taken = time.perf_counter() - begin
        self.steps += steps
        return taken / steps

    def chunks(self, budget: float, rounds: int = 5) -> list[float]:
        """Seconds per step of some chunks, which together fit into the budget, in seconds."""
        self.seconds(1)
        fitting = int(budget / rounds / self.seconds(1))
        return [self.seconds(max(1, min(fitting, self._capacity))) for _ in range(rounds)]
