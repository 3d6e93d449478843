"""Moment matching: a distance between means and variances."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxgan.objectives.rows import rows
from jaxgan.types import Objective, Scalar

__all__ = ["Moments"]

Real = Float[Array, "n *features"]
Fake = Float[Array, "m *features"]
Rows = Float[Array, "batch d"]


@dataclasses.dataclass(frozen=True)
class Moments(Objective):
    """The generator minimizes the distance between means and variances, a critic maximizes it.

    ||mean real - mean fake||^2 + ||var real - var fake||^2, with the variance of each feature, or
    with `covariance` the whole matrix in the Frobenius norm. Variances are means over the n
    examples, not over n - 1. Distributions with equal moments are at distance 0 even if their
    shapes differ. Computed in at least float32, returned in the type of the real scores.

    >>> real, fake = jnp.array([0.0, 2.0]), jnp.array([3.0, 3.0])
    >>> float(Moments().generator_loss(real, fake))  # (1 - 3)^2 + (1 - 0)^2
    5.0

    Reference: Rocca, Understanding Generative Adversarial Networks (GANs), 2019, Figure 5.
    https://towardsdatascience.com/understanding-generative-adversarial-networks-gans-cd6e4651a29
    Reference: dos Santos et al., Learning Implicit Generative Models by Matching Perceptual
    Features, 2019. https://arxiv.org/abs/1904.02762
    """

    features: ClassVar[bool] = True

    covariance: bool = False

    def critic_loss(self, real: Real, fake: Fake) -> Scalar:
        """Minus the distance of the moments."""
        return -self.generator_loss(real, fake)

    def generator_loss(self, real: Real, fake: Fake) -> Scalar:
        """||mean real - mean fake||^2 + ||var real - var fake||^2."""
        x, y = rows(real), rows(fake)
        of_means = jnp.square(x.mean(axis=0) - y.mean(axis=0)).sum()
        of_spreads = jnp.square(self._spread(x) - self._spread(y)).sum()
        return (of_means + of_spreads).astype(real.dtype)

    def _spread(self, x: Rows) -> Float[Array, "..."]:
        if not self.covariance:
            return x.var(axis=0)
        centered = x - x.mean(axis=0, keepdims=True)
        return jnp.matmul(centered.T, centered, precision="highest") / len(x)
