"""The runs on which faults are tried: a training, an experiment and a population.

Checkpoints lie between the lines of metrics and between observations, and the best one is kept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import numpy as np

from jaxgan import data, recipes
from jaxgan.networks import presets
from jaxgan.runs import train, train_population
from jaxgan.study import (
    Experiment,
    Measurement,
    Metric,
    Moment,
    Record,
    Scale,
    Sweep,
    Training,
    run,
)
from jaxgan.training import Setup, TrainState
from tests.campaign.commands import command

__all__ = ["RUNS", "experiment", "population", "setup_of", "training"]

STEPS = 15


def setup_of(steps: int = STEPS, width: int = 4) -> Setup:
    """A training of a few milliseconds."""
    networks = presets.mlp((2,), width=width)
    recipe = recipes.wgan_gp(n_critic=1)
    return Setup(networks, recipe, data.load("swiss_roll"), 8, steps)


def size_of(state: TrainState) -> float:
    """The norm of the generator's parameters."""
    leaves = jax.tree.leaves(state.generator.params)
    return math.sqrt(sum(float((np.asarray(leaf, float) ** 2).sum()) for leaf in leaves))


def quality(state: TrainState) -> dict[str, float]:
    """An observation that is best at step 5."""
    return {"size": size_of(state), "distance": abs(int(state.step) - 5.0)}


def training(folder: Path, steps: int = STEPS, **options: Any) -> None:
    """A training by `runs.train`, from where it was stopped."""
    usual = {"log_every": 4, "save_every": 6, "observe_at": range(0, steps + 1, 5)}
    usual |= {"observe": quality, "best_by": "distance", "progress": False}
    train(setup_of(steps), folder=folder, **usual | options)


def measure(moment: Moment) -> Measurement:
    """A measure with scores, frames and arrays."""
    size = size_of(moment.state)
    noise = np.asarray(jax.random.normal(moment.key, (3,)))
    return Measurement({"size": size}, {"noise": noise + size}, {"last": noise * size})


def summarize(x: np.ndarray, found: Mapping[str, np.ndarray]) -> dict[str, float]:
    """The score of a sweep."""
    return {"size": float((x * found["size"]).sum())}


def formula(seed: int, folder: Path) -> Record:
    """A cell that trains nothing."""
    del folder
    return Record({"size": 2.0 + seed}, arrays={"last": np.arange(3.0)})


def cells() -> dict[str, Any]:
    """A training, a sweep of one training, and a formula."""
    options: dict[str, Any] = {"best_by": "size", "progress": False}
    one = Training(setup_of(4), measure, moments=[2], **options)
    of_width = Training(setup_of(2, width=3), measure, moments=[], **options)
    return {"training": one, "sweep": Sweep({3.0: of_width}, summarize), "formula": formula}


def experiment(folder: Path) -> None:
    """An experiment by `study.run`."""
    metrics = {"size": Metric("norm of the parameters", "lower")}
    scales = {"small": Scale(cells, seeds=1)}
    run(Experiment("Sizes.", scales, metrics, protocol="All."), folder, progress=False)


def population(folder: Path) -> None:
    """Two members in one program."""
    setup = setup_of()
    train_population(
        setup.networks,
        recipes.wgan_gp,
        setup.data,
        steps=10,
        seeds=[0, 1],
        settings={"learning_rate": [1e-4, 1e-3]},
        batch_size=8,
        way="vmapped",
        folder=folder,
        log_every=4,
        save_every=6,
        progress=False,
    )


def long(folder: Path) -> None:
    """A training of some seconds that saves most of the time."""
    training(folder, steps=300)


RUNS = {
    "training": training,
    "long": long,
    "experiment": experiment,
    "population": population,
    "command": command,
}
"""By name: a function that starts the run in a folder, or resumes it."""
