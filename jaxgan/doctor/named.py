"""Objects of one's own by name: `package.module:NAME`."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jaxgan.compile_cache import use_compile_cache
from jaxgan.data import load
from jaxgan.doctor.examination import examine
from jaxgan.doctor.report import Report
from jaxgan.names import unknown
from jaxgan.training import Networks, Recipe
from jaxgan.types import Dataset

__all__ = ["consult", "named"]


def consult(
    build: Callable[..., Any],
    data: str,
    recipe: str,
    networks: str,
    batch_size: int,
    devices: int,
) -> Report:
    """What `jaxgan doctor` runs: each of the three by a name of the catalogue or of one's own.

    Args:
        build: `catalogue.build`, which this room does not see.
        data: see `data.load`, or `named`.
        recipe: a recipe of the catalogue, or `named`.
        networks: networks of the catalogue, or `named`.
        batch_size: see `examine`.
        devices: see `examine`.

    Returns:
        The report.

    Raises:
        ValueError: unknown names or arguments.
    """
    use_compile_cache()
    real = named(data, Dataset, load)
    return examine(
        named(networks, Networks, lambda text: build("networks", text, real.real.shape[1:])),
        named(recipe, Recipe, lambda text: build("recipe", text)),
        real,
        batch_size=batch_size,
        devices=devices,
    )


def named(text: str, kind: type, make: Callable[[str], Any]) -> Any:
    """What a text of the command line names.

    Args:
        text: "package.module:NAME", found from the working directory, or anything else.
        kind: what the attribute must be.
        make: makes an object from any other text.

    Returns:
        The attribute, or what `make` returns.

    Raises:
        ValueError: there is no such module or attribute, or it is of another kind.

    >>> named("math:pi", float, str.upper), named("wgan", float, str.upper)
    (3.141592653589793, 'WGAN')
    """
    found = re.fullmatch(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)", text)
    if found is None or found[1] == "tfds":
        return make(text)
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        module = importlib.import_module(found[1])
    except ModuleNotFoundError as error:
        raise ValueError(
            f"{text}: {error}; modules are looked for in {Path.cwd()} and where Python looks"
        ) from error
    if not hasattr(module, found[2]):
        raise unknown(f"attribute of {found[1]}", found[2], vars(module))
    value = getattr(module, found[2])
    if not isinstance(value, kind):
        raise ValueError(
            f"{text} must be a {kind.__name__}, got a {type(value).__name__}: name an instance"
        )
    return value
