"""The worker processes, one per library, started again after an error or for other flags."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from benchmarks.contender import Contender
from benchmarks.gpu.cells import Cell

__all__ = ["Workers", "environment"]

ROOT = Path(__file__).parents[2]


def environment(device: str) -> dict[str, str]:
    """Variables of the workers: no fallback to the CPU, memory as needed, no stored programs."""
    if device == "cpu":
        return {"JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": ""}
    return {
        "JAX_PLATFORMS": "cuda,cpu",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        "JAX_ENABLE_COMPILATION_CACHE": "false",
    }


class Workers:
    """The workers.

    Args:
        variables: their environment.
        torch: the Python that has PyTorch; empty for none.
        log: a file for what they print.
    """

    def __init__(self, variables: Mapping[str, str], torch: str, log: IO[Any]) -> None:
        self._pythons = {"with_jax": sys.executable, "with_torch": torch}
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        self._variables, self._log = {**variables, "PYTHONPATH": path}, log
        self._running: dict[str, tuple[str, Contender]] = {}
        self.machines: dict[str, dict[str, Any]] = {}

    def start(self, names: Iterable[str], patience: float) -> None:
        """Starts workers at the same time."""
        able = [name for name in names if self._pythons[name]]
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda name: self._start(name, "", patience), able))

    def take(self, cell: Cell, patience: float) -> dict[str, Any]:
        """The answer of the cell's worker, which has so many seconds, or `{"error": ...}`."""
        begin = time.monotonic()
        if not self._pythons[cell.worker]:
            return {"skipped": "no Python with PyTorch: give --torch"}
        flags, worker = self._running.get(cell.worker, (None, None))
        if worker is None or flags != cell.flags:
            worker = self._start(cell.worker, cell.flags, patience)
        if worker.failed:
            return {"error": worker.failed}
        left = max(1.0, patience - (time.monotonic() - begin))
        found = worker.ask(left, ask=cell.ask, **cell.request)
        if "error" in found:  # after an error of CUDA nothing works in its process
            self._running.pop(cell.worker)[1].end()
        return found

    def _start(self, name: str, flags: str, patience: float) -> Contender:
        """A process with these flags; one that could not start is kept, with its error."""
        if name in self._running:
            self._running[name][1].end()
        command = [self._pythons[name], "-m", "benchmarks.gpu.worker", name]
        of_xla = " ".join(filter(None, [os.environ.get("XLA_FLAGS"), flags]))
        worker = Contender(command, {**self._variables, "XLA_FLAGS": of_xla}, self._log, patience)
        self._running[name] = flags, worker
        if not worker.failed:
            self.machines[name] = worker.ready
        return worker

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for _, worker in self._running.values():
            worker.end()
