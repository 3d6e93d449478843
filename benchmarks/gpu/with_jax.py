"""What the JAX worker of `benchmarks.gpu` measures."""

from __future__ import annotations

import dataclasses
import functools
import time
from pathlib import Path
from statistics import median
from typing import Any

import jax

from benchmarks.flops import flops_of_step
from benchmarks.gpu import smoke
from benchmarks.gpu.details import kernels, operations, write
from benchmarks.timed import Timed, flops_per_second, with_precision
from benchmarks.works import LOSSES, WORKS, examples
from jaxgan import recipes
from jaxgan.networks.presets import resnet
from jaxgan.runs.members import Program
from jaxgan.runs.provenance import provenance
from jaxgan.training import Dataset, Networks, Recipe, Setup, create_state

__all__ = ["ANSWERS", "machine"]

CIFAR = 50_000
"""Images of CIFAR-10."""
STEPS = 100_000
"""Generator steps of the paper."""


def machine() -> dict[str, Any]:
    """Commit, versions and device."""
    return provenance()


def roof(size: int, precision: str | None) -> dict[str, Any]:
    """A large product; without a precision in JAX's default, which other cells have changed."""
    jax.config.update("jax_default_matmul_precision", None)
    return {"flops_per_second": flops_per_second(size, precision)}


def step(
    work: str,
    loss: str,
    precision: str,
    budget: float,
    batch: int | None = None,
    details: str | None = None,
) -> dict[str, Any]:
    """A train step; `details` is a path for the compiled program."""
    networks, _, usual = WORKS[work]
    recipe = with_precision(LOSSES[loss], precision)
    found, timed = _timed(networks, recipe, examples(WORKS[work]), batch or usual, budget)
    found["flops"] = flops_of_step(networks, recipe, found["batch"])
    if details:
        write(timed.compiled, Path(details))
        found["kernels"] = kernels(functools.partial(timed.seconds, 1))
    return found


def forecast(precision: str, budget: float, auxiliary: bool = False) -> dict[str, Any]:
    """Minutes for the paper's training of its residual networks, without scores and pictures."""
    work = WORKS["resnet"]
    recipe = with_precision(recipes.wgan_gp_resnet(auxiliary=auxiliary), precision)
    networks, data = work.networks, examples(work, CIFAR)
    if auxiliary:
        networks = resnet(work.shape, classes=10)
        data = data._replace(labels=jax.numpy.arange(CIFAR) % 10)
    found, _ = _timed(networks, recipe, data, work.batch, budget, capacity=100)
    seconds = STEPS * median(found["seconds"]) + found["trace_seconds"] + found["compile_seconds"]
    flops = flops_of_step(work.networks, recipe, work.batch)  # without those of labels, a few
    return found | {"minutes": seconds / 60, "flops": flops}


def _timed(
    networks: Networks,
    recipe: Recipe,
    data: Dataset,
    batch: int,
    budget: float,
    capacity: int = 1000,
) -> tuple[dict[str, Any], Timed]:
    timed = Timed(networks, recipe, data, batch, capacity)
    seconds = timed.chunks(budget)
    memory = timed.compiled.memory_analysis()
    return {
        "seconds": seconds,
        "finite": int(timed.state.step) == timed.steps,
        "batch": batch,
        "trace_seconds": timed.trace_seconds,
        "compile_seconds": timed.compile_seconds,
        "bytes": getattr(memory, "temp_size_in_bytes", None),
        "operations": operations(timed.compiled.as_text() or ""),
    }, timed


def population(work: str, members: int, way: str, precision: str, budget: float) -> dict[str, Any]:
    """Seconds per step of all members together, each with its own learning rate."""
    chosen, data = WORKS[work], examples(WORKS[work])
    half = {"compute_dtype": with_precision(LOSSES["gp"], precision).compute_dtype}

    def make(learning_rate: Any) -> Recipe:
        return dataclasses.replace(recipes.wgan_gp(learning_rate, beta1=0.5), **half)

    rates = [1e-4 * (1 + i / members) for i in range(members)]
    setup = Setup(chosen.networks, make(1e-4), data, chosen.batch, steps=STEPS)
    program = Program(setup, make, range(members), {"learning_rate": rates}, capacity=100)
    states = [create_state(chosen.networks, setup.recipe, jax.random.key(0), data)] * members

    def seconds(steps: int) -> float:
        begin = time.perf_counter()
        jax.block_until_ready(program(way, states, steps))  # pyright: ignore[reportArgumentType]
        return (time.perf_counter() - begin) / steps

    first = seconds(1)
    steps = max(1, min(100, int(budget / 5 / seconds(1))))
    found = [seconds(steps) for _ in range(5)]
    return {"seconds": found, "compile_seconds": first - min(found)}


ANSWERS = {
    "roof": roof,
    "step": step,
    "forecast": forecast,
    "population": population,
    "same_step": smoke.same_step,
    "nested_gradient": smoke.nested_gradient,
    "resumed": smoke.resumed,
}
