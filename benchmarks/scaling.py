"""What a step costs when one thing grows: batch, width, critic steps, devices, data.

Seconds per generator step of `runs.train` with the gradient penalty, from a base: DCGAN for MNIST
of width 16, batches of 32, five critic steps, 4,096 random images. Each quantity is measured in a
process of its own, its values in turns; minima. The devices are simulated and share the cores, so
without overhead their number would change nothing.

    python -m benchmarks.scaling --out results/growth.json --figure docs/growth.png
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import numpy as np
import tyro
from matplotlib.figure import Figure

from benchmarks.works import Work, examples
from jaxgan import recipes
from jaxgan.data.stream import Stream
from jaxgan.figures import arm_colors, save
from jaxgan.figures.style import DPI, PAPER, quiet, words
from jaxgan.networks.presets import dcgan
from jaxgan.runs import train
from jaxgan.runs.identity import fingerprint
from jaxgan.runs.provenance import provenance
from jaxgan.training import Dataset, Setup

SHAPE = (28, 28, 1)
BASE = {"width": 16, "batch": 32, "n_critic": 5, "examples": 4096, "devices": 1}
ONE = "one device"
GROWING: dict[str, dict[str, tuple[int, ...]]] = {
    "batch": {ONE: (8, 16, 32, 64, 128)},
    "width": {ONE: (4, 8, 16, 32, 64)},
    "n_critic": {ONE: (1, 2, 5, 10)},
    "devices": {"sharded": (1, 2, 4, 8), "pmap": (2, 4, 8)},
    "examples": {"in memory": (1024, 8192, 65536), "streamed": (1024, 8192, 65536)},
}
TITLES = {
    "batch": "examples per batch",
    "width": "width of the networks",
    "n_critic": "critic steps",
    "devices": "simulated devices",
    "examples": "examples in the data set",
}
SECONDS, ROUNDS = 1.5, 4


def arguments(quantity: str, way: str, value: int) -> dict[str, Any]:
    """The arguments of `train` where one quantity has another value than the base."""
    size = BASE | {quantity: value}
    networks = dcgan(SHAPE, size["width"])
    data: Dataset | Stream = examples(Work(networks, SHAPE, size["batch"]), size["examples"])
    data = streamed(data) if way == "streamed" else data
    recipe = recipes.wgan_gp(beta1=0.5, n_critic=size["n_critic"])
    setup = Setup(networks, recipe, data, size["batch"], 1)
    via = way if size["devices"] > 1 else None
    return {"setup": setup, "devices": size["devices"], "via": via, "progress": False}


def streamed(data: Dataset) -> Stream:
    """The same examples, read from the host one by one."""
    real = np.asarray(data.real)
    shape = jax.ShapeDtypeStruct(real.shape, real.dtype)
    return Stream(shape, None, lambda i: real[i], fingerprint(data))


def seconds(steps: int, setup: Setup, **options: Any) -> float:
    """The duration of a training."""
    begin = time.perf_counter()
    train(dataclasses.replace(setup, steps=steps), **options)
    return time.perf_counter() - begin


def measured(quantity: str) -> dict[str, dict[int, float]]:
    """Seconds per step by way and value, without what a training of no steps takes."""
    chosen = {
        (way, value): arguments(quantity, way, value)
        for way, values in GROWING[quantity].items()
        for value in values
    }
    lengths = {}
    for key, options in chosen.items():
        seconds(1, **options)  # compiles
        lengths[key] = max(2, int(SECONDS / seconds(1, **options)))
    taken: dict[Any, list[tuple[float, float]]] = {key: [] for key in chosen}
    for _ in range(ROUNDS):
        for key, options in chosen.items():
            taken[key].append((seconds(0, **options), seconds(lengths[key], **options)))
    found: dict[str, dict[int, float]] = {way: {} for way in GROWING[quantity]}
    for (way, value), pairs in taken.items():
        nothing, all_steps = map(min, zip(*pairs, strict=True))
        found[way][value] = (all_steps - nothing) / lengths[way, value]
    return found


def measured_apart(quantity: str) -> dict[str, dict[str, float]]:
    """The same in a process of its own, which alone has simulated devices."""
    flags = "--xla_force_host_platform_device_count=8" if quantity == "devices" else ""
    words = [sys.executable, "-m", "benchmarks.scaling", "--only", quantity]
    output = subprocess.run(
        words, env=os.environ | {"XLA_FLAGS": flags}, stdout=subprocess.PIPE, check=True, text=True
    ).stdout
    return json.loads(output.splitlines()[-1])


def draw(found: Mapping[str, Mapping[str, Mapping[str, float]]], path: Path) -> None:
    """A panel per quantity."""
    figure = Figure((9, 4.8), DPI, facecolor=PAPER, layout="constrained")
    colors = arm_colors(way for of_quantity in found.values() for way in of_quantity)
    grid = figure.subplots(2, 3).ravel()
    for axes, (quantity, of_quantity) in zip(grid, found.items(), strict=False):
        quiet(axes)
        axes.set_title(f"ms per step: {TITLES[quantity]}", loc="left", **words())
        values = sorted({int(value) for of_way in of_quantity.values() for value in of_way})
        for way, of_way in of_quantity.items():
            milliseconds = [1e3 * seconds for seconds in of_way.values()]
            axes.plot([*map(int, of_way)], milliseconds, "o-", color=colors[way], label=way)
        axes.set_xscale("log")
        axes.set_xticks(values, [f"{value:,}" for value in values])
        axes.minorticks_off()
        axes.set_ylim(0, 1.15 * axes.dataLim.y1)
        if len(of_quantity) > 1:
            axes.legend(frameon=False, loc="lower right")
    for axes in grid[len(found) :]:
        axes.set_visible(False)
    save(figure, path)


def main(only: str = "", out: Path | None = None, figure: Path | None = None) -> None:
    """Measures, prints and draws.

    Args:
        only: a single quantity, measured in this process.
        out: file for the numbers, as JSON, written after each quantity.
        figure: PNG file for the curves.
    """
    if only:
        print(json.dumps(measured(only)))
        return
    found: dict[str, Any] = {}
    numbers = {"provenance": provenance(), "base": BASE, "seconds": found}
    for quantity in GROWING:
        found[quantity] = measured_apart(quantity)
        print(quantity, found[quantity])
        if out:
            out.write_text(json.dumps(numbers, indent=1) + "\n")
    if figure:
        draw(found, figure)


if __name__ == "__main__":
    tyro.cli(main)
