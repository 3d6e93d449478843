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
from jaxgan.divergences import f_divergence
from jaxgan.names import unknown
from jaxgan.types import Objective

__all__ = ["build", "members", "table"]

PROOFS = {
    "objective": "published formula in numpy; central differences with every penalty; DiracGAN",
    "matching": "double loops in numpy; central differences with every penalty",
    "penalty": "closed form on linear critics; every point looked at; central differences with "
    "every objective",
}
"""What the suite compares every member of a registry with, in each of its variants."""

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
        kind: "recipe", "networks", "objective", "matching" or "penalty".

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
        proof = PROOFS.get(kind)
        lines += [f"## {kind}", ""]
        lines += [f"Each is compared with: {proof}.", ""] if proof else []
        lines += _header("name", *(["formula"] if proof else []), "what it is", "reference")
        for name, member in members(kind).items():
            cells = [f"`{name}({', '.join(inspect.signature(member).parameters)})`"]
            cells += [_formula(member)] if proof else []
            lines.append(_row(*cells, _first_line(member), _reference(member)))
        lines.append("")
    lines += [
        "## divergence",
        "",
        "The rows of `fgan`, each compared with its numerical supremum.",
        "",
    ]
    lines += [line for line in (inspect.getdoc(f_divergence) or "").splitlines() if line[:1] == "|"]
    lines += ["", "## data", "", *_header("name", "what it is", "reference")]
    lines += [_row(f"`{name}`", _first_line(law), _reference(law)) for name, law in LAWS.items()]
    return "\n".join(lines) + "\n"


def _header(*cells: str) -> list[str]:
    return [_row(*cells), "|" + "---|" * len(cells)]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _formula(member: Callable[..., Any]) -> str:
    """What the docstrings of its methods say: an objective's two losses, a penalty's value."""
    losses = {"critic_loss": "critic: ", "generator_loss": "generator: ", "__call__": ""}
    found = [
        f"{player}{_first_line(getattr(member, method)).rstrip('.')}".replace("*", "\\*")
        for method, player in losses.items()
        if method in vars(member)
    ]
    return "<br>".join(found)


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
