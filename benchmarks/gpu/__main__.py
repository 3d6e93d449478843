"""The command, see `benchmarks.gpu`."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import gpu
from benchmarks.gpu.cells import SHARES, WORTH, Plan, cells
from benchmarks.gpu.notes import Notes
from benchmarks.gpu.schedule import run
from benchmarks.gpu.workers import Workers, environment

__all__ = ["main"]

NVIDIA = ["nvidia-smi", "--format=csv,noheader"]
NVIDIA += ["--query-gpu=name,driver_version,memory.total,power.limit,clocks.max.sm"]


def main(arguments: list[str]) -> int:
    """Measures, and returns how many cells failed or were off."""
    options = _options(arguments)
    end = time.monotonic() + options.seconds
    options.out.mkdir(parents=True, exist_ok=True)
    out = options.out.resolve()
    facts: dict[str, Any] = {"command": " ".join(arguments), "commit": options.commit}
    facts |= {"gpu": _gpu(), "machines": {}}
    done = json.loads(options.done.read_text())["rows"] if options.done else []
    notes = Notes(out, facts, done)
    plan = Plan(options.works, options.device, options.seconds / 270, str(out))
    chosen = [cell for cell in cells(plan) if cell.part in options.parts and notes.lacks(cell)]
    with (
        (out / "gpu.log").open("w") as log,
        Workers(environment(options.device), options.torch, log) as workers,
    ):
        facts["machines"] = workers.machines
        workers.start({cell.worker for cell in chosen}, patience=options.seconds / 2)
        run(chosen, SHARES, end - time.monotonic(), workers.take, notes.put)
    notes.write()
    print(f"{out / 'gpu.md'}, {out / 'gpu.json'}, {out / 'gpu.log'}")
    return sum("error" in row or row.get("off", 0) > row.get("bound", 0) for row in notes.rows)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m benchmarks.gpu",
        description=gpu.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    folder = Path(os.environ.get("OUT", "results/gpu"))
    for name, kind, default, text in (
        ("seconds", float, 540.0, "when to end"),
        ("out", Path, folder, "folder of the results; $OUT or results/gpu"),
        ("done", Path, None, "gpu.json of an earlier command, whose results are kept"),
        ("torch", str, sys.executable, "a Python that has PyTorch; '' to skip it"),
        ("commit", str, None, "the commit, where the files are not a Git checkout"),
    ):
        parser.add_argument(f"--{name}", type=kind, default=default, help=text)
    parser.add_argument("--device", choices=("gpu", "cpu"), default="gpu", help="cpu for a trial")
    for name, known in (("works", WORTH), ("parts", tuple(SHARES))):
        parser.add_argument(f"--{name}", nargs="+", choices=known, default=known, metavar="NAME")
    return parser.parse_args(arguments)


def _gpu() -> str:
    try:
        found = subprocess.run(NVIDIA, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return f"{type(error).__name__}: {error}"
    return found.stdout.strip()


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 100))
