"""Your own modules and objects, imported from the working directory."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ["import_from_here", "named", "search_here"]


def search_here() -> None:
    """Lets Python find modules in the working directory, as `python -m` does."""
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))


def import_from_here(module: str) -> ModuleType:
    """Imports a module from the working directory or from Python's search path.

    Args:
        module: its dotted name.

    Returns:
        The module.

    Raises:
        ValueError: the module does not exist.
    """
    search_here()
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ValueError(
            f"{module}: {error}; searched {Path.cwd()} and Python's search path"
        ) from error


def named(text: str, kind: type, make: Callable[[str], Any]) -> Any:
    """The object that a command-line argument refers to.

    Args:
        text: "package.module:NAME", or any text that `make` understands.
        kind: the required type of the attribute.
        make: builds an object from any other text.

    Returns:
        The attribute, or what `make` returns.

    Raises:
        ValueError: the module or attribute does not exist, or has another type.

    >>> named("math:pi", float, str.upper), named("wgan", float, str.upper)
    (3.141592653589793, 'WGAN')
    """
    found = re.fullmatch(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)", text)
    if found is None or found[1] == "tfds":
        return make(text)
    module = import_from_here(found[1])
    if not hasattr(module, found[2]):
        from jaxgan.types import unknown

        raise unknown(f"attribute of {found[1]}", found[2], vars(module))
    value = getattr(module, found[2])
    if not isinstance(value, kind):
        raise ValueError(
            f"{text} must be a {kind.__name__}, got a {type(value).__name__}: name an instance"
        )
    return value
