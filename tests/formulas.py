"""The formulas of the docstrings, evaluated: `E` is a mean over examples, `^` a power.

The first line of the docstring of each loss and each penalty is its formula, which the
documentation shows. Here NumPy or PyTorch evaluate it, in float64 and without the library, so each
member defines its own expected numbers.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

NUMPY = SimpleNamespace(
    mean=np.mean,
    max=np.maximum,
    softplus=lambda x: np.logaddexp(0, x),
    sigmoid=lambda x: 1 / (1 + np.exp(-x)),
)


def formula_of(method: Any) -> str:
    """The first line of a docstring, without its full stop."""
    return (inspect.getdoc(method) or "").splitlines()[0].rstrip(".")


def evaluate(formula: str, values: Mapping[str, Any], functions: Any = NUMPY) -> Any:
    """The value of a formula.

    >>> values = {"real": np.array([3.0, 1.0]), "b": 1, "fake": 0.5}
    >>> float(evaluate("E (real - b)^2 / 2 - E fake", values))
    0.5
    """
    names = {name: value for name, value in vars(functions).items()} | dict(values)
    return eval(_python(formula), {"__builtins__": {}}, names)


def _python(formula: str) -> str:
    """The formula in Python: each `E term` becomes `mean(term)`, up to the next sum or bracket."""
    text, at = "", 0
    while at < len(formula):
        if formula.startswith("E ", at) and (at == 0 or not formula[at - 1].isalnum()):
            end = _end_of_term(formula, at + 2)
            text, at = f"{text}mean({_python(formula[at + 2 : end])})", end
        else:
            text, at = text + formula[at], at + 1
    return text.replace("^", "**")


def _end_of_term(formula: str, at: int) -> int:
    depth = 0
    for end in range(at, len(formula)):
        if formula[end] in "([":
            depth += 1
        elif formula[end] in ")],":
            if depth == 0:
                return end
            depth -= formula[end] != ","
        elif depth == 0 and formula[end : end + 3] in (" + ", " - "):
            return end
    return len(formula)


class Settings(Mapping[str, Any]):
    """The attributes of a member as names in its formula, and other names."""

    def __init__(self, member: Any, **others: Any) -> None:
        self._member, self._others = member, others

    def __getitem__(self, name: str) -> Any:
        if name in self._others:
            return self._others[name]
        if hasattr(self._member, name):
            return getattr(self._member, name)
        raise KeyError(name)

    def __iter__(self) -> Any:
        return iter({*self._others, *(n for n in dir(self._member) if not n.startswith("_"))})

    def __len__(self) -> int:
        return len(list(iter(self)))
