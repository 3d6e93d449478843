"""Your own modules and objects, imported from the working directory."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from jaxgan.cli.settings import RUN

__all__ = ["attribute", "import_from_here", "search_here"]


def search_here() -> None:
    """Lets Python find modules in the working directory, as `python -m` does.

    Raises:
        ValueError: the working directory is the folder of a run, which may be another person's.
    """
    if (Path.cwd() / RUN).is_file():
        raise ValueError(
            f"{Path.cwd()} is the folder of a run, from which no code is imported: change to the "
            "folder of your own code"
        )
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
            f"{module}: {error}; searched {Path.cwd()} and Python's search path: correct the name, "
            "or change to the folder of the module"
        ) from error
    except Exception as error:  # whatever the module raises
        raise ValueError(
            f"{module} cannot be imported ({type(error).__name__}: {error}): correct the module"
        ) from error


def attribute(text: str) -> Any:
    """The attribute of a module.

    Args:
        text: "package.module:NAME".

    Returns:
        Its value.

    Raises:
        ValueError: the module or the attribute does not exist.

    >>> attribute("math:pi")
    3.141592653589793
    """
    module, _, name = text.partition(":")
    found = import_from_here(module)
    if not hasattr(found, name):
        from jaxgan.types import unknown

        raise unknown(f"attribute of {module}", name, [x for x in vars(found) if x[0] != "_"])
    return getattr(found, name)
