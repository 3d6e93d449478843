"""Names to members and back: what `__all__` of a registry lists, by its snake-case name."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jaxgan import architectures, matching, objectives, penalties, recipes
from jaxgan.data.load import LAWS
from jaxgan.names import unknown
from jaxgan.types import Objective

__all__ = ["build", "members", "table"]

REGISTRIES = {
    "recipe": (recipes, inspect.isfunction),
    "networks": (architectures, inspect.isfunction),
    "objective": (objectives, inspect.isclass),
    "matching": (
        matching,
        lambda member: inspect.isclass(member) and issubclass(member, Objective),
    ),
    "penalty": (penalties, inspect.isclass),
}


def members(kind: str) -> dict[str, Callable[..., Any]]:
    """The members of a registry by name.

    Args:
        kind: "recipe", "networks", "objective" or "penalty".

    Returns:
        Functions and classes by the snake-case form of their name.

    >>> sorted(members("objective"))[:4]
    ['absolute_error', 'fgan', 'hinge', 'least_squares']
    """
    module, belongs = REGISTRIES[kind]
    found = (getattr(module, name) for name in module.__all__)
    return {_snake(member.__name__): member for member in found if belongs(member)}


def build(kind: str, text: str, *args: Any) -> Any:
    """Makes a member from its name and, in brackets, its arguments.

    Args:
        kind: see `members`.
        text: "wgan_gp" or "wgan_gp(weight=0.1, n_critic=3)": keywords with literal values.
        *args: positional arguments that come first.

    Returns:
        What the member returns.

    Raises:
        ValueError: unknown name or argument, or a text that is not of this form.

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


def table() -> str:
    """All members with their settings, first line and reference, as Markdown.

    Returns:
        The text of `docs/members.md`.
    """
    lines = ["# Members", "", "Made by `python -m jaxgan.catalogue docs/members.md`.", ""]
    for kind in REGISTRIES:
        lines += [f"## {kind}", "", "| name | what it is | reference |", "|---|---|---|"]
        for name, member in members(kind).items():
            settings = ", ".join(str(p).split(":")[0] for p in _parameters(member))
            lines.append(f"| `{name}({settings})` | {_first_line(member)} | {_reference(member)} |")
        lines.append("")
    lines += ["## data", "", "| name | what it is | reference |", "|---|---|---|"]
    lines += [
        f"| `{name}` | {_first_line(law)} | {_reference(law)} |" for name, law in LAWS.items()
    ]
    return "\n".join(lines) + "\n"


def _parameters(member: Callable[..., Any]) -> list[inspect.Parameter]:
    return list(inspect.signature(member).parameters.values())


def _first_line(member: Callable[..., Any]) -> str:
    return (inspect.getdoc(member) or "").splitlines()[0].replace("|", "\\|")


def _reference(member: Callable[..., Any]) -> str:
    text = " ".join((inspect.getdoc(member) or "").split())
    found = re.search(r"Reference: (.*?)\s*(https?://\S+[^\s.,;])", text)
    return f"[{found[1].rstrip('. ')}]({found[2]})" if found else ""


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def main(arguments: list[str]) -> int:
    """Writes the table to a file, or with `--check` tells whether the file is up to date."""
    path = Path(arguments[-1])
    if "--check" not in arguments:
        path.write_text(table())
    elif path.read_text() != table():
        print(f"{path} is out of date: python -m jaxgan.catalogue {path}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
