"""A differentiable Jensen-Shannon divergence between two histograms of scalars."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxgan.objectives.rows import rows
from jaxgan.types import Objective, Scalar, check_number

__all__ = ["HistogramJS"]

Real = Float[Array, "n *features"]
Fake = Float[Array, "m *features"]
Histogram = Float[Array, " bins"]


def _relative_entropy(p: Histogram, mean: Histogram) -> Scalar:
    # Where p = 0 the logarithm is taken of 1, so that 0 log 0 = 0 has a finite gradient too.
    seen = p > 0
    ratio = jnp.where(seen, p, 1.0) / jnp.where(seen, mean, 1.0)
    return (p * jnp.log(ratio)).sum()


@dataclasses.dataclass(frozen=True)
class HistogramJS(Objective):
    """The generator minimizes the Jensen-Shannon divergence between two histograms of scalars.

    JS = KL(p || (p + q) / 2) / 2 + KL(q || (p + q) / 2) / 2 in nats, from 0 (equal) to log 2
    (no bin in common), with p and q the histograms of real and fake in `bins` equal bins from
    `low` to `high`. Hard counts have gradient 0, so each value is split linearly between the two
    bins whose centers enclose it; a value at a center counts in that bin only.

    Values beyond the outermost centers count in the outermost bin and have gradient 0. So do fakes
    between bins without real examples: choose a range that contains the first samples. The number
    of bins would be exponential in the number of features, so only scalars are supported.

    >>> real, fake = jnp.array([0.1, 0.3]), jnp.array([2.1, 2.3])
    >>> round(float(HistogramJS().generator_loss(real, fake)), 4)  # log 2
    0.6931

    Reference: Su, The Art of Mutual Confrontation: From Zero to WGAN-GP, 2017 (in Chinese).
    https://kexue.fm/archives/4439
    """

    features: ClassVar[bool] = True

    low: float = -5.0
    high: float = 5.0
    bins: int = 50

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            check_number(name, getattr(self, name), "finite", "give the range of the scores")
        check_number("bins", self.bins, "an integer of at least 2", "give more bins")
        if self.low >= self.high:
            raise ValueError(f"low = {self.low}, high = {self.high}: give low < high")

    def critic_loss(self, real: Real, fake: Fake) -> Scalar:
        """Minus the divergence."""
        return -self.generator_loss(real, fake)

    def generator_loss(self, real: Real, fake: Fake) -> Scalar:
        """KL(p || (p + q) / 2) / 2 + KL(q || (p + q) / 2) / 2."""
        p, q = self._histogram("real", real), self._histogram("fake", fake)
        mean = (p + q) / 2
        value = (_relative_entropy(p, mean) + _relative_entropy(q, mean)) / 2
        return value.astype(real.dtype)

    def _histogram(self, name: str, scores: Float[Array, "batch *features"]) -> Histogram:
        x = rows(scores)
        if x.shape[1] != 1:
            raise ValueError(
                f"{name} has shape {scores.shape}, but HistogramJS compares scalars: "
                "give one per example, or compare vectors with MMD"
            )
        width = (self.high - self.low) / self.bins
        place = jnp.clip((x - self.low) / width - 0.5, 0, self.bins - 1)
        centers = jnp.arange(self.bins, dtype=x.dtype)
        return jnp.maximum(1 - jnp.abs(place - centers[None, :]), 0).mean(axis=0)
