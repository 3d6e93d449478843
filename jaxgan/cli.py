"""The command line. JAX is imported by the commands that compute, so that `--help` is instant."""

from __future__ import annotations

import ast
import importlib
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import tyro

from jaxgan.names import unknown

__all__ = ["main"]

RUN = "run.json"

app = tyro.extras.SubcommandApp()
Positional = tyro.conf.Positional


@app.command(name="list")
def list_() -> None:
    """List experiments, recipes, networks, objectives, penalties and data."""
    from jaxgan import catalogue
    from jaxgan.data.load import LAWS

    print("experiments (jaxgan run NAME)")
    try:
        experiments = _experiments()
    except FileNotFoundError as error:
        print(f"  {error}")
        experiments = {}
    for name, path in experiments.items():
        print(
            f"  {name:24} {(ast.get_docstring(ast.parse(path.read_text())) or '').splitlines()[0]}"
        )
    for kind in catalogue.REGISTRIES:
        print(kind)
        for name, member in catalogue.members(kind).items():
            print(f"  {name:24} {(member.__doc__ or '').splitlines()[0]}")
    print("data")
    for name in ("digits", *LAWS, "FILE.npz", "tfds:NAME"):
        print(f"  {name}")


@app.command
def run(
    experiment: Positional[str],
    /,
    seeds: int = 3,
    steps: int | None = None,
    scale: Literal["smoke", "small", "paper"] = "small",
    out: Path | None = None,
    devices: int = 1,
    via: Literal["jit", "pmap", "sharded"] = "jit",
) -> None:
    """Run an experiment: every arm with every seed, verdicts, pictures and a report.

    Args:
        experiment: a name that `jaxgan list` shows.
        seeds: how many; a claim is judged on at least three.
        steps: generator steps, if not the scale's.
        scale: how long; smoke only shows that everything runs, paper is as published.
        out: folder of the results, runs/EXPERIMENT by default.
        devices: over how many devices a batch is split.
        via: how it is split.
    """
    name = experiment.replace("-", "_")
    known = _experiments()
    if name not in known:
        raise unknown("experiment", name, known)
    suffix = "" if scale == "small" else f"-{scale}"
    arguments = {"seeds": seeds, "steps": steps, "scale": scale, "devices": devices, "via": via}
    _start(
        out or Path("runs") / f"{name}{suffix}",
        {"command": "run", "experiment": name, "arguments": arguments},
    )


@app.command
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
    """Train networks of one's choice on data of one's choice.

    Args:
        data: digits, a synthetic law, FILE.npz or tfds:NAME.
        recipe: a recipe, with arguments if wanted: "wgan_gp(weight=0.1)".
        networks: networks, with arguments if wanted: "dcgan(width=32)".
        objective: another objective or matching loss in the recipe.
        steps: generator steps.
        batch_size: examples per step.
        seeds: how many runs.
        out: folder of the results, runs/RECIPE-DATA by default.
        devices: over how many devices a batch is split.
        via: how it is split.
    """
    stem = f"{recipe.split('(')[0]}-{Path(data.replace(':', '-')).stem}"
    what = {"data": data, "recipe": recipe, "networks": networks, "objective": objective}
    arguments = {"seeds": seeds, "steps": steps, "devices": devices, "via": via}
    _start(
        out or Path("runs") / stem,
        {"command": "train", "what": what | {"batch_size": batch_size}, "arguments": arguments},
    )


@app.command
def doctor(
    data: str = "digits",
    recipe: str = "wgan_gp",
    networks: str = "mlp",
    batch_size: int = 64,
    devices: int = 2,
) -> None:
    """Look for what would spoil a training before it starts; the status is 1 if there is a fault.

    Args:
        data: as for train, or a Dataset of one's own, "package.module:NAME".
        recipe: likewise.
        networks: likewise.
        batch_size: examples per step.
        devices: over how many a step is split, to compare it with that on one.
    """
    from jaxgan.catalogue import build
    from jaxgan.doctor import consult

    report = consult(build, data, recipe, networks, batch_size, devices)
    print(report)
    sys.exit(int(bool(report.faults)))


@app.command
def resume(folder: Positional[Path], /) -> None:
    """Go on with a run that was stopped, from its last whole checkpoint.

    Args:
        folder: the folder of the run.
    """
    _start(folder, _settings(folder))


