"""The train steps of `jaxgan` in a separate process: a worker that times them on request.

Requests are lines of JSON on stdin, answers lines of JSON on stdout, as in `yardstick.py`:
{"steps": 10}, {"peak": true}, {"matmul": 4096}. The way "flax" is the same step with networks that
use `flax.linen.Conv`.

    python -m benchmarks.worker mnist gp jaxgan
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import platform
import resource
import sys
import time
from collections.abc import Iterator
from typing import Any, Literal

import flax
import jax
import jax.numpy as jnp
import optax
import tyro

from benchmarks.flops import flops_of_step
from benchmarks.works import LOSSES, WORKS, examples, with_flax_convolutions
from jaxgan.runs.devices import compile_chunk
from jaxgan.training import create_state

__all__ = ["flops_per_second", "serve"]

PRECISIONS = {"float32": "highest", "tf32": "tensorfloat32", "bfloat16": "highest"}


def flops_per_second(size: int) -> float:
    """The fastest of five products of two float32 matrices."""
    left, right = jax.random.normal(jax.random.key(0), (2, size, size))
    product = jax.jit(jnp.dot)
    jax.block_until_ready(product(left, right))
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        jax.block_until_ready(product(left, right))
        times.append(time.perf_counter() - begin)
    return 2 * size**3 / min(times)


def _peak_bytes() -> int:
    stats = jax.devices()[0].memory_stats() or {}
    of_process = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return stats.get("peak_bytes_in_use", of_process)


def serve(work: str, loss: str, way: str, precision: str) -> Iterator[dict[str, Any]]:
    """Yields one answer when ready, then one per request."""
    flops = flops_of_step(WORKS[work].networks, LOSSES[loss], WORKS[work].batch)
    if way == "flax":
        with_flax_convolutions()
    jax.config.update("jax_default_matmul_precision", PRECISIONS[precision])
    networks, _, batch = WORKS[work]
    recipe, data, key = LOSSES[loss], examples(WORKS[work]), jax.random.key(0)
    if precision == "bfloat16":
        recipe = dataclasses.replace(recipe, compute_dtype="bfloat16")
    state = create_state(networks, recipe, key, data)
    n_critic = recipe.critic_steps(0)
    chunk = compile_chunk(networks, recipe, batch_size=batch, n_critic=n_critic, capacity=1000)
    begin = time.perf_counter()
    compiled = chunk.lower(state, data, key, 1).compile()  # pyright: ignore[reportFunctionMemberAccess]
    seconds = time.perf_counter() - begin

    def run(steps: int) -> float:
        nonlocal state
        begin = time.perf_counter()
        state, _ = jax.block_until_ready(compiled(state, data, key, steps))
        return (time.perf_counter() - begin) / steps

    run(1)
    packages = {package.__name__: package.__version__ for package in (jax, flax, optax)}
    yield {
        "ready": True,
        "versions": packages | {"python": platform.python_version()},
        "device": jax.devices()[0].device_kind,
        "compile_seconds": seconds,
        "flops": flops,
        "parameters": sum(x.size for x in jax.tree.leaves((state.generator[0], state.critic[0]))),
    }
    for line in sys.stdin:
        match json.loads(line):
            case {"steps": steps}:
                yield {"seconds": [run(steps)]}
            case {"peak": True}:
                yield {"peak_bytes": _peak_bytes()}
            case {"matmul": size}:
                yield {"flops_per_second": flops_per_second(size)}


def main(
    work: tyro.conf.Positional[str],
    loss: tyro.conf.Positional[str],
    way: tyro.conf.Positional[Literal["jaxgan", "flax"]] = "jaxgan",
    precision: Literal["float32", "tf32", "bfloat16"] = "float32",
) -> None:
    """Answers requests until stdin ends."""
    stdout = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):  # only answers go to stdout
        try:
            for answer in serve(work, loss, way, precision):
                print(json.dumps(answer), file=stdout, flush=True)
        except Exception as error:
            reason = f"{type(error).__name__}: {str(error).splitlines()[0]}"
            print(json.dumps({"error": reason}), file=stdout, flush=True)


if __name__ == "__main__":
    tyro.cli(main)
