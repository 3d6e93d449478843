"""The settings in which trainings differ, from their printed networks and recipes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from jaxgan.study.records import Identity

__all__ = ["differing"]

PRINTED = ("recipe", "networks")
PLAIN = ("data", "batch_size")
PROGRAM = "program"


def differing(identities: Sequence[Identity]) -> list[str]:
    """The settings of each training that others do not have or have with another value.

    Args:
        identities: of trainings, see `runs.identity.describe`; empty ones are not compared.

    Returns:
        One text per training, such as "n_critic=5; generator.width=8".

    >>> common = {"recipe": "R(n_critic=1)", "networks": "N()", "data": "x"}
    >>> differing([{**common, "batch_size": 8}, {**common, "batch_size": 16}, {}])
    ['batch_size=8', 'batch_size=16', '']
    """
    rows = [dict(_settings(identity)) for identity in identities]
    known = [row for row in rows if row]
    found = [
        [path for path, value in row.items() if any(other.get(path) != value for other in known)]
        for row in rows
    ]
    texts = [
        "; ".join(f"{path}={row[path]}" for path in paths)
        for row, paths in zip(rows, found, strict=True)
    ]
    programs = {str(identity.get(PROGRAM)) for identity in identities if identity}
    if len(programs) > 1 and not any(texts):  # such as two functions of the same name
        return [f"program {one[PROGRAM]}" if PROGRAM in one else "" for one in identities]
    return texts


def _settings(identity: Identity) -> Iterator[tuple[str, str]]:
    for name in PRINTED:
        if name in identity:
            yield from _parts(str(identity[name]), name)
    for name in PLAIN:
        if name in identity:
            yield name, str(identity[name])


def _parts(text: str, name: str) -> Iterator[tuple[str, str]]:
    """The settings in a printed value, by path; the whole text if it is not an expression."""
    commas = re.sub(r"(?<=[^\s(,])\s+(?=\w+ = )", ", ", text)  # Flax separates fields by spaces
    try:
        yield from _leaves(ast.parse(commas, mode="eval").body, "")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        yield name, text


def _leaves(node: ast.expr, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Call) and not node.args and path == "":
        yield from _of_call(node, path)
    elif isinstance(node, ast.Call) and not node.args:
        yield path, ast.unparse(node.func)
        yield from _of_call(node, f"{path}.")
    elif isinstance(node, ast.Tuple) and any(isinstance(one, ast.Call) for one in node.elts):
        for index, one in enumerate(node.elts):
            yield from _leaves(one, f"{path}[{index}]")
    else:
        yield path, ast.unparse(node)


def _of_call(node: ast.Call, begin: str) -> Iterator[tuple[str, str]]:
    for word in node.keywords:
        yield from _leaves(word.value, f"{begin}{word.arg}")
