"""The commands that train: `run`, `train`, `sweep` and `resume`."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from tyro.conf import Positional, arg

from jaxgan.cli.everything import launch_all
from jaxgan.cli.experiments import full_name
from jaxgan.cli.launch import launch

__all__ = ["resume", "run", "short_data", "sweep", "train"]

Via = Literal["jit", "pmap", "sharded"]
Track = Literal["tensorboard", "wandb"]


def run(
    experiment: Positional[str | None] = None,
    /,
    every: Annotated[bool, arg(name="all")] = False,
    data: str | None = None,
    seeds: int | None = None,
    sets: int = 1,
    scale: str = "small",
    out: Path | None = None,
    devices: int | None = None,
    via: Via | None = None,
    track: Track | None = None,
    save_minutes: float | None = None,
    quiet: bool = False,
) -> None:
    """Run an experiment: every cell with every seed, verdicts, pictures and a report.

    Args:
        experiment: a name that `jaxgan list` shows, or a module with an EXPERIMENT, "my.module".
        every: run all experiments that have the scale, one after another, with one page of them;
            those whose data are not on this machine are skipped.
        data: data as for train, for an experiment whose data are not in the package, such as
            "archive(path='cifar10.tar.xz', split='train')"; those that it names by default.
        seeds: seeds per set; the scale's number by default.
        sets: number of disjoint sets of seeds, each with its own verdicts.
        scale: smoke (only shows that everything runs), small, or paper (published settings).
        out: folder of the results, runs/EXPERIMENT or runs/all by default.
        devices: number of devices that share a batch; 1 by default, or all of several processes.
        via: how a batch is split; sharded by default for several devices.
        track: tracker that shows the numbers of the trainings, besides the files.
        save_minutes: the longest time between checkpoints, in minutes; 10 by default.
        quiet: print only problems and the path of the report.
    """
    if (experiment is None) != every:
        given = "neither" if experiment is None else f"{experiment!r} and --all"
        raise ValueError(f"give the name of an experiment or --all, got {given}")
    if every and data is not None:
        raise ValueError(f"--data {data} is for one experiment: give its name instead of --all")
    suffix = "" if scale == "small" else f"-{scale}"
    arguments = {"seeds": seeds, "sets": sets, "scale": scale, "devices": devices, "via": via}
    arguments |= _given(track=track, save_minutes=save_minutes)
    settings: dict[str, Any] = {"command": "run", "arguments": arguments}
    settings |= {} if data is None else {"what": {"data": data}, **_here()}
    if experiment is None:
        launch_all(out or Path("runs") / f"all{suffix}", settings | {"all": True}, quiet=quiet)
        return
    name = full_name(experiment)
    folder = out or Path("runs") / f"{name.split('/')[-1]}{suffix}"
    launch(folder, settings | {"experiment": name}, quiet=quiet)


def train(
    data: str = "digits",
    recipe: str = "wgan_gp",
    networks: str = "mlp",
    objective: str | None = None,
    penalty: str | None = None,
    steps: int = 2000,
    batch_size: int = 64,
    seeds: int = 1,
    out: Path | None = None,
    devices: int | None = None,
    via: Via | None = None,
    track: Track | None = None,
    save_minutes: float | None = None,
    quiet: bool = False,
) -> None:
    """Train your networks on your data; the exit status is 3 if a training diverges.

    Recipe, networks, objective, penalty and data are names that `jaxgan list` shows, optionally
    with arguments, "wgan_gp(weight=0.1)", or your own objects, "package.module:NAME".

    Args:
        data: mnist_5k, digits, a synthetic distribution, your own Dataset, tfds:NAME, or a file or
            folder of images, also as "folder(path='faces', size=64, crop='center')".
        recipe: a recipe.
        networks: networks, such as "dcgan(width=32)"; your own may be a function of the shape.
        objective: an objective that replaces the recipe's.
        penalty: a penalty that replaces the recipe's penalties.
        steps: generator steps.
        batch_size: examples per critic step.
        seeds: number of seeds, each one training.
        out: folder of the results; by default runs/RECIPE-DATA-NETWORKS, and a code for arguments.
        devices: number of devices that share a batch; 1 by default, or all of several processes.
        via: how a batch is split; sharded by default for several devices.
        track: tracker that shows the numbers of the trainings, besides the files.
        save_minutes: the longest time between checkpoints, in minutes; 10 by default.
        quiet: print only problems and the path of the report.
    """
    what = _what(data, recipe, networks, objective, penalty, steps, batch_size)
    arguments = {"seeds": seeds, "devices": devices, "via": via}
    arguments |= _given(track=track, save_minutes=save_minutes)
    settings = {"command": "train", "what": what, "arguments": arguments, **_here()}
    launch(out or _folder(settings), settings, quiet=quiet)


def sweep(
    data: str = "digits",
    recipe: str = "wgan_gp(learning_rate=[1e-4, 1e-3])",
    networks: str = "mlp",
    objective: str | None = None,
    penalty: str | None = None,
    steps: int = 2000,
    batch_size: int = 64,
    seeds: int = 3,
    out: Path | None = None,
    devices: int | None = None,
    via: Via | None = None,
    track: Track | None = None,
    save_minutes: float | None = None,
    quiet: bool = False,
) -> None:
    """Train every combination of settings with every seed; a table, and curves with bands.

    A list as an argument is several values: "wgan_gp(learning_rate=[1e-4, 1e-3], n_critic=[1, 5])"
    is four settings. Lists may be in recipe, networks, objective and penalty.

    Args:
        data: as for train, like all other arguments.
        recipe: a recipe, with lists as arguments.
        networks: networks.
        objective: an objective that replaces the recipe's.
        penalty: a penalty that replaces the recipe's penalties.
        steps: generator steps.
        batch_size: examples per critic step.
        seeds: number of seeds of each setting.
        out: folder of the results; by default runs/sweep-RECIPE-DATA-NETWORKS-CODE.
        devices: number of devices that share a batch; 1 by default, or all of several processes.
        via: how a batch is split; sharded by default for several devices.
        track: tracker that shows the numbers of the trainings, each named after its setting.
        save_minutes: the longest time between checkpoints, in minutes; 10 by default.
        quiet: print only problems and the path of the report.
    """
    what = _what(data, recipe, networks, objective, penalty, steps, batch_size)
    arguments = {"seeds": seeds, "devices": devices, "via": via}
    arguments |= _given(track=track, save_minutes=save_minutes)
    settings = {"command": "sweep", "what": what, "arguments": arguments, **_here()}
    launch(out or _folder(settings), settings, quiet=quiet)


def resume(
    folder: Positional[Path],
    /,
    steps: int | None = None,
    source: str | None = None,
    devices: int | None = None,
    track: Track | None = None,
    save_minutes: float | None = None,
    quiet: bool = False,
) -> None:
    """Resume an interrupted run from its last complete checkpoint, or train further.

    Args:
        folder: the folder of the run.
        steps: new number of generator steps; the planned number by default.
        source: the Setup or Experiment of a run that Python code made, "package.module:NAME".
        devices: number of devices that share a batch from here on; as for run by default.
        track: tracker of the numbers from here on; that of the run by default.
        save_minutes: the longest time between checkpoints, in minutes; that of the run by default.
        quiet: print only problems and the path of the report.
    """
    from jaxgan.cli.resumed import resume_folder

    given = _given(devices=devices, track=track, save_minutes=save_minutes)
    resume_folder(folder, steps, source, quiet=quiet, **given)


def _here() -> dict[str, str]:
    """Where the command was typed, so that a resume from elsewhere finds relative paths."""
    return {"begun_in": str(Path.cwd())}


def _given(**options: Any) -> dict[str, Any]:
    """The options that are given; the others have their defaults where they are used."""
    return {name: value for name, value in options.items() if value is not None}


def _what(
    data: str,
    recipe: str,
    networks: str,
    objective: str | None,
    penalty: str | None,
    steps: int,
    batch_size: int,
) -> dict[str, Any]:
    what = {"data": data, "recipe": recipe, "networks": networks, "objective": objective}
    return what | {"penalty": penalty, "steps": steps, "batch_size": batch_size}


def _folder(settings: dict[str, Any]) -> Path:
    """The default folder: recipe, data and networks by name, and a code for everything else."""
    what = {name: value for name, value in settings["what"].items() if name != "steps"}
    names = [_short(what["recipe"]), short_data(what["data"]), _short(what["networks"])]
    plain = dict(zip(("recipe", "data", "networks"), names, strict=True))
    begin = ["sweep"] if settings["command"] == "sweep" else []
    usual = {"objective": None, "penalty": None, "batch_size": 64}
    code = [] if what == plain | usual else [hashlib.sha256(repr(what).encode()).hexdigest()[:6]]
    return Path("runs") / "-".join([*begin, *names, *code])


def _short(text: str) -> str:
    """The name of a member or an own object, without arguments, as part of a file name."""
    name = text.split("(")[0].rpartition(":")[2]
    return re.sub(r"\W+", "_", name).strip("_") or "unnamed"


def short_data(text: str) -> str:
    """The name of data, that of their file or folder if they have one, as part of a file name.

    >>> short_data("folder(path='sets/faces', size=64)"), short_data("cifar-10.tar.gz")
    ('faces', 'cifar_10')
    """
    if text.startswith("tfds:"):
        return _short(text.removeprefix("tfds:"))
    given = re.search(r"\b(?:path|name)=(['\"])(.+?)\1", text)
    path = given[2] if given else text
    ending = r"\.(npz|zip|gz|tgz|txz|tar|tar\.\w+)$"
    if given or "/" in text or re.search(ending, text):
        path = re.sub(ending, "", Path(path).absolute().name)
    return _short(path)
