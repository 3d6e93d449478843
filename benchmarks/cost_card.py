"""The cost of each objective and each penalty, relative to the plain loss.

The plain loss is `Wasserstein` without a penalty, with one critic step and one generator step. The
programs are timed in alternation; times are minima. Memory is what XLA reserves in addition to
arguments and results. FLOPs are counted in the unoptimized program, so a lazy penalty counts fully.

    python -m benchmarks.cost_card --work mnist
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import tyro
from rich.console import Console
from rich.table import Column, Table

from benchmarks.works import WORKS, Work, examples
from jaxgan.cli.catalogue import members
from jaxgan.objectives import Wasserstein
from jaxgan.recipes import wgan_gp
from jaxgan.runs.provenance import provenance
from jaxgan.training import Recipe, create_state, make_train_step, sample_batch

__all__ = ["cards", "main"]

PLAIN = "Wasserstein, no penalty"
COLUMNS = ("time, ms", "time", "FLOPs", "memory, MiB", "memory", "compile, s")


def cards() -> Iterator[tuple[str, Recipe]]:
    """The plain loss, every objective without a penalty, and the plain loss with every penalty."""
    plain = dataclasses.replace(wgan_gp(n_critic=1), penalties=())
    yield PLAIN, plain
    for name, kind in members("objective").items():
        if kind is not Wasserstein:
            yield name, dataclasses.replace(plain, objective=kind())
    for name, kind in members("penalty").items():
        penalized = dataclasses.replace(plain, penalties=(kind(),))
        yield name, penalized
        yield f"{name}, every 4th step", dataclasses.replace(penalized, penalty_every=4)
        yield f"{name}, remat", dataclasses.replace(penalized, remat=True)


class Card:
    """A compiled train step and its measurements; `seconds` has one time per round."""

    def __init__(self, work: Work, recipe: Recipe) -> None:
        key, data = jax.random.key(0), examples(work)
        self.state = create_state(work.networks, recipe, key, data)
        self.batch = sample_batch(data, key, n_critic=1, batch_size=work.batch)
        lowered = jax.jit(make_train_step(work.networks, recipe)).lower(self.state, self.batch)
        begin = time.perf_counter()
        self.step = lowered.compile()
        self.compile_seconds = time.perf_counter() - begin
        self.flops = (lowered.cost_analysis() or {}).get("flops", float("nan"))
        memory = self.step.memory_analysis()
        self.bytes = memory.temp_size_in_bytes if memory else float("nan")
        self.seconds: list[float] = []

    def take_turn(self, steps: int) -> None:
        state = self.state
        begin = time.perf_counter()
        for _ in range(steps):
            state, _ = self.step(state, self.batch)
        jax.block_until_ready(state)
        self.seconds.append((time.perf_counter() - begin) / steps)


def _row(card: Card, plain: Card) -> dict[str, Any]:
    return {
        "milliseconds": 1000 * min(card.seconds),
        "time": min(card.seconds) / min(plain.seconds),
        "flops": card.flops / plain.flops,
        "mebibytes": card.bytes / 2**20,
        "memory": card.bytes / plain.bytes,
        "compile_seconds": card.compile_seconds,
    }


def main(work: str = "mnist", rounds: int = 5, steps: int = 4, out: Path | None = None) -> None:
    """Prints one row per objective and penalty; without a unit it is relative to the plain loss.

    Args:
        work: mlp_512, mlp_64, mnist, cifar, resnet or dcgan64.
        rounds: how often each program is timed.
        steps: steps per timing; a lazy penalty is computed at every fourth.
        out: JSON file for the results.
    """
    found = {name: Card(WORKS[work], recipe) for name, recipe in cards()}
    for _ in range(rounds):
        for card in found.values():
            card.take_turn(steps)
    rows = {name: _row(card, found[PLAIN]) for name, card in found.items()}
    table = Table("", *(Column(name, justify="right") for name in COLUMNS), title=work)
    for name, row in rows.items():
        table.add_row(name, *(f"{value:.3g}" for value in row.values()))
    console, made = Console(), {**provenance(), "work": work}
    console.print(table)
    console.print(made)
    if out is not None:
        out.write_text(json.dumps(made | {"results": rows}, indent=1))


if __name__ == "__main__":
    tyro.cli(main)
