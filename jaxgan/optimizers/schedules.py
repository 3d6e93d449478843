"""Schedules of rates, weights and averages that compare equal if their settings are equal."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from jaxgan.types import Number, check_number

__all__ = ["Cosine", "Geometric", "HalfLife", "Linear", "Schedule", "Switch"]


@dataclasses.dataclass(frozen=True)
class _Ramp:
    """From start to end over `updates` updates, then constant."""

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

    def _share(self, update: ArrayLike) -> Float[Array, ""]:
        """The share of the updates that were taken, in [0, 1]."""
        return jnp.clip(jnp.asarray(update) / self.updates, 0, 1)


@dataclasses.dataclass(frozen=True)
class Linear(_Ramp):
    """Linear from start to end over `updates` updates, then constant.

    Raises:
        ValueError: updates is below 1.

    >>> [float(Linear(1.0, 0.0, 4)(update)) for update in (0, 1, 4, 9)]
    [1.0, 0.75, 0.0, 0.0]
    """

    def __call__(self, update: ArrayLike) -> Float[Array, ""]:
        """The value at an update, counted from 0."""
        return self.start + (self.end - self.start) * self._share(update)


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


@dataclasses.dataclass(frozen=True)
class Cosine(_Ramp):
    """From start to end over `updates` updates along half a period of a cosine, then constant.

    start + (end - start) (1 - cos(pi t / updates)) / 2 at update t.

    Raises:
        ValueError: updates is below 1.

    >>> [round(float(Cosine(1.0, 0.0, 4)(update)), 4) for update in (0, 1, 2, 4, 9)]
    [1.0, 0.8536, 0.5, 0.0, 0.0]
    """

    def __call__(self, update: ArrayLike) -> Float[Array, ""]:
        """The value at an update, counted from 0."""
        way = (1 - jnp.cos(jnp.pi * self._share(update))) / 2
        return self.start + (self.end - self.start) * way


Schedule = Cosine | Geometric | Linear | Switch
"""Functions of the number of updates, whose values lie between their `ends`."""


@dataclasses.dataclass(frozen=True)
class HalfLife:
    """The decay per step of a moving average with a half-life in examples.

    0.5^(batch_size / half_life), where the half-life may change during training; 0 copies.

    Raises:
        ValueError: batch_size is below 1, or a half-life is negative.

    >>> [float(HalfLife(Linear(0.0, 64.0, 10), batch_size=64)(step)) for step in (0, 10)]
    [0.0, 0.5]
    """

    half_life: Schedule | Number
    batch_size: int

    def __post_init__(self) -> None:
        remedy = "give the examples of a generator step"
        check_number("batch_size", self.batch_size, "an integer of at least 1", remedy)
        given = self.half_life
        for value in given.ends if isinstance(given, Schedule) else (given,):
            check_number("half_life", value, "at least 0", "give a number of examples")

    def __call__(self, step: ArrayLike) -> Float[Array, ""]:
        """The decay at a generator step, counted from 0."""
        given = self.half_life
        examples = given(step) if isinstance(given, Schedule) else jnp.asarray(given)
        return 0.5 ** (self.batch_size / jnp.maximum(examples, 1e-8))
