"""Setups from command-line words: names of members, or your own `package.module:NAME`."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

from jaxgan.cli.catalogue import Call, build, make, members, parse
from jaxgan.cli.own_code import OWN_DATA
from jaxgan.data import from_arrays, load
from jaxgan.data.stream import Stream
from jaxgan.study import grid
from jaxgan.training import Dataset, Setup

__all__ = ["cell_name", "data_of", "setup_of", "setups_of"]

PARTS = ("recipe", "networks", "objective", "penalty")
WITH_ARGUMENTS = r"\w+\(.*\)"
PLACES = {"path", "data_dir"}
"""The arguments of sources that are paths."""


def setup_of(
    *, data: str, steps: int, batch_size: int, begun_in: str | None = None, **texts: str | None
) -> Setup:
    """The setup of one training.

    Args:
        data: see `data.load`, with arguments as in "folder(path='faces', size=64)", or your own
            Dataset or a function that returns one.
        steps: generator steps.
        batch_size: examples per critic step.
        begun_in: see `data_of`.
        **texts: recipe and networks; an objective that replaces the recipe's, and a penalty that
            replaces its penalties, or None.

    Returns:
        The setup.

    Raises:
        ValueError: unknown names or arguments, objects of another type, or a list as an argument.

    >>> setup_of(data="swiss_roll", steps=9, batch_size=64, recipe="wgan", networks="mlp").steps
    9
    """
    calls = _calls(texts)
    for (_, name), values in _lists(calls).items():
        raise ValueError(
            f"{name}={values} has several values: use jaxgan sweep, or a tuple for one"
        )
    return _setup(data_of(data, begun_in), steps, batch_size, calls)


def setups_of(
    *, data: str, steps: int, batch_size: int, begun_in: str | None = None, **texts: str | None
) -> dict[str, Setup]:
    """A setup for each combination of the values in lists, such as "wgan(learning_rate=[1e-4])".

    Args:
        data: as for `setup_of`, like the other arguments.
        steps: generator steps.
        batch_size: examples per critic step.
        begun_in: see `data_of`.
        **texts: recipe, networks, objective and penalty, with lists as values of arguments.

    Returns:
        Setups by name, such as "learning_rate=0.0001"; one, named after the recipe, without lists.

    Raises:
        ValueError: as for `setup_of`, except for lists.

    >>> recipe = "wgan(learning_rate=[1e-4, 1e-3], c=[0.01])"
    >>> words = {"data": "swiss_roll", "networks": "mlp(width=8)", "recipe": recipe}
    >>> list(setups_of(**words, steps=9, batch_size=64))
    ['learning_rate=0.0001+c=0.01', 'learning_rate=0.001+c=0.01']
    """
    calls, examples = _calls(texts), data_of(data, begun_in)
    lists = _lists(calls)
    names = [name for _, name in lists]
    labels = {
        f"{part}.{name}" if names.count(name) > 1 else name: (part, name) for part, name in lists
    }

    def of(**chosen: Any) -> Setup:
        filled = dict(calls)
        for label, value in chosen.items():
            part, name = labels[label]
            arguments = {**(filled[part].arguments or {}), name: value}
            filled[part] = Call(filled[part].name, arguments)
        return _setup(examples, steps, batch_size, filled)

    if not lists:
        return {cell_name(str(texts["recipe"])): of()}
    return grid(of, **{label: lists[place] for label, place in labels.items()})


def cell_name(recipe: str) -> str:
    """The name of a training: that of its recipe without module and arguments.

    >>> cell_name("mine.recipes:slow(weight=0.1)")
    'slow'
    """
    return parse("recipe", recipe).name.rpartition(":")[2]


def _calls(texts: dict[str, str | None]) -> dict[str, Call]:
    return {part: parse(part, text) for part in PARTS if (text := texts.get(part)) is not None}


def _lists(calls: dict[str, Call]) -> dict[tuple[str, str], list[Any]]:
    return {
        (part, name): value
        for part, call in calls.items()
        for name, value in (call.arguments or {}).items()
        if isinstance(value, list)
    }


def data_of(text: str, begun_in: str | None = None) -> Dataset | Stream:
    """Data by name, or your own, checked as those of files are.

    Args:
        text: see `setup_of`.
        begun_in: the folder in which a stored text was typed: a relative path is looked for there,
            then in the working directory.

    Returns:
        The data set.

    Raises:
        ValueError: as for `setup_of`.

    >>> data_of("digits()")
    Dataset(real=uint8[1797, 8, 8, 1], labels=int32[1797])
    """
    if re.fullmatch(WITH_ARGUMENTS, text, re.DOTALL):
        name, arguments = parse("data", text)
        arguments = dict(arguments or {})
        for place in PLACES & arguments.keys():
            if isinstance(path := arguments[place], str):
                arguments[place] = _found(path, begun_in)
        return load(name, **arguments)
    if not OWN_DATA.fullmatch(text):
        return load(text if text in members("data") else _found(text, begun_in))
    own = build("data", text)
    try:
        return from_arrays(own.real, own.labels, own.names)
    except (TypeError, ValueError) as error:
        raise ValueError(f"data {text}: {error}") from error


def _found(path: str, begun_in: str | None) -> str:
    there = Path(begun_in or "") / path
    return str(there) if begun_in and path and there.exists() else path


def _setup(data: Dataset | Stream, steps: int, batch_size: int, calls: dict[str, Call]) -> Setup:
    recipe = make("recipe", calls["recipe"])
    if "objective" in calls:
        recipe = dataclasses.replace(recipe, objective=make("objective", calls["objective"]))
    if "penalty" in calls:
        recipe = dataclasses.replace(recipe, penalties=(make("penalty", calls["penalty"]),))
    networks = make("networks", calls["networks"], data.real.shape[1:])
    return Setup(networks, recipe, data, batch_size, steps)
