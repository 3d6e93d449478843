"""All combinations of settings, by name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence, Sized
from typing import Any, TypeVar

__all__ = ["grid"]

T = TypeVar("T")


def grid(make: Callable[..., T], **settings: Sequence[Any]) -> dict[str, T]:
    """One cell of an experiment for each combination of settings.

    Args:
        make: function of the settings, by name, that returns a cell, such as a `Training`.
        **settings: the values of each setting.

    Returns:
        Cells by name, such as "learning_rate=0.001+n_critic=5"; the last setting varies fastest.

    Raises:
        ValueError: no settings, or a setting without values or with equal ones.

    >>> from jaxgan.study import Record
    >>> def make(rate, n_critic):
    ...     return lambda seed, folder: Record({"product": rate * n_critic})
    >>> list(grid(make, rate=[0.1, 0.2], n_critic=[5]))
    ['rate=0.1+n_critic=5', 'rate=0.2+n_critic=5']
    """
    if not settings:
        raise ValueError("grid has no settings: give at least one, such as learning_rate=[1e-4]")
    for name, values in settings.items():
        if isinstance(values, str) or not isinstance(values, Sized):
            raise TypeError(f"{name} must be several values, got {values!r}: give a list")
        if not len(values):
            raise ValueError(f"{name} has no values: give at least one")
    cells: dict[str, T] = {}
    for values in itertools.product(*settings.values()):
        chosen = dict(zip(settings, values, strict=True))
        name = "+".join(f"{setting}={_text(value)}" for setting, value in chosen.items())
        if name in cells:
            raise ValueError(f"{name} is there twice: give each value once")
        cells[name] = make(**chosen)
    return cells


def _text(value: Any) -> str:
    """The value with only the characters that a cell's name may have."""
    return re.sub(r"[^\w.=+-]+", "_", str(value)).strip("_")
