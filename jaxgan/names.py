"""Errors for names that do not exist, with the nearest one that does."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["unknown"]


def unknown(kind: str, name: str, names: Iterable[str]) -> ValueError:
    """The error for an unknown name.

    Args:
        kind: what it should have been the name of.
        name: what was given.
        names: what there is.

    Returns:
        An error to raise.

    >>> str(unknown("recipe", "wgangp", ["gan", "wgan_gp"]))
    "unknown recipe 'wgangp': did you mean 'wgan_gp'? There are gan, wgan_gp"
    """
    names = sorted(names)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return ValueError(f"unknown {kind} {name!r}: {hint}There are {', '.join(names)}")
