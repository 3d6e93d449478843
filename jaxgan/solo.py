"""A training of one's own choice, as a comparison of one arm that claims nothing."""

from __future__ import annotations

import dataclasses

from jaxgan import catalogue
from jaxgan.comparison import Comparison, Judge, Scale
from jaxgan.data import load
from jaxgan.pictures import pictures_of_images, pictures_of_points

__all__ = ["solo"]


def solo(
    data: str, recipe: str, networks: str, objective: str | None, batch_size: int
) -> Comparison:
    """What `jaxgan train` runs.

    Args:
        data: see `data.load`.
        recipe: a recipe of the catalogue, "wgan_gp(weight=0.1)".
        networks: networks of the catalogue, "mlp(width=64)".
        objective: an objective or matching loss of the catalogue instead of the recipe's.
        batch_size: examples per step.

    Returns:
        A comparison whose only arm has the name of the recipe.

    Raises:
        ValueError: unknown names or arguments.

    >>> list(solo("swiss_roll", "wgan_gp", "mlp(width=8)", None, 64).arms)
    ['wgan_gp']
    """
    real = load(data)
    shape = real.real.shape[1:]
    players = catalogue.build("networks", networks, shape)
    rules = catalogue.build("recipe", recipe)
    if objective is not None:
        name = objective.split("(")[0]
        kind = "matching" if name in catalogue.members("matching") else "objective"
        rules = dataclasses.replace(rules, objective=catalogue.build(kind, objective))
    images = len(shape) == 3
    return Comparison(
        title=f"{recipe} on {data}",
        paper="",
        url="",
        summary=f"{networks} networks trained with {recipe} on {data}.",
        differs="",
        protocol="No scores are taken: look at the samples ({samples} per picture).",
        networks=players,
        arms={recipe.split("(")[0]: rules},
        data=lambda: real,
        judge=lambda _: Judge(lambda _: {}, {}),
        metrics={},
        claims=(),
        scales={"small": Scale(steps=2000, batch_size=batch_size, samples=256)},
        pictures=pictures_of_images if images else pictures_of_points,
    )
