"""The commands that train: `run`, `train` and `resume`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from tyro.conf import Positional

from jaxgan.cli.experiments import full_name
from jaxgan.cli.launch import launch
from jaxgan.cli.settings import read_settings

__all__ = ["resume", "run", "train"]


def run(
    experiment: Positional[str],
    /,
    seeds: int | None = None,
    sets: int = 1,
    scale: str = "small",
    out: Path | None = None,
    devices: int = 1,
    via: Literal["jit", "pmap", "sharded"] = "jit",
) -> None:
    """Run an experiment: every cell with every seed, verdicts, pictures and a report.

    Args:
        experiment: a name that `jaxgan list` shows, or a module with an EXPERIMENT, "my.module".
        seeds: seeds per set; the scale's number by default.
        sets: number of disjoint sets of seeds, each with its own verdicts.
        scale: smoke (only shows that everything runs), small, or paper (published settings).
        out: folder of the results, runs/EXPERIMENT by default.
        devices: number of devices that share a batch.
        via: how a batch is split over the devices.
    """
    name = full_name(experiment)
    suffix = "" if scale == "small" else f"-{scale}"
    arguments = {
        "seeds": seeds,
        "sets": sets,
        "scale": scale,
        "devices": devices,
        "via": via,
    }
    launch(
        out or Path("runs") / f"{name.split('/')[-1]}{suffix}",
        {"command": "run", "experiment": name, "arguments": arguments},
    )


def train(
    data: str = "digits",
    recipe: str = "wgan_gp",
    networks: str = "mlp",
    objective: str | None = None,
    steps: int = 2000,
    batch_size: int = 64,
    seeds: int = 1,
    out: Path | None = None,
    devices: int = 1,
    via: Literal["jit", "pmap", "sharded"] = "jit",
) -> None:
    """Train your networks on your data; the exit status is 3 if a training diverges.

    Args:
        data: mnist_5k, digits, a synthetic distribution, FILE.npz or tfds:NAME.
        recipe: a recipe, optionally with arguments: "wgan_gp(weight=0.1)".
        networks: networks, optionally with arguments: "dcgan(width=32)".
        objective: an objective that replaces the recipe's.
        steps: generator steps.
        batch_size: examples per critic step.
        seeds: number of seeds, each one training.
        out: folder of the results, runs/RECIPE-DATA by default.
        devices: number of devices that share a batch.
        via: how a batch is split over the devices.
    """
    stem = f"{recipe.split('(')[0]}-{Path(data.replace(':', '-')).stem}"
    what = {"data": data, "recipe": recipe, "networks": networks, "objective": objective}
    what |= {"steps": steps, "batch_size": batch_size}
    arguments = {"seeds": seeds, "devices": devices, "via": via}
    launch(out or Path("runs") / stem, {"command": "train", "what": what, "arguments": arguments})


def resume(folder: Positional[Path], /) -> None:
    """Resume an interrupted run from its last complete checkpoint.

    Args:
        folder: the folder of the run.
    """
    launch(folder, read_settings(folder))
