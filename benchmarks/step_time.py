"""Seconds per generator step: jaxgan, the same step with Flax's convolutions, and PyTorch.

Each contender is a separate process. They take turns, so that other load on the machine affects all
of them; ratios are ratios of minima. The roof is the speed of a product of two matrices, measured
in the same turns. PyTorch need not be installed beside jaxgan: `--torch` is a Python that has it.

    python -m benchmarks.step_time --quick --torch path/to/python
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Literal

import jax
import tyro
from rich.console import Console
from rich.table import Column, Table

from benchmarks.contender import Answer, Contender
from benchmarks.works import LOSSES, WORKS
from jaxgan.runs.provenance import provenance
from jaxgan.types import unknown

__all__ = ["main"]

COLUMNS = ("median, ms", "minimum, ms", "jaxgan / this", "GFLOP/s", "of the roof", "peak, MiB")
COLUMNS += ("compile, s",)
MATRIX = {"cpu": 2048, "gpu": 8192, "tpu": 8192}


@contextmanager
def _contenders(
    work: str, loss: str, torch: str, device: str, precision: str, flax: bool
) -> Iterator[dict[str, Contender]]:
    """The contenders, started one after the other, so that only one compiles at a time."""
    own = [sys.executable, "-m", "benchmarks.worker", work, loss]
    yardstick = [torch, "-m", "benchmarks.yardstick", work, loss]
    image = len(WORKS[work].shape) == 3
    options = ["--precision", precision]
    with ExitStack() as stack, tempfile.TemporaryDirectory() as cache:

        def start(command: list[str], **environment: str) -> Contender:
            return stack.enter_context(Contender([*command, *options], environment))

        caching = {
            "JAX_COMPILATION_CACHE_DIR": cache,
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        }
        with Contender([*own, "jaxgan", *options], caching) as cold:
            found = {"jaxgan": start([*own, "jaxgan"], **caching)}
            found["jaxgan"].ready["cold_seconds"] = cold.ready.get("compile_seconds")
        if image and flax:
            found["plain Flax"] = start([*own, "flax"])
        options += ["--device", "cuda" if device == "gpu" else "cpu"]
        for way in ("eager", "channels_last", "compile", "func") if torch else ():
            if image or way != "channels_last":
                found[f"PyTorch, {way}"] = start([*yardstick, way])
        yield found


def measure(
    work: str, loss: str, *, device: str, rounds: int, budget: float, **arguments: Any
) -> Answer:
    """Times all contenders on one work and loss, in alternation."""
    with _contenders(work, loss, device=device, **arguments) as contenders:
        able = {name: each for name, each in contenders.items() if not each.failed}
        if "jaxgan" not in able:
            raise RuntimeError(f"jaxgan on {work}, {loss}: {contenders['jaxgan'].failed}")
        able["jaxgan"].take_turn(budget)  # one step, to estimate how many fit into a turn
        roofs: list[float] = []
        for _ in range(rounds):
            for name, contender in able.items():
                contender.take_turn(budget)
                if name != "plain Flax":
                    roofs.append(contender.ask(matmul=MATRIX[device])["flops_per_second"])
        flops, roof = contenders["jaxgan"].ready["flops"], max(roofs)
        best = min(contenders["jaxgan"].seconds)
        rows = {
            name: {
                "seconds": each.seconds,
                "jaxgan_over_this": best / min(each.seconds),
                "flops_per_second": flops / min(each.seconds),
                "share_of_roof": flops / min(each.seconds) / roof,
                "peak_bytes": each.ask(peak=True)["peak_bytes"],
                **each.ready,
            }
            for name, each in able.items()
        }
        failed = {name: each.failed for name, each in contenders.items() if each.failed}
    return {"flops": flops, "roof": roof, "contenders": rows, "failed": failed}


def _cells(row: Answer) -> list[str]:
    compiled = f"{row['compile_seconds']:.1f}"
    if "cold_seconds" in row:
        compiled = f"{row['cold_seconds']:.1f}, cached {compiled}"
    return [
        f"{1000 * median(row['seconds']):.4g}",
        f"{1000 * min(row['seconds']):.4g}",
        f"{row['jaxgan_over_this']:.2f}",
        f"{row['flops_per_second'] / 1e9:.4g}",
        f"{row['share_of_roof']:.0%}",
        f"{row['peak_bytes'] / 2**20:.0f}",
        compiled,
    ]


def _table(work: str, loss: str, found: Answer) -> Table:
    title = (
        f"{work}, {loss}: {found['flops'] / 1e9:.4g} GFLOP, roof {found['roof'] / 1e9:.4g} GFLOP/s"
    )
    table = Table("", *(Column(name, justify="right") for name in COLUMNS), title=title)
    for name, row in found["contenders"].items():
        table.add_row(name, *_cells(row))
    for name, reason in found["failed"].items():
        table.add_row(name, *[""] * (len(COLUMNS) - 1), reason[:40])
    return table


def main(
    works: tuple[str, ...] = tuple(WORKS),
    losses: tuple[str, ...] = tuple(LOSSES),
    quick: bool = False,
    flax: bool = True,
    torch: str = "",
    precision: Literal["float32", "tf32", "bfloat16"] = "float32",
    rounds: int = 5,
    budget: float = 3.0,
    out: Path | None = None,
) -> None:
    """Prints a table for each work and loss.

    Args:
        works: mlp_512, mlp_64, mnist, mnist_16, cifar, resnet, dcgan64.
        losses: gp, clip, ns.
        quick: only mnist with the gradient penalty, without plain Flax, in about two minutes.
        flax: whether to time plain Flax; on CPU its penalty steps take half a minute each.
        torch: path of a Python that has PyTorch 2.13.0; empty to skip PyTorch.
        precision: precision of matrix products, on an accelerator.
        rounds: number of turns of each contender.
        budget: seconds per turn; a turn has at least one step.
        out: JSON file for the results, written after each work and loss.
    """
    for name, given, known in (("works", works, WORKS), ("losses", losses, LOSSES)):
        for choice in given:
            if choice not in known:
                raise unknown(name, choice, known)
    if quick:
        works, losses, flax, rounds = ("mnist",), ("gp",), False, 3
    made = {**provenance(), "cores": os.cpu_count(), "precision": precision, "results": {}}
    console, device = Console(), jax.default_backend()
    arguments: dict[str, Any] = {"torch": torch, "precision": precision, "flax": flax}
    for work in works:
        for loss in losses:
            found = measure(work, loss, device=device, rounds=rounds, budget=budget, **arguments)
            made["results"][f"{work}, {loss}"] = found
            console.print(_table(work, loss, found))
            if out is not None:
                out.write_text(json.dumps(made, indent=1))
    console.print({name: value for name, value in made.items() if name != "results"})


if __name__ == "__main__":
    tyro.cli(main)
