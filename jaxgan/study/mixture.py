"""Scores of points from a known mixture of Gaussians, for experiments on mode coverage."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float

from jaxgan.data import load, synthetic
from jaxgan.divergences import wasserstein1
from jaxgan.metrics import mode_coverage
from jaxgan.study.measures import Real
from jaxgan.study.picture import Metric
from jaxgan.types import unknown

__all__ = ["MIXTURE_METRICS", "MixtureScore"]

MIXTURES = ("eight_gaussians", "twenty_five_gaussians")
SAMPLES, PAIRED = 2500, 1000

MIXTURE_METRICS = {
    "modes_3": Metric("modes, 3 sd", "higher", "with a sample within 3 deviations"),
    "modes_10": Metric("modes, 10 sd", "higher", "with a sample within 10 deviations"),
    "quality_3": Metric("high quality, 3 sd", "higher", "a perfect sampler has 0.989"),
    "quality_10": Metric("high quality, 10 sd", "higher", "share within 10 deviations"),
    "reverse_kl": Metric("reverse KL", "lower", "nats; 0 is uniform, log k for one of k modes"),
    "w1": Metric("W1", "lower", "exact, in units of the data; the reference is its floor"),
}
"""The scores that `MixtureScore` returns."""


class Modes(NamedTuple):
    """The modes of a mixture."""

    centers: Float[Array, "k d"]
    std: float


@dataclasses.dataclass(frozen=True)
class MixtureScore:
    r"""Covered modes, shares near them, their evenness, and W1 to the data.

    `metrics.mode_coverage` at 3 and 10 standard deviations; the reverse KL is that at 10. W1 is
    exact, between 1,000 samples and 1,000 points of the data.

    Attributes:
        data: the name of a mixture, see `data.load`.

    Raises:
        ValueError: the modes of the data are not known.

    >>> score = MixtureScore("eight_gaussians")
    >>> found = score(score.modes.centers)
    >>> found["modes_3"], found["quality_3"], round(abs(found["reverse_kl"]), 6)
    (8.0, 1.0, 0.0)
    """

    data: str = "twenty_five_gaussians"

    def __post_init__(self) -> None:
        if self.data not in MIXTURES:
            raise unknown("mixture", self.data, MIXTURES)

    @property
    def modes(self) -> Modes:
        """The centers and the standard deviation of the modes."""
        if self.data == "eight_gaussians":
            return Modes(synthetic.eight_centers(), synthetic.EIGHT_STD)
        return Modes(synthetic.twenty_five_centers(), synthetic.TWENTY_FIVE_STD)

    def __call__(self, samples: Float[Array, "n d"]) -> Mapping[str, float]:
        """The scores of `MIXTURE_METRICS`."""
        near, far = (mode_coverage(samples, *self.modes, within) for within in (3.0, 10.0))
        paired = min(len(samples), PAIRED)
        return {
            "modes_3": float(near.modes),
            "modes_10": float(far.modes),
            "quality_3": float(near.high_quality),
            "quality_10": float(far.high_quality),
            "reverse_kl": float(far.reverse_kl),
            "w1": wasserstein1(np.asarray(samples[:paired]), _points(self.data)[:paired]),
        }

    def real(self) -> Real:
        """The cell "real": points of the data, with the scores of 2,500 fresh ones."""
        data = load(self.data)
        fresh = getattr(synthetic, self.data)(jax.random.key(1), SAMPLES)
        return Real(data, lambda: self(fresh), {"centers": np.asarray(self.modes.centers)})

    @property
    def protocol(self) -> str:
        """How the scores are measured, for the report."""
        return (
            "A sample counts for its nearest mode if it lies within 3 (10) standard deviations of "
            "it; a mode counts with one such sample. Reverse KL, in nats, of the histogram at 10 "
            f"deviations. W1 by assignment of {PAIRED:,} samples to as many points of the data."
        )


@functools.cache
def _points(data: str) -> np.ndarray:
    return np.asarray(load(data).real[:PAIRED])
