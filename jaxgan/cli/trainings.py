"""The commands that train: an experiment, networks of your own, a run that was stopped."""

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
        seeds: how many in a set; as many as the scale says by default.
        sets: how many disjoint sets of seeds, each with verdicts of its own.
        scale: how long: smoke only shows that everything runs, paper is as published.
        out: folder of the results, runs/EXPERIMENT by default.
        devices: over how many devices a batch is split.
        via: how it is split.
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
    """Train your networks on your data; the status is 3 if a training diverges.

    Args:
        data: mnist_5k, digits, a synthetic distribution, FILE.npz or tfds:NAME.
        recipe: a recipe, with arguments if wanted: "wgan_gp(weight=0.1)".
        networks: networks, with arguments if wanted: "dcgan(width=32)".
        objective: another objective in the recipe.
        steps: generator steps.
        batch_size: examples per critic step.
        seeds: how many runs.
        out: folder of the results, runs/RECIPE-DATA by default.
        devices: over how many devices a batch is split.
        via: how it is split.
    """
    stem = f"{recipe.split('(')[0]}-{Path(data.replace(':', '-')).stem}"
    what = {"data": data, "recipe": recipe, "networks": networks, "objective": objective}
    what |= {"steps": steps, "batch_size": batch_size}
    arguments = {"seeds": seeds, "devices": devices, "via": via}
    launch(out or Path("runs") / stem, {"command": "train", "what": what, "arguments": arguments})


def resume(folder: Positional[Path], /) -> None:
    """Go on with a run that was stopped, from its last whole checkpoint.

    Args:
        folder: the folder of the run.
    """
    launch(folder, read_settings(folder))
