"""Sums over the devices of a mapped axis, and what stands for them where there is none."""

from __future__ import annotations

from typing import Any

import jax
from jaxtyping import Array

__all__ = ["gather", "mean"]


def mean(tree: Any, axis_name: str | None) -> Any:
    """The mean over the devices of an axis; the tree itself where one program sees the batch."""
    return jax.lax.pmean(tree, axis_name) if axis_name else tree


def gather(x: Array, axis_name: str | None) -> Array:
    """The whole batch on every device, so that an objective may be any statistic of its scores."""
    return jax.lax.all_gather(x, axis_name, tiled=True) if axis_name else x
