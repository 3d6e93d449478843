"""The generators of runs: as a function for Python, and as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tyro.conf import Positional

if TYPE_CHECKING:
    import os

    from jaxgan.export import Generator
    from jaxgan.study import Experiment
    from jaxgan.training import Setup

__all__ = ["export", "load_generator"]


def load_generator(
    run: str | os.PathLike[str],
    *,
    source: str | Setup | Experiment | None = None,
    cell: str | None = None,
    seed: int = 0,
    best: bool = False,
) -> Generator:
    """The trained generator of a run, as a function of latents, and of labels if it uses them.

    Its parameters are the moving average if the run has one, otherwise those of the last step.

    Args:
        run: the folder of the run.
        source: the Setup or Experiment of a run that Python code made, or its name,
            "package.module:NAME".
        cell: name of a training of the experiment; the first if None.
        seed: the seed of the training.
        best: whether to use the best checkpoint instead of the last.

    Returns:
        The generator; `generator(generator.draw(key, n))` are n examples, in [-1, 1] for images.

    Raises:
        ValueError: no such training, or its source is missing.
        FileNotFoundError: the training has not been saved yet.

    >>> import jax
    >>> from tempfile import TemporaryDirectory
    >>> from jaxgan import data, recipes, runs
    >>> from jaxgan.networks import presets
    >>> from jaxgan.training import Setup
    >>> networks, points = presets.mlp((2,), width=8), data.load("swiss_roll")
    >>> setup = Setup(networks, recipes.wgan_gp(), points, batch_size=4, steps=3)
    >>> with TemporaryDirectory() as folder:
    ...     state = runs.train(setup, folder=Path(folder), progress=False)
    ...     generator = load_generator(folder, source=setup)
    >>> generator(generator.draw(jax.random.key(0), 5)).shape, generator.about["step"]
    ((5, 2), 3)
    """
    from jaxgan.cli.sources import trained_in
    from jaxgan.data.paths import check_path
    from jaxgan.export import Generator

    found = trained_in(check_path("run", run), source, cell, seed, best=best)
    return Generator.of(found.setup, found.state)


def export(
    folder: Positional[Path],
    /,
    to: Literal["safetensors", "stablehlo", "onnx"] = "safetensors",
    out: Path | None = None,
    cell: str | None = None,
    seed: int = 0,
    best: bool = False,
    source: str | None = None,
) -> None:
    """Write the generator of a run for other programs, and compare what was written with it.

    Args:
        folder: the folder of the run.
        to: safetensors for tensors with plain names; stablehlo for a program that needs only JAX;
            onnx for a program for ONNX runtimes. Programs take batches of any size.
        out: the file, generator.FORMAT in the folder by default.
        cell: name of a training of the experiment; the first by default.
        seed: the seed of the training.
        best: use the best checkpoint instead of the last.
        source: the Setup or Experiment of a run that Python code made, "package.module:NAME".
    """
    from jaxgan.cli.draws import stem_of
    from jaxgan.cli.places import check_file
    from jaxgan.export import FORMATS
    from jaxgan.export import export as write

    name = stem_of("generator", cell, seed, 0, best=best)
    path = out or folder / f"{name}{FORMATS[to].suffix}"
    check_file(path)
    generator = load_generator(folder, source=source, cell=cell, seed=seed, best=best)
    path.parent.mkdir(parents=True, exist_ok=True)
    found = write(generator, path, to)
    print(f"largest difference from the run's generator: {found:.2g}")
    print(path)
