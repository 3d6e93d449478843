"""Members of the registries by their snake-case names, and your own objects by module and name."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from jaxgan import metrics, objectives, penalties, recipes
from jaxgan.cli.named import attribute
from jaxgan.data.load import DISTRIBUTIONS, EMBEDDED, SOURCES, check_required
from jaxgan.metrics import SampleMetric
from jaxgan.networks import presets
from jaxgan.training import Recipe
from jaxgan.types import Dataset, Networks, Objective, Penalty, unknown

__all__ = ["KINDS", "Call", "build", "make", "members", "parse"]

TYPES: dict[str, type] = {
    "recipe": Recipe,
    "networks": Networks,
    "objective": Objective,
    "penalty": Penalty,
    "data": Dataset,
    "metric": SampleMetric,
}
KINDS = tuple(TYPES)
PENALIZED = ("critic", "real", "fake", "keys")
"""The arguments of a penalty."""

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
        return {**EMBEDDED, **DISTRIBUTIONS, **SOURCES}
    module, belongs = {
        "recipe": (recipes, inspect.isfunction),
        "networks": (presets, inspect.isfunction),
        "objective": (objectives, _is_objective),
        "penalty": (penalties, inspect.isclass),
        "metric": (metrics, _is_metric),
    }[kind]
    found = (getattr(module, name) for name in module.__all__)
    return {_snake(member.__name__): member for member in found if belongs(member)}


class Call(NamedTuple):
    """A member's name, and its arguments; None if the text has no parentheses."""

    name: str
    arguments: dict[str, Any] | None = None


def parse(kind: str, text: str) -> Call:
    """Reads the text of a command-line argument.

    Args:
        kind: one of `KINDS`.
        text: "wgan_gp", "wgan_gp(weight=0.1, n_critic=3)" or "package.module:NAME", also with
            arguments: keywords with literal values.

    Returns:
        The name and the arguments.

    Raises:
        ValueError: malformed text.

    >>> parse("recipe", "mine.recipes:slow(weight=0.1)")
    Call(name='mine.recipes:slow', arguments={'weight': 0.1})
    """
    words = text.strip()
    module = "".join(re.findall(r"^[A-Za-z_][\w.]*:", words))
    try:
        call = ast.parse(words.removeprefix(module), mode="eval").body
        if isinstance(call, ast.Name):
            return Call(module + call.id)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and not call.args:
            if any(word.arg is None for word in call.keywords):  # **
                raise ValueError
            keywords = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
            if len(keywords) == len(call.keywords):  # each once
                return Call(module + call.func.id, keywords)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        pass
    raise ValueError(
        f"{kind} {text!r} is not of the form name or name(argument=value): for example "
        f"{next(iter(members(kind)))!r}, or 'package.module:NAME' for your own"
    )


def make(kind: str, call: Call, *args: Any) -> Any:
    """Builds a member, or finds your own object.

    Args:
        kind: one of `KINDS`.
        call: see `parse`. Your own name is an object of the right type, or a function that returns
            one from the same arguments as a member.
        *args: positional arguments that precede the keywords.

    Returns:
        An object of the kind's type.

    Raises:
        ValueError: unknown name or argument, or an object of another type.

    >>> make("penalty", Call("gradient_penalty", {"weight": 1.0}))
    GradientPenalty(weight=1.0, target=1.0, form='two_sided', at='interpolates')
    """
    own = ":" in call.name
    if not own and call.name not in members(kind):
        raise unknown(kind, call.name, [*members(kind), "package.module:NAME"])
    found = attribute(call.name) if own else members(kind)[call.name]
    if own and call.arguments is None and _is_one(kind, found):
        return found
    if own and _is_one(kind, found):
        raise ValueError(f"{call.name} is a {type(found).__name__}: leave out the brackets")
    if not callable(found):
        raise _other_type(kind, call, found)
    keywords = call.arguments or {}
    _check_keywords(call.name, found, keywords, len(args))
    try:
        made = found(*args, **keywords)
    except Exception as error:  # whatever your own function raises
        if not own:
            raise
        raise ValueError(
            f"{kind} {call.name} failed ({type(error).__name__}: {error}): correct it"
        ) from error
    if not _is_one(kind, made):
        raise _other_type(kind, call, made)
    return made


def build(kind: str, text: str, *args: Any) -> Any:
    """Builds a member, or finds your own object, from text: `parse`, then `make`.

    >>> build("penalty", "gradient_penalty(weight=1.0)")
    GradientPenalty(weight=1.0, target=1.0, form='two_sided', at='interpolates')
    """
    return make(kind, parse(kind, text), *args)


def _check_keywords(name: str, member: Member, keywords: dict[str, Any], given: int) -> None:
    parameters = list(inspect.signature(member).parameters.values())[given:]
    names = [parameter.name for parameter in parameters]
    everything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    for keyword in keywords:
        if keyword not in names and not everything:
            raise unknown(f"argument of {name}", keyword, names or ["none"])
    check_required(name, member, keywords, given)


def _is_one(kind: str, value: Any) -> bool:
    if kind == "penalty" and inspect.isfunction(value):  # a penalty, or a function that makes one?
        return len(inspect.signature(value).parameters) == len(PENALIZED)
    return isinstance(value, TYPES[kind]) and not inspect.isclass(value)


def _other_type(kind: str, call: Call, value: Any) -> ValueError:
    wanted = TYPES[kind].__name__
    return ValueError(
        f"{kind} {call.name} must be a {wanted} or a function that returns one, got a "
        f"{type(value).__name__}"
    )


def _is_objective(member: Any) -> bool:
    """Whether it is an objective that text can name: one that needs no other objective."""
    if not inspect.isclass(member) or not issubclass(member, Objective):
        return False
    parameters = inspect.signature(member).parameters.values()
    return all(parameter.default is not parameter.empty for parameter in parameters)


def _is_metric(member: Any) -> bool:
    is_one = inspect.isclass(member) and issubclass(member, SampleMetric)
    return is_one and not inspect.isabstract(member)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
