"""Schedules of learning rates and momenta that compare equal if their settings are equal."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from jaxgan.types import Number

__all__ = ["Geometric", "Linear", "Switch"]


@dataclasses.dataclass(frozen=True)
class Linear:
    """Linear from start to end over `updates` updates, then constant.

    >>> [float(Linear(1.0, 0.0, 4)(update)) for update in (0, 1, 4, 9)]
    [1.0, 0.75, 0.0, 0.0]
    """

    start: Number
    end: Number
    updates: int

    def __call__(self, update: ArrayLike) -> Float[Array, ""]:
        """The value at an update, counted from 0."""
        share = jnp.clip(jnp.asarray(update) / self.updates, 0, 1)
        return self.start + (self.end - self.start) * share


@dataclasses.dataclass(frozen=True)
class Geometric:
    """start * ratio^update, never below floor.

    >>> [float(Geometric(1.0, 0.5, 0.2)(update)) for update in (0, 1, 9)]
    [1.0, 0.5, 0.20000000298023224]
    """

    start: Number
    ratio: float
    floor: float = 0.0

    def __call__(self, update: ArrayLike) -> Float[Array, ""]:
        """The value at an update, counted from 0."""
        return jnp.maximum(self.start * self.ratio ** jnp.asarray(update, jnp.float32), self.floor)


@dataclasses.dataclass(frozen=True)
class Switch:
    """One value before an update, another from that update on.

    >>> [float(Switch(2.0, 0.25, 10)(update)) for update in (9, 10)]
    [2.0, 0.25]
    """

    before: float
    after: float
    update: int

    def __call__(self, update: ArrayLike) -> Float[Array, ""]:
        """The value at an update, counted from 0."""
        return jnp.where(jnp.asarray(update) < self.update, self.before, self.after)
