"""What the PyTorch worker of `benchmarks.gpu` measures; it imports no JAX."""
# pyright: reportMissingImports=false

from __future__ import annotations

import gc
from typing import Any

import torch

from benchmarks.yardstick import LOSSES, WORKS, Game, configure, flops_per_second

__all__ = ["ANSWERS", "machine"]

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def machine() -> dict[str, Any]:
    """Versions and device."""
    name = torch.cuda.get_device_name() if DEVICE == "cuda" else "CPU"
    return {"torch": torch.__version__, "cuda": torch.version.cuda, "device": name}


def roof(size: int, precision: str) -> dict[str, Any]:
    configure(DEVICE, precision)
    dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
    return {"flops_per_second": flops_per_second(size, DEVICE, dtype)}


def step(work: str, loss: str, way: str, precision: str, budget: float) -> dict[str, Any]:
    """A train step; without CUDA graphs if those fail."""
    configure(DEVICE, precision)
    try:
        return _step(work, loss, way, precision, budget, graphs=True)
    except Exception as error:
        if way != "compile" or DEVICE == "cpu":
            raise
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
    return _step(work, loss, way, precision, budget, graphs=False) | {"without_graphs": reason}


def _step(
    work: str, loss: str, way: str, precision: str, budget: float, graphs: bool
) -> dict[str, Any]:
    gc.collect()
    torch._dynamo.reset()
    if DEVICE == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    game = Game(WORKS[work], LOSSES[loss], way, DEVICE, precision, graphs)
    first = game.seconds(1)
    game.seconds(3)  # CUDA graphs are recorded in the second and third
    fitting = int(budget / 5 / game.seconds(1))
    found = [game.seconds(max(1, min(fitting, 1000))) for _ in range(5)]
    peak = torch.cuda.max_memory_allocated() if DEVICE == "cuda" else None
    return {"seconds": found, "compile_seconds": first - min(found), "bytes": peak}


ANSWERS = {"roof": roof, "step": step}
