"""The ranges of the penalties' settings."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, get_args

from jaxgan.penalties.points import Form, Place
from jaxgan.types import check_number, unknown

__all__ = ["Noise", "check_settings"]

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
            check_number(name, value, *RANGES[field.name])
