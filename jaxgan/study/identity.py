"""Identities of records: the settings by which a saved record is found again."""

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
    """The identity that a record of this cell and seed is saved with.

    A cell with a method `identity`, such as a training, returns its own. For any other it consists
    of name, settings and the source of the defining module, so that each change reruns the cell.

    Args:
        cell: a cell of an experiment.
        seed: the seed it runs with.

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
    """A value with its settings as text; functions by name, because their `repr` has an address.

    Args:
        value: a function, a partial function, a dataclass or a plain value.

    Returns:
        Text that is the same in every process.

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
    """A digest of the source of the module that defines a cell."""
    while isinstance(cell, functools.partial):
        cell = cell.func
    name = getattr(cell, "__module__", None) or type(cell).__module__
    try:
        return _digest(inspect.getsource(sys.modules[name]))
    except (OSError, KeyError, TypeError):  # defined interactively
        return ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
