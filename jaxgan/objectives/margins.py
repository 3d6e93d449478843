"""Objectives with fixed targets or margins for the scores: least squares and the hinge."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp

from jaxgan.types import Number, Objective, Scalar, Scores, check_number

__all__ = ["Hinge", "LeastSquares"]


@dataclasses.dataclass(frozen=True)
class LeastSquares(Objective):
    """Squared distances of the scores to targets: a for fake, b for real, c for the generator.

    The critic minimizes E (real - b)^2 / 2 + E (fake - a)^2 / 2, the generator E (fake - c)^2 / 2.
    The best critic is (b p_real + a p_fake) / (p_real + p_fake). With (a, b, c) = (-1, 1, 0) the
    generator then minimizes Pearson's chi^2(p_real + p_fake || 2 p_fake) / 2; the default is the
    0-1 coding of the paper's code, which sums over the batch where this takes the mean.

    >>> import jax.numpy as jnp
    >>> float(LeastSquares().critic_loss(jnp.array([1.0, 0.0]), jnp.array([1.0, 1.0])))
    0.75

    Reference: Mao et al., Least Squares Generative Adversarial Networks, 2017, Eq. 2.
    https://arxiv.org/abs/1611.04076
    """

    a: Number = 0.0
    b: Number = 1.0
    c: Number = 1.0

    def __post_init__(self) -> None:
        for name in ("a", "b", "c"):
            check_number(name, getattr(self, name), "finite", "give the target of a score")

    def critic_loss(self, real: Scores, fake: Scores) -> Scalar:
        """E (real - b)^2 / 2 + E (fake - a)^2 / 2."""
        return (jnp.square(real - self.b).mean() + jnp.square(fake - self.a).mean()) / 2

    def generator_loss(self, real: Scores, fake: Scores) -> Scalar:
        """E (fake - c)^2 / 2."""
        del real
        return jnp.square(fake - self.c).mean() / 2


@dataclasses.dataclass(frozen=True)
class Hinge(Objective):
    """Hinge losses with margins of one: scores beyond the margin give the critic no gradient.

    The critic minimizes E max(0, 1 - real) + E max(0, 1 + fake), the generator -E fake.

    >>> import jax.numpy as jnp
    >>> float(Hinge().critic_loss(jnp.array([3.0, 0.5]), jnp.array([-2.0, -1.0])))
    0.25

    Reference: Lim, Ye, Geometric GAN, 2017; Miyato et al., 2018, Eq. 16 and 17.
    https://arxiv.org/abs/1705.02894
    """

    def critic_loss(self, real: Scores, fake: Scores) -> Scalar:
        """E max(0, 1 - real) + E max(0, 1 + fake)."""
        return jax.nn.relu(1 - real).mean() + jax.nn.relu(1 + fake).mean()

    def generator_loss(self, real: Scores, fake: Scores) -> Scalar:
        """-E fake."""
        del real
        return -fake.mean()
