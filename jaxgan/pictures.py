"""What a reader of a report looks at: samples, progress, curves, interpolation, neighbors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxgan import figures
from jaxgan.outcome import Outcome, Picture, Run
from jaxgan.training import TrainState
from jaxgan.training.modules import apply

__all__ = ["pictures_of_images", "pictures_of_points"]

SHOWN, LINES, STOPS = 64, 6, 10
WATCHED = {
    "critic/gap": "critic gap: mean real score - mean fake score",
    "critic/gradient_norm": "gradient norm of the critic's parameters",
    "generator/loss": "generator loss",
}


def pictures_of_images(outcome: Outcome) -> Iterator[Picture]:
    """Samples, their progress, curves, latent interpolation and nearest neighbors of images.

    Args:
        outcome: of a comparison on images.

    Yields:
        The pictures of its report; where one seed is shown it is the first.
    """
    last = {arm: run.snapshots[max(run.snapshots)] for arm, run in _first(outcome).items()}
    real = _pixels(np.asarray(outcome.data.real[:SHOWN]))
    yield Picture(
        "samples.png",
        figures.sample_grid({"real": real} | {arm: x[:SHOWN] for arm, x in last.items()}),
        "Samples after the last step, drawn at random and not chosen, beside real examples; "
        "seed 0.",
    )
    yield Picture(
        "progress.png",
        figures.progress_grid(
            {
                arm: [(step, images[:16]) for step, images in sorted(run.snapshots.items())]
                for arm, run in _first(outcome).items()
            }
        ),
        "The same 16 latents over training; the number is that of generator steps; seed 0.",
    )
    yield _curves(outcome)
    yield Picture(
        "interpolation.png",
        figures.interpolation(
            {arm: _lines(outcome, run.state) for arm, run in _first(outcome).items()}
        ),
        f"{LINES} straight lines between two latents: a generator that has learned the data "
        "changes smoothly along them and passes through plausible examples; seed 0.",
    )
    arm = list(outcome.runs)[-1]
    nearest, distances = _nearest(last[arm][:16], _pixels(np.asarray(outcome.data.real)))
    yield Picture(
        "neighbors.png",
        figures.neighbors(last[arm][:16], nearest, distances),
        f"Samples of {arm} beside the nearest training example in pixel distance: a copy would "
        "be a sample that was learned by heart; seed 0.",
    )


def pictures_of_points(
    outcome: Outcome, centers: Float[Array, "modes 2"] | None = None
) -> Iterator[Picture]:
    """Samples over the density of the data, and curves, of two-dimensional points.

    Args:
        outcome: of a comparison on points.
        centers: modes to mark.

    Yields:
        The pictures of its report; where one seed is shown it is the first.
    """
    real = np.asarray(outcome.data.real)
    if real.shape[1:] == (2,):
        last = {arm: run.snapshots[max(run.snapshots)] for arm, run in _first(outcome).items()}
        yield Picture(
            "samples.png",
            figures.density(real, last, None if centers is None else np.asarray(centers)),
            "Samples after the last step over the density of the data; seed 0.",
        )
    yield _curves(outcome)


def _first(outcome: Outcome) -> dict[str, Run]:
    return {arm: runs[0] for arm, runs in outcome.runs.items()}


def _curves(outcome: Outcome) -> Picture:
    panels = {
        metric.label: _series(outcome, lambda run: run.observed, name)
        for name, metric in outcome.metrics.items()
    }
    panels |= {
        label: _series(outcome, lambda run: run.metrics, name) for name, label in WATCHED.items()
    }
    metrics = outcome.metrics
    references = {
        metrics[name].label: value for name, value in outcome.references.items() if name in metrics
    }
    falling = [metric.label for metric in metrics.values() if metric.better == "lower"]
    return Picture(
        "curves.png",
        figures.training_curves(panels, log=falling, references=references),
        "Scores and losses over generator steps: the mean over seeds and the band from the lowest "
        "to the highest. Dashed: the same score of real data.",
    )


def _series(
    outcome: Outcome, rows_of: Callable[[Run], list[dict[str, Any]]], name: str
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Per arm the steps and `[seeds, t]` values that all its seeds have."""
    series = {}
    for arm, runs in outcome.runs.items():
        values = [{row["step"]: row[name] for row in rows_of(run) if name in row} for run in runs]
        steps = sorted(set.intersection(*(set(of_seed) for of_seed in values)))
        if steps:
            table = [[of_seed[step] for step in steps] for of_seed in values]
            series[arm] = (np.asarray(steps), np.asarray(table))
    return series


def _lines(outcome: Outcome, state: TrainState) -> np.ndarray:
    """`[lines, stops, ...]` images of straight lines in latent space."""
    keys = jax.random.split(jax.random.key(0), 2 * LINES)
    begin, end = jnp.split(jax.vmap(outcome.networks.latent)(keys), 2)
    share = jnp.linspace(0, 1, STOPS)[None, :, None]
    latents = begin[:, None] * (1 - share) + end[:, None] * share
    variables = state.average or {"params": state.generator.params, **state.generator.stats}
    generator = outcome.networks.generator
    flat = latents.reshape(-1, latents.shape[-1])
    labels = None if outcome.data.labels is None else jnp.zeros(len(flat), jnp.int32)
    images, _ = apply(generator, variables, flat, labels, train=False)
    return np.asarray(images).reshape(LINES, STOPS, *images.shape[1:])


def _nearest(samples: np.ndarray, real: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    flat, targets = samples.reshape(len(samples), -1), real.reshape(len(real), -1)
    squares = (flat**2).sum(1)[:, None] - 2 * flat @ targets.T + (targets**2).sum(1)[None]
    index = squares.argmin(axis=1)
    return real[index], np.sqrt(np.maximum(squares[np.arange(len(flat)), index], 0))


def _pixels(images: np.ndarray) -> np.ndarray:
    return images / np.float32(127.5) - 1 if images.dtype == np.uint8 else images
