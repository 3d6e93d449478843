"""What each objective and each penalty costs, beside the plain loss.

The plain loss is Wasserstein's without a penalty: one critic step and one generator step. The
steps alternate; times are minima. Memory is what XLA reserves beside arguments and results. FLOPs
are those of the program as it is written, so a lazy penalty counts whole.

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
from jaxgan import objectives, penalties
from jaxgan.objectives import Wasserstein
from jaxgan.recipes import wgan_gp
from jaxgan.runs.provenance import provenance
from jaxgan.training import Recipe, create_state, make_train_step, sample_batch
from jaxgan.types import Penalty

__all__ = ["cards", "main"]

PLAIN = "Wasserstein, no penalty"
COLUMNS = ("time, ms", "time", "FLOPs", "memory, MiB", "memory", "compile, s")


def cards() -> Iterator[tuple[str, Recipe]]:
    """The plain loss, then every objective without penalty and every penalty with the plain one."""
    plain = dataclasses.replace(wgan_gp(n_critic=1), penalties=())
    yield PLAIN, plain
    for name in objectives.__all__:
        if name != Wasserstein.__name__:
            objective = getattr(objectives, name)()
            yield name, dataclasses.replace(plain, objective=objective)
    for name in penalties.__all__:
        kind = getattr(penalties, name)
        if isinstance(kind, type) and isinstance(kind(), Penalty):
            penalized = dataclasses.replace(plain, penalties=(kind(),))
            yield name, penalized
            yield f"{name}, every 4th step", dataclasses.replace(penalized, penalty_every=4)
            yield f"{name}, remat", dataclasses.replace(penalized, remat=True)


class Card:
    """One compiled step; `seconds` of its turns."""

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
    """Prints one row per objective and penalty; what has no unit is relative to the plain loss.

    Args:
        work: mlp_512, mlp_64, mnist, cifar, resnet or dcgan64.
        rounds: turns of each.
        steps: steps per turn; a lazy penalty is taken at every fourth.
        out: a JSON file for the results.
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
