"""A single training as an experiment without claims."""

from __future__ import annotations

import dataclasses

from jaxgan.cli.catalogue import build
from jaxgan.data import load
from jaxgan.study import (
    Curves,
    Experiment,
    ImageMeasure,
    Interpolation,
    Neighbors,
    Picture,
    PointMeasure,
    Points,
    Progress,
    Real,
    Samples,
    Scale,
    Training,
)
from jaxgan.training import Setup

__all__ = ["solo"]


def solo(
    data: str, recipe: str, networks: str, objective: str | None, steps: int, batch_size: int
) -> Experiment:
    """The experiment that `jaxgan train` runs.

    Args:
        data: see `data.load`.
        recipe: a recipe, such as "wgan_gp(weight=0.1)".
        networks: networks, such as "mlp(width=64)".
        objective: an objective that replaces the recipe's.
        steps: generator steps.
        batch_size: examples per critic step.

    Returns:
        An experiment with one training, named after the recipe.

    Raises:
        ValueError: unknown names or arguments.

    >>> experiment = solo("swiss_roll", "wgan_gp", "mlp(width=8)", None, 100, 64)
    >>> list(experiment.scales["small"].cells())
    ['real', 'wgan_gp']
    """
    examples = load(data)
    shape = examples.real.shape[1:]
    settings = build("recipe", recipe)
    if objective is not None:
        settings = dataclasses.replace(settings, objective=build("objective", objective))
    setup = Setup(build("networks", networks, shape), settings, examples, batch_size, steps)
    name, images = recipe.split("(")[0], len(shape) == 3
    cells = {
        "real": Real(examples),
        name: Training(setup, ImageMeasure() if images else PointMeasure()),
    }
    return Experiment(
        f"{networks} networks trained with {recipe} on {data}.",
        protocol="No scores are computed: look at the samples.",
        pictures=_pictures(name, shape),
        scales={"small": Scale(lambda: cells, seeds=1)},
    )


def _pictures(name: str, shape: tuple[int, ...]) -> tuple[Picture, ...]:
    if len(shape) == 3:
        return (Samples(), Progress(), Curves(), Interpolation(), Neighbors(cell=name))
    return (Points(), Curves()) if shape == (2,) else (Curves(),)
