"""Identities of records: the settings by which a saved record is found again."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import inspect
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import jax
import numpy as np

from jaxgan.runs.identity import printed
from jaxgan.study.experiment import Cell
from jaxgan.study.records import Identity
from jaxgan.types import Dataset

__all__ = ["code_of", "described", "identity_of"]


def identity_of(cell: Cell, seed: int) -> Identity:
    """The identity that a record of this cell and seed is saved with.

    A cell with a method `identity`, such as a training, returns its own. For any other it consists
    of name, settings, code and the source of the defining module: a change of these reruns the
    cell, a change in another module does not.

    Args:
        cell: a cell of an experiment.
        seed: the seed it runs with.

    Returns:
        Settings as JSON.

    >>> sorted(identity_of(lambda seed, folder: None, 0))
    ['cell', 'code', 'seed', 'source']
    """
    own = getattr(cell, "identity", None)
    if own is not None:
        return own(seed)
    return {
        "cell": described(cell),
        "seed": seed,
        "source": _source_of_module(cell),
        "code": code_of(cell),
    }


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
        return f"{type(value).__name__}({_keywords(_fields(value))})"
    if isinstance(value, functools.partial):
        words = [*map(described, value.args), *filter(None, [_keywords(value.keywords)])]
        return f"{described(value.func)}({', '.join(words)})"
    if callable(value):
        return getattr(value, "__qualname__", type(value).__qualname__)
    text = printed(value)
    return text if len(text) <= 200 else f"{type(value).__name__} {_digest(text)}"


def code_of(value: Any) -> str:
    """A fingerprint of the code of a function or an object, with all values bound in it.

    Args:
        value: a function, with its closure and defaults, or an instance of a class.

    Returns:
        The beginning of a sha256 of the source. Functions that it calls are not followed, the
        library's own code counts by name, and mutable values such as lists count by type.

    >>> by = lambda factor: lambda x: factor * x
    >>> code_of(by(2.0)) == code_of(by(2.0)), code_of(by(2.0)) == code_of(by(3.0))
    (True, False)
    """
    return _digest("\n".join(_codes(value, set())))


def _codes(value: Any, seen: set[int]) -> Iterator[str]:
    if id(value) in seen:
        return
    seen.add(id(value))
    parts: Iterable[Any] = ()
    if isinstance(value, functools.partial):
        parts = (value.func, *value.args, *value.keywords.values())
    elif inspect.isfunction(value):
        yield _source(value)
        parts = (cell.cell_contents for cell in value.__closure__ or ())
        parts = (*parts, *(value.__defaults__ or ()))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield _source(type(value))
        parts = _fields(value).values()
    elif isinstance(value, Dataset):
        parts = (value.real, value.labels)  # without the names of classes
    elif isinstance(value, tuple):
        parts = value
    elif isinstance(value, (np.ndarray, jax.Array)):
        yield hashlib.sha256(np.asarray(value).tobytes()).hexdigest()
    elif isinstance(value, (bool, int, float, complex, str, bytes, type(None))):
        yield repr(value)
    else:
        yield _source(value if isinstance(value, type) else type(value))
    for part in parts:
        yield from _codes(part, seen)


def _source(value: Any) -> str:
    """The source of a function or class; of the library's, and of what has none, the name."""
    if value.__module__.partition(".")[0] != "jaxgan":
        with contextlib.suppress(OSError, TypeError):
            return inspect.getsource(value)
    return f"{value.__module__}.{value.__qualname__}"


def _fields(value: Any) -> dict[str, Any]:
    """The fields of a dataclass that count in comparisons."""
    return {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.compare}


def _keywords(fields: dict[str, Any]) -> str:
    return ", ".join(f"{name}={described(value)}" for name, value in fields.items())


def _source_of_module(cell: Any) -> str:
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
