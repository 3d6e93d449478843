"""Milliseconds per generator step: one dispatch per step beside chunks of many steps.

Both do the same work, the drawing of the batches included. They alternate, so that what else the
machine does falls on both; the ratio is the median over the pairs. The first call compiles.

    python -m benchmarks.step_time --repeats 5
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import jax
import tyro
from rich.live import Live
from rich.table import Column, Table

from jaxgan import architectures, data, recipes
from jaxgan.parallel import compile_chunk, compile_step
from jaxgan.provenance import provenance
from jaxgan.training import Batch, Dataset, Networks, Recipe, TrainState, create_state, sample_batch

RECIPES = {"gan": recipes.gan(), "wgan": recipes.wgan(), "wgan_gp": recipes.wgan_gp()}
COLUMNS = ("step, ms", "chunk, ms", "step / chunk", "compile, s")
BATCH = 64
KEY = jax.random.key(0)
Advance = Callable[[TrainState, int], TrainState]


class Case(NamedTuple):
    name: str
    networks: Networks
    recipe: Recipe
    data: Dataset


def cases() -> Iterator[Case]:
    points, images = data.load("swiss_roll"), data.digits()._replace(labels=None)
    for name, recipe in RECIPES.items():
        for width in (64, 512):
            networks = architectures.mlp((2,), width=width)
            yield Case(f"{name}, mlp {width}, points", networks, recipe, points)
        networks = architectures.dcgan((8, 8, 1), width=16)
        yield Case(f"{name}, dcgan 16, 8 x 8", networks, recipe, images)


def one_by_one(case: Case) -> Advance:
    step, turns = compile_step(case.networks, case.recipe), case.recipe.critic_steps(0)

    @jax.jit
    def draw(data: Dataset, index: int) -> Batch:
        return sample_batch(data, jax.random.fold_in(KEY, index), batch_size=BATCH, n_critic=turns)

    def advance(state: TrainState, steps: int) -> TrainState:
        for index in range(steps):
            state, _ = step(state, draw(case.data, index))
        return state

    return advance


def in_chunks(case: Case, capacity: int) -> Advance:
    options = {"n_critic": case.recipe.critic_steps(0), "capacity": capacity}
    chunk = compile_chunk(case.networks, case.recipe, batch_size=BATCH, **options)
    return lambda state, steps: chunk(state, case.data, KEY, steps)[0]


def measure(case: Case, steps: int, repeats: int) -> dict[str, Any]:
    ways: dict[str, Advance] = {"step": one_by_one(case), "chunk": in_chunks(case, steps)}
    states = {way: create_state(case.networks, case.recipe, KEY, case.data) for way in ways}

    def seconds(way: str, steps: int) -> float:
        begin = time.perf_counter()
        states[way] = jax.block_until_ready(ways[way](states[way], steps))
        return time.perf_counter() - begin

    first = {way: seconds(way, 1) for way in ways}
    pairs = [{way: 1000 * seconds(way, steps) / steps for way in ways} for _ in range(repeats)]
    return {
        "milliseconds": {way: [pair[way] for pair in pairs] for way in ways},
        "ratio": median(pair["step"] / pair["chunk"] for pair in pairs),
        "compile_seconds": first,
    }


def cells(found: dict[str, Any]) -> list[str]:
    times = [f"{min(ms):.3g} / {median(ms):.3g}" for ms in found["milliseconds"].values()]
    compiles = [f"{seconds:.1f}" for seconds in found["compile_seconds"].values()]
    return [*times, f"{found['ratio']:.2f}", " / ".join(compiles)]


def main(only: str = "", repeats: int = 5, steps: int = 100, out: Path | None = None) -> None:
    """Minimum / median milliseconds per generator step, step by step and in chunks.

    Args:
        only: measure the cases with this in their name, such as "wgan_gp" or "mlp 512".
        repeats: pairs of measurements.
        steps: generator steps per measurement, and per chunk.
        out: a JSON file for the results.
    """
    made = dict(provenance(), cores=os.cpu_count(), batch=BATCH, repeats=repeats, steps=steps)
    columns = (Column(name, justify="right") for name in COLUMNS)
    results, table = {}, Table("case", *columns, title="minimum / median per generator step")
    with Live(table) as live:
        for case in (case for case in cases() if only in case.name):
            results[case.name] = measure(case, steps, repeats)
            table.add_row(case.name, *cells(results[case.name]))
        live.console.print(made)
    if out is not None:
        out.write_text(json.dumps(made | {"results": results}))


if __name__ == "__main__":
    tyro.cli(main)
