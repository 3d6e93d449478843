"""Every setting of every recipe equals the one in docs/settings.md."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from jaxgan import recipes
from jaxgan.cli.catalogue import build, members
from jaxgan.training import Recipe

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"
ROW = r"^\| (\w+) \| `(.*?)` \| (.*?) \|$"


def pinned() -> dict[str, dict[str, tuple[str, str]]]:
    """By recipe with its arguments: its settings as printed, and the source of each."""
    sections = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]
    found = {}
    for section in sections:
        text, _, rest = section.partition("\n")
        rows = re.findall(ROW, rest, re.MULTILINE)
        found[text] = {setting: (value, place) for setting, value, place in rows}
    return found


PINNED = pinned()


def printed(recipe: Recipe) -> dict[str, str]:
    """The settings that differ from `Recipe`'s defaults; equal optimizers are shown once."""
    values: dict[str, Any] = {
        field.name: getattr(recipe, field.name)
        for field in dataclasses.fields(recipe)
        if getattr(recipe, field.name) != field.default or field.name == "n_critic"
    }
    if not values.get("penalties"):
        values.pop("penalties", None)
    if recipe.generator_optimizer == recipe.critic_optimizer:
        values["optimizers"] = values.pop("generator_optimizer")
        del values["critic_optimizer"]
    return {name: repr(value) for name, value in values.items()}


@pytest.mark.parametrize("text", PINNED)
def test_a_recipe_has_the_settings_of_its_paper(text: str) -> None:
    wanted = {setting: value for setting, (value, _) in PINNED[text].items()}
    assert printed(build("recipe", text)) == wanted
    assert all(place for _, place in PINNED[text].values())


def test_the_schedule_of_the_wgan_code() -> None:
    # main.py: 100 critic steps if gen_iterations < 25 or gen_iterations % 500 == 0, else Diters.
    schedule = recipes.wgan(n_critic=7, official_schedule=True).critic_steps
    steps = (0, 24, 25, 250, 499, 500, 501, 1000)
    assert [schedule(step) for step in steps] == [100, 100, 7, 7, 7, 100, 7, 100]


def test_every_recipe_is_pinned() -> None:
    assert set(members("recipe")) <= set(PINNED)


@pytest.mark.parametrize("name", members("recipe"))
def test_every_argument_of_a_recipe_does_something(name: str) -> None:
    # Each argument is changed separately: the recipe must change.
    make = getattr(recipes, name)
    for parameter in inspect.signature(make).parameters.values():
        changed = other(parameter.default, name, parameter.name)
        assert printed(make(**changed)) != printed(make()), parameter.name


def other(default: Any, recipe: str, name: str) -> dict[str, Any]:
    """Another value than the default, as keyword arguments."""
    if (recipe, name) == ("gan_2014", "simultaneous"):
        return {name: True}
    if isinstance(default, bool):
        return {name: not default}
    if default is None:
        return {name: 7}
    if isinstance(default, str):
        return {name: "ffhq_64" if name == "preset" else "pearson"}
    if isinstance(default, tuple):
        return {name: default[1:]}
    return {name: (default / 2 or 0.25) if isinstance(default, float) else default + 1}
