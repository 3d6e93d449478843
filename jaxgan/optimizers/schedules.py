"""Schedules of learning rates and momenta that compare equal if their settings are equal."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from jaxgan.types import Number, check_number

__all__ = ["Geometric", "Linear", "Schedule", "Switch"]


@dataclasses.dataclass(frozen=True)
class Linear:
    """Linear from start to end over `updates` updates, then constant.

    Raises:
        ValueError: updates is below 1.

    >>> [float(Linear(1.0, 0.0, 4)(update)) for update in (0, 1, 4, 9)]
    [1.0, 0.75, 0.0, 0.0]
    """

    start: Number
    end: Number
    updates: int

    def __post_init__(self) -> None:
        check_number(
            "updates", self.updates, "an integer of at least 1", "a constant needs no schedule"
        )

    @property
    def ends(self) -> tuple[Number, Number]:
        """The first and the last value."""
        return self.start, self.end

    def __call__(self, update: ArrayLike) -> Float[Array, ""]:
        """The value at an update, counted from 0."""
        share = jnp.clip(jnp.asarray(update) / self.updates, 0, 1)
        return self.start + (self.end - self.start) * share


@dataclasses.dataclass(frozen=True)
class Geometric:
    """start * ratio^update, never below floor.

    Raises:
        ValueError: ratio is not in (0, 1).

    >>> [float(Geometric(1.0, 0.5, 0.2)(update)) for update in (0, 1, 9)]
    [1.0, 0.5, 0.20000000298023224]
    """

    start: Number
    ratio: float
    floor: float = 0.0

    def __post_init__(self) -> None:
        check_number("ratio", self.ratio, "in (0, 1)", "it multiplies the value at each update")

    @property
    def ends(self) -> tuple[Number, Number]:
        """The first value and the floor."""
        return self.start, self.floor

    def __call__(self, update: ArrayLike) -> Float[Array, ""]:
        """The value at an update, counted from 0."""
        return jnp.maximum(self.start * self.ratio ** jnp.asarray(update, jnp.float32), self.floor)


@dataclasses.dataclass(frozen=True)
class Switch:
    """One value before an update, another from that update on.

    Raises:
        ValueError: update is negative.

    >>> [float(Switch(2.0, 0.25, 10)(update)) for update in (9, 10)]
    [2.0, 0.25]
    """

    before: float
    after: float
    update: int

    def __post_init__(self) -> None:
        check_number(
            "update", self.update, "an integer of at least 0", "updates are counted from 0"
        )

    @property
    def ends(self) -> tuple[Number, Number]:
        """The two values."""
        return self.before, self.after

    def __call__(self, update: ArrayLike) -> Float[Array, ""]:
        """The value at an update, counted from 0."""
        return jnp.where(jnp.asarray(update) < self.update, self.before, self.after)


Schedule = Geometric | Linear | Switch
"""Functions of the number of updates, whose values lie between their `ends`."""
