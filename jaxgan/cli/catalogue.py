"""Registry members by name: the entries of each `__all__`, under their snake-case names."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from typing import Any

from jaxgan import objectives, penalties, recipes
from jaxgan.data.load import DISTRIBUTIONS, EMBEDDED
from jaxgan.networks import presets
from jaxgan.types import Objective, unknown

__all__ = ["KINDS", "build", "members"]

KINDS = ("recipe", "networks", "objective", "penalty", "data")

Member = Callable[..., Any]


def members(kind: str) -> dict[str, Member]:
    """The members of a registry by name.

    Args:
        kind: one of `KINDS`.

    Returns:
        Functions and classes by the snake-case form of their name.

    >>> sorted(members("objective"))[:4]
    ['absolute_error', 'fgan', 'hinge', 'histogram_js']
    """
    if kind == "data":
        return {**EMBEDDED, **DISTRIBUTIONS}
    module, belongs = {
        "recipe": (recipes, inspect.isfunction),
        "networks": (presets, inspect.isfunction),
        "objective": (objectives, _is_objective),
        "penalty": (penalties, inspect.isclass),
    }[kind]
    found = (getattr(module, name) for name in module.__all__)
    return {_snake(member.__name__): member for member in found if belongs(member)}


def build(kind: str, text: str, *args: Any) -> Any:
    """Builds a member from its name and, in parentheses, its arguments.

    Args:
        kind: one of `KINDS` except "data".
        text: "wgan_gp" or "wgan_gp(weight=0.1, n_critic=3)": keywords with literal values.
        *args: positional arguments that precede the keywords.

    Returns:
        What the member returns.

    Raises:
        ValueError: unknown name or argument, or malformed text.

    >>> build("penalty", "gradient_penalty(weight=1.0)")
    GradientPenalty(weight=1.0, target=1.0, form='two_sided', at='interpolates')
    """
    name, keywords = _parse(kind, text)
    if name not in members(kind):
        raise unknown(kind, name, members(kind))
    member = members(kind)[name]
    parameters = list(inspect.signature(member).parameters)[len(args) :]
    for keyword in keywords:
        if keyword not in parameters:
            raise unknown(f"argument of {name}", keyword, parameters)
    return member(*args, **keywords)


def _parse(kind: str, text: str) -> tuple[str, dict[str, Any]]:
    try:
        call = ast.parse(text.strip(), mode="eval").body
        if isinstance(call, ast.Name):
            return call.id, {}
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and not call.args:
            keywords = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
            return call.func.id, keywords
    except (SyntaxError, ValueError):
        pass
    raise ValueError(
        f"{kind} {text!r} is not of the form name or name(argument=value): for example "
        f"{next(iter(members(kind)))!r}"
    )


def _is_objective(member: Any) -> bool:
    return inspect.isclass(member) and issubclass(member, Objective)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
