"""Mutates every objective, penalty, divergence and recipe, and checks that a test fails.

    python -m tests.mutate                    # all members, about half an hour on two cores
    python -m tests.mutate penalties R1       # one folder, one member
    python -m tests.mutate --list             # the mutants

A mutant is one change in a copy of the library: a sign, a factor of two, an axis, a mean for a
sum, real for fake, the shape of an interpolation's epsilon, a number of a recipe. A test in the
suites of its folder must fail. If a mutant survives, the exit status is 1.
"""

from __future__ import annotations

import ast
import copy
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(ROOT / ".cache" / "jax"))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

import flax  # noqa: E402, F401
import hypothesis  # noqa: E402, F401
import optax  # noqa: E402, F401
import pytest  # noqa: E402
import scipy.optimize  # noqa: E402, F401
import sklearn.metrics  # noqa: E402, F401

SUITES = {
    "objectives": ["test_objectives.py", "test_dirac.py"],
    "penalties": ["test_penalties.py", "test_dropout.py"],
    "divergences": ["test_divergences.py", "test_transport.py"],
    "recipes": ["test_recipes.py"],
}
MATCHING = ["test_matching.py", "test_kernels.py"]
"""The suites of the objectives that compare features, and of their kernels and estimators."""

OF_MATCHING = ("histogram", "kernels", "mmd", "moments", "rows")
NAMED = ("objectives", "penalties")
"""Folders whose tests can be selected by the names of the members."""

EQUIVALENT: dict[str, str] = {
    "DRAGAN: real to fake in `real`": "only the shape is used; changes of the noise are caught",
    "DRAGAN: fake to real in `fake`": "a penalty at real points does not use fakes",
    "divergence: sign in `1 + NODES`": "Gauss's nodes and weights are symmetric",
}
"""Changes without an effect, and why; as they are printed, without the line number."""


PATIENCE = 300
"""Time limit for the suites of a folder in seconds, several times what they take."""


