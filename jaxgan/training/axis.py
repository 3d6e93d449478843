"""Collectives over the devices of a mapped axis; without an axis they return their input."""

from __future__ import annotations

from typing import Any

import jax
from jaxtyping import Array

__all__ = ["gather", "mean"]


def mean(tree: Any, axis_name: str | None) -> Any:
    """The mean over the devices of an axis; the tree itself without an axis."""
    return jax.lax.pmean(tree, axis_name) if axis_name else tree


def gather(x: Array, axis_name: str | None) -> Array:
    """The whole batch on every device, so that an objective can be any statistic of its scores."""
    return jax.lax.all_gather(x, axis_name, tiled=True) if axis_name else x
