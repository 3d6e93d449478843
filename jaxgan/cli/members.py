"""The table of all members in the documentation: `python -m jaxgan.cli.members docs/members.md`."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jaxgan.cli.catalogue import KINDS, members
from jaxgan.data.images import ImageOptions
from jaxgan.divergences import f_divergence

__all__ = ["table"]

CHECKED = {
    "objective": "its formula, evaluated by NumPy and PyTorch in float64; central differences with "
    "every penalty; DiracGAN",
    "penalty": "closed form on linear critics; every point at which it evaluates the critic; "
    "central differences with every objective",
}
"""What the tests compare every member of a registry with, for each of its variants."""


def table() -> str:
    """All members with their settings, formula, first line and reference, as Markdown.

    Returns:
        The text of `docs/members.md`.
    """
    lines = ["# Members", "", "Made by `python -m jaxgan.cli.members docs/members.md`.", ""]
    for kind in KINDS:
        checked = CHECKED.get(kind)
        lines += [f"## {kind}", ""]
        lines += [f"Each is compared with: {checked}.", ""] if checked else []
        lines += _header("name", *(["formula"] if checked else []), "what it is", "reference")
        for name, member in members(kind).items():
            cells = [f"`{name}({', '.join(_settings(kind, member))})`"]
            cells += [_formula(member)] if checked else []
            lines.append(_row(*cells, _first_line(member), _reference(member)))
        lines.append("")
    lines += [
        "## divergence",
        "",
        "The rows of `fgan`, each compared with its numerical supremum.",
        "",
    ]
    lines += [line for line in (inspect.getdoc(f_divergence) or "").splitlines() if line[:1] == "|"]
    return "\n".join(lines) + "\n"


def _settings(kind: str, member: Callable[..., Any]) -> list[str]:
    """Parameters, except those that the command line supplies: shape, key, number of examples."""
    given = {"networks": ("shape",), "data": ("key", "n")}.get(kind, ())
    parameters = inspect.signature(member).parameters
    names = [name for name, one in parameters.items() if one.kind is not one.VAR_KEYWORD]
    images = ImageOptions.__annotations__ if len(names) < len(parameters) else ()
    return [name for name in (*names, *images) if name not in given]


def _header(*cells: str) -> list[str]:
    return [_row(*cells), "|" + "---|" * len(cells)]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _formula(member: Callable[..., Any]) -> str:
    """The formulas in its methods' docstrings: an objective's two losses, or a penalty's value."""
    losses = {"critic_loss": "critic: ", "generator_loss": "generator: ", "__call__": ""}
    found = [
        f"{player}`{_first_line(getattr(member, method)).rstrip('.')}`"
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


def main(arguments: list[str]) -> int:
    """Writes the table to a file, or with `--check` reports whether the file is up to date."""
    path = Path(arguments[-1])
    if "--check" not in arguments:
        path.write_text(table())
    elif path.read_text() != table():
        print(f"{path} is out of date: run `python -m jaxgan.cli.members {path}`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