class Mutant(NamedTuple):
    """One change of one member."""

    folder: str
    file: Path
    member: str
    change: str
    source: str
    tests: str | None

    @property
    def suites(self) -> list[str]:
        """The suites of which a test must fail."""
        return MATCHING if self.file.stem in OF_MATCHING else SUITES[self.folder]

    @property
    def name(self) -> str:
        """The name that is printed."""
        return f"{self.member}: {self.change}"


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Every change of one node: its name and the new node."""
    new: Any = copy.deepcopy(node)
    match node:
        case ast.BinOp(op=ast.Add()):
            new.op = ast.Sub()
            yield "sign", new
        case ast.BinOp(op=ast.Sub()):
            new.op = ast.Add()
            yield "sign", new
        case ast.UnaryOp(op=ast.USub(), operand=operand) if not isinstance(operand, ast.Constant):
            yield "sign", operand
        case ast.BinOp(op=ast.Div(), left=left, right=ast.Constant(value=2)):
            yield "factor 1/2", left
        case ast.BinOp(op=ast.Mult(), left=ast.Constant(value=2), right=right):
            yield "factor 2", right
        case ast.keyword(arg="axis", value=ast.Constant(value=int(axis))):
            new.value = ast.Constant(1 - axis)
            yield "axis", new
        case ast.Call(func=ast.Attribute(attr="mean"), args=[], keywords=[]):
            new.func.attr = "sum"
            yield "mean to sum", new
        case ast.Name(id="real", ctx=ast.Load()):
            yield "real to fake", ast.Name("fake", ast.Load())
        case ast.Name(id="fake", ctx=ast.Load()):
            yield "fake to real", ast.Name("real", ast.Load())
        case ast.Call(func=ast.Attribute(attr="uniform")):
            yield "epsilon of one half for all", ast.parse("0.5 + 0 * _", mode="eval").body


EPSILONS = {
    "one epsilon per batch": ("(keys)\n    share =", "(keys[:1].repeat(len(keys)))\n    share ="),
    "one epsilon per number": (
        "lambda key: jax.random.uniform(key, dtype=real.dtype))(keys)\n    share = share.reshape("
        "-1, *(1,) * (real.ndim - 1))",
        "lambda key: jax.random.uniform(key, real.shape[1:], real.dtype))(keys)",
    ),
    "epsilon from -1 to 1": ("fake + share *", "fake + (2 * share - 1) *"),
}
"""Other distributions of the point between real and fake, as edits of `interpolate`."""


def mutants() -> Iterator[Mutant]:
    """All mutants."""
    for folder in SUITES:
        for file in sorted((ROOT / "jaxgan" / folder).glob("[a-z]*.py")):
            text = file.read_text()
            yield from _of_file(folder, file, ast.parse(text))
            for change, (old, new) in EPSILONS.items():
                if old in text:
                    source = text.replace(old, new)
                    yield Mutant(folder, file, "interpolate", change, source, None)


def _of_file(folder: str, file: Path, tree: ast.Module) -> Iterator[Mutant]:
    for top in tree.body:
        member = getattr(top, "name", None) or ast.unparse(getattr(top, "target", ast.Name("")))
        own = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", member).lower()
        named = isinstance(top, ast.ClassDef) and folder in NAMED
        tests = own if named and file.stem not in OF_MATCHING else None
        if folder == "recipes":
            yield from _of_numbers(file, tree, top, member)
        for node, line in list(_code(top)):
            if isinstance(node, ast.Call) and "uniform" in ast.unparse(node.func):
                continue
            for change, replacement in changes(node):
                where = f"{change} in `{ast.unparse(node)[:60]}` (line {line})"
                source = ast.unparse(_Replace(node, replacement).applied(tree))
                yield Mutant(folder, file, member, where, source, tests)


def _of_numbers(file: Path, tree: ast.Module, top: ast.stmt, member: str) -> Iterator[Mutant]:
    """Doubles every number of a recipe, including defaults; zero becomes one."""
    for node in list(ast.walk(top)):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            other = ast.Constant(2 * node.value or type(node.value)(1))
            where = f"number `{node.value}` to `{other.value}` (line {node.lineno})"
            source = ast.unparse(_Replace(node, other).applied(tree))
            yield Mutant("recipes", file, member, where, source, None)


def _code(top: ast.stmt) -> Iterator[tuple[ast.AST, int]]:
    """The nodes of the bodies of functions and lambdas, without docstrings, defaults or raises."""
    skipped: set[int] = set()
    for node in ast.walk(top):
        if isinstance(node, (ast.Raise, ast.arguments)) or (
            isinstance(node, ast.FunctionDef) and node.name == "__post_init__"
        ):
            skipped |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.Attribute) and node.attr in ("shape", "ndim", "dtype"):
            skipped.add(id(node.value))  # these are equal for real and fake
    inside: dict[int, tuple[ast.AST, int]] = {}
    for node in ast.walk(top):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            body = node.body if isinstance(node.body, list) else [node.body]
            for part in (part for statement in body for part in ast.walk(statement)):
                if id(part) not in skipped:
                    inside[id(part)] = (part, getattr(part, "lineno", node.lineno))
    yield from inside.values()


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def applied(self, tree: ast.Module) -> ast.Module:
        """A copy of the tree with the node replaced."""
        mark = "mutated"
        setattr(self.old, mark, True)
        mutated = self.visit(copy.deepcopy(tree))
        delattr(self.old, mark)
        return ast.fix_missing_locations(mutated)

    def visit(self, node: ast.AST) -> Any:
        return self.new if getattr(node, "mutated", False) else self.generic_visit(node)


def survives(mutant: Mutant) -> bool:
    """Whether the suites of the folder pass in a copy of the library with the mutant."""
    with tempfile.TemporaryDirectory() as name:
        copied = Path(name)
        for part in ("jaxgan", "tests", "pyproject.toml"):
            source = ROOT / part
            (shutil.copytree if source.is_dir() else shutil.copy)(source, copied / part)
        (copied / mutant.file.relative_to(ROOT)).write_text(mutant.source)
        shutil.copytree(ROOT / "docs", copied / "docs")
        words = [f"tests/{suite}" for suite in mutant.suites]
        words += ["-k", mutant.tests] if mutant.tests else []
        child = multiprocessing.get_context("fork").Process(target=_pytest, args=(copied, words))
        child.start()
        child.join(PATIENCE)
        if child.is_alive():  # an endless loop counts as caught
            child.kill()
            return False
    if child.exitcode not in (0, 1, 2):  # passed, failed, or not importable
        raise RuntimeError(f"{mutant.name}: pytest ended with {child.exitcode}")
    return child.exitcode == 0


def _pytest(folder: Path, words: list[str]) -> None:
    """Runs pytest, without output, in a child process that has the large imports already."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    quiet = ["-W", "ignore::pytest.PytestAssertRewriteWarning", "-p", "no:cacheprovider"]
    os._exit(pytest.main(["-x", "-q", "-p", "no:xdist", *quiet, *words]))


def main(words: list[str]) -> int:
    """Tests the chosen mutants, two at a time."""
    chosen = [
        mutant
        for mutant in mutants()
        if all(word in (mutant.folder, mutant.member) for word in words if word != "--list")
    ]
    if "--list" in words:
        print(*(mutant.name for mutant in chosen), sep="\n")
        return 0
    for folder in {mutant.folder: None for mutant in chosen}:
        whole = next(mutant for mutant in chosen if mutant.folder == folder)
        if not survives(whole._replace(source=whole.file.read_text(), tests=None)):
            sys.exit(f"the suites of {folder} fail without a change: fix that first")
    unseen = 0
    with ThreadPoolExecutor(2) as pool:
        for mutant, survived in zip(chosen, pool.map(survives, chosen), strict=True):
            reason = EQUIVALENT.get(re.sub(r" \(line \d+\)", "", mutant.name))
            verdict = ("equivalent: " + reason if reason else "SURVIVED") if survived else "caught"
            unseen += survived and not reason
            print(f"{verdict:9} {mutant.folder}/{mutant.file.name} {mutant.name}", flush=True)
    print(f"{len(chosen)} mutants, {unseen} survived")
    return int(bool(unseen))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
