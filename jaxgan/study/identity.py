"""What two records must have in common to be the same record."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import inspect
import sys
from typing import Any

from jaxgan.study.experiment import Cell
from jaxgan.study.records import Identity

__all__ = ["described", "identity_of"]


def identity_of(cell: Cell, seed: int) -> Identity:
    """What a record of this cell and seed is saved with, so that it is found again.

    A cell with a method `identity` says it itself, as trainings do. Of any other it is its name,
    its settings and the source of the module that defines it: it runs again after each change.

    Args:
        cell: of an experiment.
        seed: that it runs with.

    Returns:
        Settings as JSON.

    >>> sorted(identity_of(lambda seed, folder: None, 0))
    ['cell', 'seed', 'source']
    """
    own = getattr(cell, "identity", None)
    if own is not None:
        return own(seed)
    return {"cell": described(cell), "seed": seed, "source": _source(cell)}


def described(value: Any) -> str:
    """A value with its settings; functions by name, since they print with an address.

    Args:
        value: a function, a partial function, a dataclass or a plain value.

    Returns:
        A text that stays the same from process to process.

    >>> described(functools.partial(max, 1))
    'max(1)'
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return f"{type(value).__name__}({_keywords(fields)})"
    if isinstance(value, functools.partial):
        words = [*map(described, value.args), *filter(None, [_keywords(value.keywords)])]
        return f"{described(value.func)}({', '.join(words)})"
    if callable(value):
        return getattr(value, "__qualname__", type(value).__qualname__)
    text = repr(value)
    return text if len(text) <= 200 else f"{type(value).__name__} {_digest(text)}"


def _keywords(fields: dict[str, Any]) -> str:
    return ", ".join(f"{name}={described(value)}" for name, value in fields.items())


def _source(cell: Any) -> str:
    """A digest of the source of the module in which a cell is defined."""
    while isinstance(cell, functools.partial):
        cell = cell.func
    name = getattr(cell, "__module__", None) or type(cell).__module__
    try:
        return _digest(inspect.getsource(sys.modules[name]))
    except (OSError, KeyError, TypeError):  # typed at a prompt
        return ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
