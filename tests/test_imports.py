"""The rooms of docs/design.md: who may import whom, how long a file may be, what is documented."""

from __future__ import annotations

import ast
import inspect
import statistics
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROWS = [
    ["types", "names"],
    ["divergences"],
    [
        *("objectives", "matching", "penalties", "transforms", "schedules"),
        *("networks", "data", "metrics", "figures"),
        *("progress", "tempo", "provenance", "compile_cache"),
    ],
    ["training"],
    ["parallel"],
    ["checkpoint"],
    ["run_folder"],
    ["loop", "population"],
    ["recipes", "architectures", "verdict"],
    ["outcome", "report"],
    ["comparison", "pictures", "catalogue", "doctor"],
    ["solo", "runner"],
    ["cli"],
]
"""From the ground up: a room imports rooms of lower rows, and files of its own."""
ROW = {room: row for row, rooms in enumerate(ROWS) for room in rooms}
FILES = sorted((ROOT / "jaxgan").rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / "jaxgan").parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The rooms of jaxgan that a file imports, also within functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            below = [alias.name for alias in node.names] if len(parts) == 1 else [parts[1]]
            names |= set(below) if parts[0] == "jaxgan" else set()
        elif isinstance(node, ast.Import):
            names |= {a.name.split(".")[1] for a in node.names if a.name.startswith("jaxgan.")}
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_obey_the_rooms(path: Path) -> None:
    if path == ROOT / "jaxgan" / "__init__.py":
        assert not imported(path)
        return
    room = room_of(path)
    wrong = {other for other in imported(path) - {room} if ROW[other] >= ROW[room]}
    assert not wrong, f"{room} may not import {wrong}"


def test_files_are_short() -> None:
    lines = {path: len(path.read_text().splitlines()) for path in FILES}
    assert statistics.median(lines.values()) <= 150
    assert max(lines.values()) <= 300, max(lines, key=lambda path: lines[path])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_public_is_annotated_and_documented(path: Path) -> None:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    module = import_module(name)
    assert module.__doc__
    for public in getattr(module, "__all__", []):
        member = getattr(module, public)
        if inspect.isfunction(member) and member.__module__ == name:
            hints = inspect.signature(member)
            assert member.__doc__, public
            assert hints.return_annotation is not inspect.Signature.empty, public
            for parameter in hints.parameters.values():
                assert parameter.annotation is not inspect.Parameter.empty, (public, parameter)
        elif inspect.isclass(member):
            assert member.__doc__, public


def test_experiments_import_public_names_of_jaxgan_only() -> None:
    for path in (ROOT / "experiments").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("jaxgan"):
                module = import_module(str(node.module))
                for alias in node.names:
                    public = getattr(module, "__all__", [alias.name])
                    assert alias.name in public or inspect.ismodule(getattr(module, alias.name))
