"""Packages that only some users need."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["optional"]


def optional(package: str, extra: str) -> Any:
    """Imports a package that is not among jaxgan's requirements.

    Args:
        package: the name of the module, such as "wandb".
        extra: the extra of jaxgan that installs it.

    Returns:
        The module.

    Raises:
        ValueError: the package is not installed; the message has the command that installs it.

    >>> optional("json", "none").dumps([1])
    '[1]'
    """
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise ValueError(
            f"this needs the package {package.partition('.')[0]}, which cannot be imported "
            f"({error}): pip install 'jaxgan[{extra}]'"
        ) from error
