"""Samples of one training in jaxgan and in PyTorch, scored alike.

A run of `wgan_gp_2017/cifar10` has trained WGAN-GP on DCGAN's networks. PyTorch trains the same
networks from the same law of initial weights, with the same optimizer, batches and steps, on the
same images, once per seed of the run's first set; `yardstick_samples.py` is that training, with
nothing of jaxgan in it. Both sets of samples get the score of the run.

    python -m benchmarks.torch_samples runs/cifar10 --torch path/to/python
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import tyro
from scipy import stats

from jaxgan import figures, study
from jaxgan.cli.sources import experiment_in
from jaxgan.metrics import ClassificationScore, FrechetDistance
from jaxgan.report.thumbnail import thumbnail

__all__ = ["main"]

WORKER = Path(__file__).parent / "yardstick_samples.py"
SHOWN = 64
Scores = dict[str, list[float]]
"""By name, the score of each seed."""


def samples_of(torch: str, images: Path, **settings: Any) -> Mapping[str, np.ndarray]:
    """What `yardstick_samples.py` writes for these settings."""
    options = [word for name, value in settings.items() for word in (f"--{name}", str(value))]
    file = images.with_name("samples.npz")
    subprocess.run([torch, str(WORKER), str(images), str(file), *options], check=True)
    return dict(np.load(file, allow_pickle=False))


def in_pytorch(
    torch: str, training: study.Training, score: study.SampleScore, seeds: Sequence[int]
) -> tuple[Scores, list[Mapping[str, np.ndarray]]]:
    """The scores and the samples of PyTorch's trainings."""
    setup: Any = training.setup
    _, (rate,), betas = setup.recipe.generator_optimizer.call
    settings = {"steps": setup.steps, "batch": setup.batch_size, "n": score.samples, "rate": rate}
    settings |= {"width": setup.networks.generator.width, **dict(betas)}
    with tempfile.TemporaryDirectory() as folder:
        images = Path(folder) / "images.npz"
        np.savez(images, x=np.asarray(setup.data.real))
        made = [samples_of(torch, images, seed=seed, **settings) for seed in seeds]
    found = [score(jnp.asarray(one["x"])) for one in made]
    return {name: [one[name] for one in found] for name in found[0]}, made


def compared(ours: Sequence[float], theirs: Sequence[float]) -> dict[str, Any]:
    """The difference of two means, with the 95 % interval of Welch's t."""
    test = stats.ttest_ind(ours, theirs, equal_var=False)
    interval = [float(end) for end in test.confidence_interval(0.95)]
    return {"difference": float(np.mean(ours) - np.mean(theirs)), "interval": interval}


def draw(
    picture: Path, records: study.Records, cell: str, theirs: Mapping[str, np.ndarray]
) -> None:
    """Real images beside samples of both, of seed 0."""
    ours = {"real": records["real"], "jaxgan": records[cell]}
    blocks = {name: of_cell[0].arrays["samples"] for name, of_cell in ours.items()}
    figures.save(figures.sample_grid({**blocks, **theirs}), picture)
    picture.write_bytes(thumbnail(picture, width=1000))


def main(
    run: tyro.conf.Positional[Path],
    torch: str,
    cell: str = "gp_adam",
    out: Path = Path("results") / "torch_samples",
) -> None:
    """Prints the scores of both and writes a picture and a JSON file.

    Args:
        run: the folder of a run of `jaxgan run cifar10`.
        torch: path of a Python that has PyTorch and NumPy.
        cell: the training of the run.
        out: the two files, without their ends.
    """
    experiment, scale = experiment_in(run, None)
    training: Any = experiment.cells(scale)[cell]
    score = study.SampleScore(training.setup.data, (ClassificationScore(), FrechetDistance()))
    results, of_cells, _ = study.read_run(run)
    records = of_cells[cell]
    theirs, made = in_pytorch(torch, training, score, results.sets[0])
    ours = {name: [record.scores[name] for record in records] for name in theirs}
    name = f"PyTorch {made[0]['version']}"
    found = {
        "run": results.command,
        "cell": cell,
        "settings": results.cells[cell].settings,
        "jaxgan": ours,
        name: theirs,
        "real images": dict(score.real()),
        "jaxgan minus PyTorch": {x: compared(ours[x], theirs[x]) for x in theirs},
        "provenance of the run": results.provenance,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
    draw(out.with_suffix(".png"), of_cells, cell, {name: made[0]["x"][:SHOWN]})
    print(json.dumps({x: found[x] for x in ("real images", "jaxgan minus PyTorch")}, indent=1))


if __name__ == "__main__":
    tyro.cli(main)
