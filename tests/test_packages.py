"""The packages: allowed imports, lengths of files, documentation, lazy loading."""

from __future__ import annotations

import ast
import inspect
import re
import statistics
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import jaxgan

ROOT = Path(__file__).parent.parent
ROWS = [
    ["types"],
    ["divergences"],
    ["objectives", "penalties", "optimizers", "networks", "data", "metrics", "figures"],
    ["training"],
    ["runs"],
    ["recipes", "study", "doctor"],
    ["report", "export"],
    ["cli"],
]
"""From the bottom up: a package imports only lower rows and its own files."""
ROW = {package: row for row, packages in enumerate(ROWS) for package in packages}
FILES = sorted((ROOT / "jaxgan").rglob("*.py"))
MODULES = [path for path in FILES if path.parent != ROOT / "jaxgan" or path.name == "types.py"]


def package_of(path: Path) -> str:
    return path.relative_to(ROOT / "jaxgan").parts[0].removesuffix(".py")


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> set[str]:
    """The modules of jaxgan that a file imports, also within functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "jaxgan":
            # From a package: its submodules, or names of its `__init__.py`.
            below = [f"{node.module}.{alias.name}" for alias in node.names]
            known = [name for name in below if (ROOT / name.replace(".", "/")).is_dir()]
            known += [name for name in below if (ROOT / f"{name.replace('.', '/')}.py").is_file()]
            names |= set(known) or {str(node.module)}
        elif isinstance(node, ast.Import):
            names |= {a.name for a in node.names if a.name.startswith("jaxgan.")}
    return names


def test_there_are_seventeen_packages_and_each_has_its_row() -> None:
    here = {path.stem for path in (ROOT / "jaxgan").iterdir() if path.name[0] not in "_."}
    assert here - {"py"} == set(ROW)  # py.typed is a marker
    assert len(ROW) == 17


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_package_imports_lower_rows_only(path: Path) -> None:
    package = package_of(path)
    others = {name.split(".")[1] for name in imported(path) if name != "jaxgan"} - {package}
    wrong = {other for other in others if ROW[other] >= ROW[package]}
    assert not wrong, f"{package} may not import {wrong}"


def test_no_file_imports_itself_in_a_circle() -> None:
    graph = {module_of(path): imported(path) for path in MODULES}
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join([*above, name])
        if name not in done:
            for other in graph.get(name, ()):
                if other != name and not name.startswith(f"{other}."):
                    visit(other, (*above, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("page", ["docs/design.md", "CONTRIBUTING.md"])
def test_the_pages_show_the_same_rows(page: str) -> None:
    rows = re.findall(r"^\| (\d) \| ([^|]*) \|", (ROOT / page).read_text(), re.MULTILINE)
    shown = [re.findall(r"`(\w+)/?`", packages) for _, packages in rows]
    assert shown == ROWS


def test_files_are_short_and_so_are_functions() -> None:
    lines = {path: len(path.read_text().splitlines()) for path in FILES}
    assert statistics.median(lines.values()) <= 150
    assert max(lines.values()) <= 300, max(lines, key=lambda path: lines[path])
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                length = body[-1].end_lineno - body[0].lineno + 1 if body else 0
                assert length <= 40, f"{path}: {node.name} has {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_public_is_annotated_and_documented(path: Path) -> None:
    module = import_module(module_of(path))
    assert module.__doc__
    assert hasattr(module, "__all__") or path == ROOT / "jaxgan" / "cli" / "__init__.py"
    for public in getattr(module, "__all__", []):
        member = getattr(module, public)
        if getattr(member, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(member):
            hints = inspect.signature(member)
            assert member.__doc__, public
            assert hints.return_annotation is not inspect.Signature.empty, public
            for parameter in hints.parameters.values():
                assert parameter.annotation is not inspect.Parameter.empty, (public, parameter)
        elif inspect.isclass(member):
            # Dataclasses and NamedTuples without a docstring get their signature as the docstring.
            assert member.__doc__, public
            assert not member.__doc__.startswith(f"{public}("), public


def test_the_first_use_of_a_name_imports_jax_and_not_before() -> None:
    code = (
        "import jaxgan, sys\n"
        "assert not {'jax', 'numpy', 'flax'} & set(sys.modules)\n"
        "print(jaxgan.recipes.wgan_gp().n_critic)\n"
        "assert 'jax' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "5\n"), done.stderr


def test_every_public_name_is_there() -> None:
    assert set(jaxgan.__all__) <= set(dir(jaxgan))
    for name in jaxgan.__all__:
        assert getattr(jaxgan, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'recipe'"):
        _ = jaxgan.recipe


def test_experiments_import_public_names_of_jaxgan_only() -> None:
    for path in (ROOT / "experiments").glob("*/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("jaxgan"):
                module = import_module(str(node.module))
                for alias in node.names:
                    public = getattr(module, "__all__", [alias.name])
                    assert alias.name in public or inspect.ismodule(getattr(module, alias.name))
