"""What a compiled program consists of, and which of its kernels take the time."""

from __future__ import annotations

import collections
import gzip
import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax

__all__ = ["kernels", "operations", "write"]

OPERATIONS = {
    "cuDNN": r'custom_call_target="__cudnn',
    "cuBLAS": r'custom_call_target="__cublas',
    "Triton": r'"kind":"__triton',
    "convolutions": r" convolution\(",
    "products": r" dot\(",
    "transposes": r" transpose\(",
    "copies": r" copy\(",
    "fusions": r" fusion\(",
    "loops": r" while\(",
}


def operations(text: str) -> dict[str, int]:
    """How often an optimized program has each of some operations; loops are counted once.

    Args:
        text: the optimized program.

    Returns:
        Numbers by operation.

    >>> found = operations('%a = f32[2] fusion(%b), kind=kLoop, calls=%c')
    >>> found["fusions"], found["cuDNN"]
    (1, 0)
    """
    return {name: len(re.findall(pattern, text)) for name, pattern in OPERATIONS.items()}


def write(compiled: Any, path: Path) -> None:
    """Writes the optimized program, compressed."""
    with gzip.open(path, "wt") as file:
        file.write(compiled.as_text() or "")


def kernels(run: Callable[[], object], most: int = 25) -> list[tuple[str, int, float]] | str:
    """The kernels that take most of the time: name, number of calls, seconds; or an error."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            with jax.profiler.trace(folder):
                run()
            (path,) = Path(folder).rglob("*.trace.json.gz")
            events = json.loads(gzip.decompress(path.read_bytes()))["traceEvents"]
    except Exception as error:  # a profiler that does not work here costs no timing
        return f"{type(error).__name__}: {error}"
    return _longest(events, most)


def _longest(events: list[dict[str, Any]], most: int) -> list[tuple[str, int, float]]:
    """Of the events on streams of a GPU, by name."""
    named = [event for event in events if event.get("ph") == "M"]
    gpus = {e["pid"] for e in named if e["name"] == "process_name" and "GPU" in e["args"]["name"]}
    streams = {
        (e["pid"], e["tid"])
        for e in named
        if e["name"] == "thread_name" and e["pid"] in gpus and "Stream" in e["args"]["name"]
    }
    times = collections.defaultdict(list)
    for event in events:
        if event.get("ph") == "X" and (event["pid"], event["tid"]) in streams:
            times[event["name"]].append(event["dur"] / 1e6)
    found = [(name, len(seconds), sum(seconds)) for name, seconds in times.items()]
    return sorted(found, key=lambda row: -row[-1])[:most]
