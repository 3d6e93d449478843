"""The recipes of a population's members: one function, and a number per member and setting."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from jaxgan.training import Recipe
from jaxgan.training.keys import keys_of_run
from jaxgan.training.parts import check_parts
from jaxgan.types import unknown

__all__ = ["member_recipes", "member_seeds"]


def member_seeds(seeds: Sequence[int]) -> list[int]:
    """The seeds of the members, one each.

    Args:
        seeds: integers from 0 to 2^32 - 1.

    Returns:
        The seeds, in a list.

    Raises:
        TypeError: it is not a sequence.
        ValueError: it is empty, or a seed is out of range.

    >>> member_seeds(range(2))
    [0, 1]
    """
    if not isinstance(seeds, Sequence | np.ndarray) or isinstance(seeds, str):
        raise TypeError(f"seeds must be integers, got {seeds!r}: give one per member, [0, 1]")
    if not len(seeds):
        raise ValueError("seeds is empty: give one seed per member")
    for seed in seeds:
        keys_of_run(seed)
    return [int(seed) for seed in seeds]


def member_recipes(
    make: Callable[..., Recipe], seeds: Sequence[int], settings: Mapping[str, Sequence[int | float]]
) -> list[Recipe]:
    """The recipe of each member.

    Args:
        make: a function that returns a recipe; it takes the settings by name.
        seeds: one per member.
        settings: numbers of the recipe by name, each a sequence with one number per member.

    Returns:
        One recipe per member, with the same n_critic.

    Raises:
        TypeError: an argument has another type.
        ValueError: settings of another length, that `make` does not take, or that its recipe
            refuses; or another n_critic for some steps or members.

    >>> from jaxgan import recipes
    >>> rates = {"learning_rate": [1e-4, 1e-3]}
    >>> [recipe.n_critic for recipe in member_recipes(recipes.wgan_gp, [0, 0], rates)]
    [5, 5]
    """
    _check_settings(make, len(seeds), settings)
    names = list(settings)
    members = zip(*settings.values(), strict=True) if settings else [()] * len(seeds)
    recipes = [make(**dict(zip(names, values, strict=True))) for values in members]
    for recipe in recipes:
        check_parts(recipe=recipe)
    numbers = list(dict.fromkeys(recipe.n_critic for recipe in recipes))
    if len(numbers) > 1 or not isinstance(numbers[0], int):
        got = f"got {', '.join(map(str, numbers))}" if len(numbers) > 1 else "got a schedule"
        raise ValueError(
            f"a population needs the same n_critic for all steps and members, {got}: train one "
            "population per value"
        )
    return recipes


def _check_settings(make: object, members: int, settings: Mapping[str, Any]) -> None:
    """Checks that `make` takes the settings, and that there is a value per member."""
    if not callable(make):
        raise TypeError(f"make must be a function, got {make!r}: give recipes.wgan_gp or your own")
    takes = inspect.signature(make).parameters
    everything = any(one.kind is one.VAR_KEYWORD for one in takes.values())
    for name, values in settings.items():
        if name not in takes and not everything:
            raise unknown("argument of make in settings", name, takes or ["none"])
        if np.ndim(values) != 1:
            raise TypeError(f"settings[{name!r}] must be numbers, got {values!r}: give a list")
        if len(values) != members:
            raise ValueError(
                f"settings[{name!r}] has {len(values)} values for {members} seeds: give one "
                "value per member, and repeat seeds for more settings"
            )
