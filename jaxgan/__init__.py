"""Generative adversarial and moment-matching models in JAX and Flax.

Submodules are imported on first use, so that `import jaxgan` is instant.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jaxgan import (
        data,
        divergences,
        doctor,
        export,
        figures,
        metrics,
        networks,
        objectives,
        optimizers,
        penalties,
        recipes,
        report,
        runs,
        study,
        training,
        types,
    )
    from jaxgan.cli.exports import load_generator
    from jaxgan.runs import train
    from jaxgan.training import (
        Dataset,
        Networks,
        Recipe,
        Setup,
        create_state,
        make_train_step,
        sample,
        sample_batch,
    )

__version__ = "0.1.0"

__all__ = [
    "Dataset",
    "Networks",
    "Recipe",
    "Setup",
    "create_state",
    "data",
    "divergences",
    "doctor",
    "export",
    "figures",
    "load_generator",
    "make_train_step",
    "metrics",
    "networks",
    "objectives",
    "optimizers",
    "penalties",
    "recipes",
    "report",
    "runs",
    "sample",
    "sample_batch",
    "study",
    "train",
    "training",
    "types",
]

_OF_PACKAGE = {"train": "runs", "load_generator": "cli.exports"} | dict.fromkeys(
    (
        *("Dataset", "Networks", "Recipe", "Setup", "create_state"),
        *("make_train_step", "sample", "sample_batch"),
    ),
    "training",
)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'jaxgan' has no attribute {name!r}")
    package = _OF_PACKAGE.get(name)
    if package is None:
        return importlib.import_module(f"jaxgan.{name}")
    return getattr(importlib.import_module(f"jaxgan.{package}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
