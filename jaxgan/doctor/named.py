"""Objects of one's own by name: `package.module:NAME`."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jaxgan.names import unknown

__all__ = ["named"]


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
