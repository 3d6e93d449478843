"""Scores with their stamps: how they were measured, without which they cannot be compared."""

from __future__ import annotations

import msgspec
import numpy as np

from jaxgan.metrics.sample_metric import Better
from jaxgan.metrics.variances import Deviations, deviations

__all__ = ["Stamp", "StampedScore", "check_comparable", "stamp_differences"]


class Stamp(msgspec.Struct, frozen=True):
    """How a score was measured. Scores are comparable if their stamps are equal.

    Attributes:
        metric: the metric with its settings.
        data: fingerprint of the real data.
        n_real: number of real examples.
        n_fake: number of generated examples.
        split: which part of the real data they are compared with.
        features: name of the network and the beginning of its sha256; "pixels" without a network.
        resize: how images are resized for the network.
        batch_norm: which statistics the generator's batch normalization uses.
        parameters: whether the generator has averaged or live parameters.
    """

    metric: str
    data: str
    n_real: int
    n_fake: int
    split: str
    features: str
    resize: str
    batch_norm: str
    parameters: str


class StampedScore(msgspec.Struct, frozen=True):
    """A score of one generator setting, over training seeds and draws of samples.

    Attributes:
        name: the score.
        better: its direction.
        values: a row per training seed with a value per draw.
        floor: the value of real examples in the place of the generated ones, None if unknown.
        stamp: how it was measured.
    """

    name: str
    better: Better
    values: list[list[float | None]]
    floor: float | None
    stamp: Stamp

    @property
    def mean(self) -> float:
        """The mean over seeds and draws; NaN if one of them is not finite."""
        return float(np.mean(np.asarray(self.values, np.float64)))

    @property
    def deviations(self) -> Deviations:
        """The standard deviations between seeds and between draws."""
        return deviations(np.asarray(self.values, np.float64))


def stamp_differences(one: Stamp, other: Stamp) -> list[str]:
    """The fields in which two stamps differ.

    Args:
        one: a stamp.
        other: another one.

    Returns:
        A text per field.

    >>> stamp = Stamp("Mind()", "x", 10, 10, "all", "pixels", "none", "none", "live")
    >>> stamp_differences(stamp, msgspec.structs.replace(stamp, n_fake=20))
    ['n_fake is 10 and 20']
    """
    return [
        f"{name} is {getattr(one, name)} and {getattr(other, name)}"
        for name in Stamp.__struct_fields__
        if getattr(one, name) != getattr(other, name)
    ]


def check_comparable(name: str, one: Stamp, other: Stamp) -> None:
    """Checks that two scores were measured in the same way.

    Args:
        name: the score.
        one: the stamp of one value.
        other: the stamp of the other value.

    Raises:
        ValueError: their stamps differ.

    >>> stamp = Stamp("Mind()", "x", 10, 10, "all", "pixels", "none", "none", "live")
    >>> check_comparable("mind", stamp, msgspec.structs.replace(stamp, n_fake=20))
    Traceback (most recent call last):
        ...
    ValueError: mind cannot be compared: n_fake is 10 and 20; take both with the same settings
    """
    if found := stamp_differences(one, other):
        raise ValueError(
            f"{name} cannot be compared: {'; '.join(found)}; take both with the same settings"
        )
