"""The train steps of `jaxgan` in a separate process: a worker that times them on request.

Requests are lines of JSON on stdin, answers lines of JSON on stdout, as in `yardstick.py`:
{"steps": 10}, {"peak": true}, {"matmul": 4096}. The way "flax" is the same step with networks that
use `flax.linen.Conv`.

    python -m benchmarks.worker mnist gp jaxgan
"""

from __future__ import annotations

import contextlib
import json
import platform
import resource
import sys
from collections.abc import Iterator
from typing import Any, Literal

import flax
import jax
import optax
import tyro

from benchmarks.flops import flops_of_step
from benchmarks.timed import Timed, flops_per_second, with_precision
from benchmarks.works import LOSSES, WORKS, examples, with_flax_convolutions

__all__ = ["serve"]


def _peak_bytes() -> int:
    stats = jax.devices()[0].memory_stats() or {}
    of_process = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return stats.get("peak_bytes_in_use", of_process)


def serve(work: str, loss: str, way: str, precision: str) -> Iterator[dict[str, Any]]:
    """Yields one answer when ready, then one per request."""
    networks, _, batch = WORKS[work]
    flops = flops_of_step(networks, LOSSES[loss], batch)
    if way == "flax":
        with_flax_convolutions()
    recipe = with_precision(LOSSES[loss], precision)
    timed = Timed(networks, recipe, examples(WORKS[work]), batch, capacity=1000)
    timed.seconds(1)
    state = timed.state
    packages = {package.__name__: package.__version__ for package in (jax, flax, optax)}
    yield {
        "ready": True,
        "versions": packages | {"python": platform.python_version()},
        "device": jax.devices()[0].device_kind,
        "compile_seconds": timed.trace_seconds + timed.compile_seconds,
        "flops": flops,
        "parameters": sum(x.size for x in jax.tree.leaves((state.generator[0], state.critic[0]))),
    }
    for line in sys.stdin:
        match json.loads(line):
            case {"steps": steps}:
                yield {"seconds": timed.seconds(steps)}
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
