"""The command that lists experiments and registry members."""

from __future__ import annotations

import ast

from jaxgan.cli.experiments import experiments

__all__ = ["list_"]


def list_() -> None:
    """List experiments, recipes, networks, objectives, penalties, data and metrics."""
    from jaxgan.cli import catalogue
    from jaxgan.data.load import PATHS

    print("experiments (jaxgan run NAME)")
    found = experiments()
    for name, path in found.items():
        _line(name, ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))))
    if not found:
        print("  none in the working directory: run this in a checkout of the repository")
    for kind in catalogue.KINDS:
        print(kind)
        for name, member in catalogue.members(kind).items():
            _line(name, member.__doc__)
    _line(", ".join(PATHS), "The same without arguments.")


def _line(name: str, about: str | None) -> None:
    print(f"  {name:32} {(about or '').splitlines()[0] if about else ''}")
