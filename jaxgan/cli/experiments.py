"""Experiments by name: those in the working directory's checkout, and any importable module."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from jaxgan.cli.named import import_from_here, search_here
from jaxgan.cli.settings import RUN

if TYPE_CHECKING:
    from jaxgan.study import Experiment

__all__ = ["experiments", "full_name", "load_experiment"]

FOLDER = "experiments"


def experiments() -> dict[str, Path]:
    """The experiment modules of the checkout in the working directory, as `paper/what`."""
    root = Path.cwd() / FOLDER
    if not _is_package(root):
        return {}
    return {
        f"{path.parent.name}/{path.stem}": path
        for path in sorted(root.glob("*/[a-z]*.py"))
        if _is_package(path.parent)
    }


def full_name(name: str) -> str:
    """The full name of an experiment.

    Args:
        name: "wgan_gp_2017/digits", "digits" if only one paper has an experiment of this name, or
            a module, "my.module".

    Returns:
        `paper/what`, or the module.

    Raises:
        ValueError: no experiment has this name, or several have it.
    """
    known = experiments()
    plain = name.replace("-", "_")
    named = [one for one in known if plain in (one, one.split("/")[1])]
    if len(named) > 1:
        raise ValueError(f"experiment {name!r} could be {' or '.join(named)}: give the full name")
    if named:
        return named[0]
    if _is_module(name):
        return name
    from jaxgan.types import unknown

    names = [*known, *(one.split("/")[1] for one in known)]
    problem = unknown("experiment", name, names)
    raise ValueError(f"{problem}, and any module importable from {Path.cwd()}")


def load_experiment(name: str) -> Experiment:
    """The `EXPERIMENT` of a module.

    Args:
        name: what `full_name` returns.

    Returns:
        The experiment.

    Raises:
        ValueError: the module has none.
    """
    from jaxgan.study import Experiment

    inside = name in experiments()
    module = import_from_here(f"{FOLDER}.{name.replace('/', '.')}" if inside else name)
    found = getattr(module, "EXPERIMENT", None)
    if not isinstance(found, Experiment):
        raise ValueError(
            f"module {name} has no EXPERIMENT of type jaxgan.study.Experiment, it has {found!r}: "
            "define one"
        )
    return found


def _is_package(folder: Path) -> bool:
    """Whether it is a package, and not the folder of a run, which may be another person's."""
    return (folder / "__init__.py").is_file() and not (folder / RUN).is_file()


def _is_module(name: str) -> bool:
    if not all(part.isidentifier() for part in name.split(".")):
        return False
    search_here()
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False
    except Exception as error:  # whatever a package above it raises
        raise ValueError(
            f"{name} cannot be imported ({type(error).__name__}: {error}): correct the module"
        ) from error