@app.command
def sample(
    folder: Positional[Path],
    /,
    n: int = 64,
    arm: str | None = None,
    seed: int = 0,
    best: bool = False,
) -> None:
    """Draw samples from a run: samples-N.png and samples-N.npy in its folder.

    Args:
        folder: the folder of the run.
        n: how many.
        arm: of a comparison; the first by default.
        seed: which of its runs.
        best: from the best checkpoint instead of the last.
    """
    import numpy as np

    from jaxgan import figures
    from jaxgan.comparison import at_scale
    from jaxgan.runner import latent_key, restore
    from jaxgan.training import sample

    settings = _settings(folder)
    comparison = at_scale(_comparison(settings), settings["arguments"].get("scale", "small"))
    arm = arm or next(iter(comparison.arms))
    if arm not in comparison.arms:
        raise unknown("arm", arm, comparison.arms)
    state, labels = restore(comparison, folder, arm, seed, n, best=best)
    samples = np.asarray(sample(comparison.networks, state, latent_key(seed), n, labels))
    np.save(folder / f"samples-{n}.npy", samples)
    picture = folder / f"samples-{n}.png"
    if samples.ndim == 4:
        figures.save(figures.sample_grid({arm: samples}), picture)
    else:
        figures.save(figures.density(np.asarray(comparison.data().real), {arm: samples}), picture)
    print(picture)


@app.command
def report(folders: Positional[tuple[Path, ...]], /) -> None:
    """Write the report of each run again, and print one table over them.

    Args:
        folders: the folders of the runs.
    """
    from jaxgan.report import summarize, write_report

    for folder in folders:
        print(write_report(folder))
    print(summarize(folders))


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line.

    Args:
        arguments: those of the process if None.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app.cli(prog="jaxgan", args=words or ["--help"])
    except KeyboardInterrupt as stop:
        sys.exit(f"jaxgan: {stop or 'stopped'}")
    except (ValueError, OSError, FloatingPointError) as error:
        sys.exit(f"jaxgan: {error}")


def _experiments() -> dict[str, Path]:
    """The experiment modules of the checkout in the working directory."""
    folder = Path.cwd() / "experiments"
    if not (folder / "__init__.py").is_file():
        raise FileNotFoundError(
            f"no experiments in {Path.cwd()}: they are a folder of the repository, not of the "
            "package. Run this in a clone of it"
        )
    return {path.stem: path for path in sorted(folder.glob("[a-z]*.py"))}


def _settings(folder: Path) -> dict[str, Any]:
    if not (folder / RUN).is_file():
        raise FileNotFoundError(f"{folder} holds no {RUN}: give the folder of a run")
    return json.loads((folder / RUN).read_text())


def _comparison(settings: dict[str, Any]) -> Any:
    if settings["command"] == "run":
        _experiments()
        sys.path.insert(0, str(Path.cwd()))
        return importlib.import_module(f"experiments.{settings['experiment']}").COMPARISON
    from jaxgan.solo import solo

    return solo(**settings["what"])


def _start(folder: Path, settings: dict[str, Any]) -> None:
    """Runs what the settings say in a folder, new or not, and writes its report."""
    from jaxgan.compile_cache import use_compile_cache

    use_compile_cache()
    comparison = _comparison(settings)
    from jaxgan.report import summarize, write_report
    from jaxgan.runner import compare

    _claim(folder, settings)
    name = settings.get("experiment", "train")
    try:
        compare(comparison, folder, name=name, command=_command(settings), **settings["arguments"])
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(f"{stop}\nGo on with: jaxgan resume {folder}") from stop
    print(summarize([folder]))
    print(write_report(folder))


def _claim(folder: Path, settings: dict[str, Any]) -> None:
    """Makes the folder and says in it what is run there, unless that is something else."""
    if (folder / RUN).is_file() and _identity(_settings(folder)) != _identity(settings):
        raise ValueError(
            f"{folder} holds another run: {_command(_settings(folder))}. Choose another --out"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{RUN}.partial"
        partial.write_text(json.dumps(settings, indent=1))
        partial.replace(folder / RUN)
    except OSError as error:
        raise OSError(
            f"cannot write in {folder} ({error.strerror}): choose another --out"
        ) from error


def _identity(settings: dict[str, Any]) -> tuple[Any, ...]:
    """What makes two runs the same run; more seeds, steps or devices do not."""
    names = ("command", "experiment", "what")
    return (*(settings.get(name) for name in names), settings["arguments"].get("scale"))


def _command(settings: dict[str, Any]) -> str:
    words = ["jaxgan", settings["command"]]
    words += [settings["experiment"]] if "experiment" in settings else []
    for name, value in (settings.get("what", {}) | settings["arguments"]).items():
        words += [] if value is None else [f"--{name.replace('_', '-')}", str(value)]
    return shlex.join(words)
