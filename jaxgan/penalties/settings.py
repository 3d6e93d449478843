"""The ranges of the penalties' settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Literal, get_args

from jax.typing import ArrayLike
from jaxtyping import Array

from jaxgan.penalties.points import Form, Place
from jaxgan.types import Number, Penalty, Scalar, check_number, unknown

__all__ = ["Noise", "Weight", "at_step", "check_settings", "number"]

Weight = Number | Callable[[Array], Scalar]
"""A number, or a function of the number of critic steps, such as `optimizers.Cosine`."""

Noise = Literal["code", "paper"]
"""The noise of the authors' code, or of the paper, in `DRAGAN`."""

CHOICES = {"form": Form, "at": Place, "noise": Noise}
RANGES = {
    "weight": ("at least 0", "give 0 for no penalty"),
    "gamma": ("at least 0", "give 0 for no penalty"),
    "features": ("at least 0", "give 0 to compare the scores only"),
    "deviation": ("at least 0", "give the standard deviation of the data"),
    "target": ("finite", "give a slope, in scores per unit of the data"),
    "margin": ("finite", "give a number that the distances may reach"),
    "power": ("at least 2", "below 2 the gradient is not finite where the critic is flat"),
}


def check_settings(penalty: Any) -> None:
    """Checks the fields of a penalty by their names, which mean the same in each of them.

    Args:
        penalty: a dataclass.

    Raises:
        TypeError: a number has another type.
        ValueError: a number is outside its range, or a name is unknown.

    >>> from jaxgan.penalties import R1
    >>> check_settings(R1(gamma=0.0))
    """
    for field in dataclasses.fields(penalty):
        value = getattr(penalty, field.name)
        if field.name in CHOICES and value not in get_args(CHOICES[field.name]):
            raise unknown(field.name, value, get_args(CHOICES[field.name]))
        if field.name in RANGES:
            name = f"{type(penalty).__name__}: {field.name}"
            scheduled = field.name == "gamma" and callable(value)
            for number in getattr(value, "ends", ()) if scheduled else (value,):
                check_number(name, number, *RANGES[field.name])


def number(weight: Weight) -> Number:
    """The weight itself; a schedule has a value only within a train step.

    Args:
        weight: what a penalty holds.

    Returns:
        A number.

    Raises:
        TypeError: it is a schedule.

    >>> number(2.0)
    2.0
    """
    if callable(weight):
        raise TypeError(
            f"gamma is the schedule {weight!r}, which the train step evaluates: outside of it call "
            "penalties.settings.at_step(penalty, step) first"
        )
    return weight


def at_step(penalty: Penalty, step: ArrayLike) -> Penalty:
    """The penalty with the value of its schedule at a critic step.

    Args:
        penalty: any penalty; `gamma` of R1 and R2 may be a schedule.
        step: number of critic steps before this one.

    Returns:
        A penalty with numbers.

    >>> from jaxgan.penalties import R1
    >>> at_step(R1(gamma=lambda step: 10.0 - step), 4)
    R1(gamma=6.0)
    """
    gamma: Any = getattr(penalty, "gamma", None)
    if not callable(gamma) or not dataclasses.is_dataclass(penalty):
        return penalty
    return dataclasses.replace(penalty, gamma=gamma(step))  # pyright: ignore[reportArgumentType]
