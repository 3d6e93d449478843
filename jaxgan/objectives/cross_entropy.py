"""The objectives of the original GAN paper, on logits s with D = sigmoid(s)."""

from __future__ import annotations

import dataclasses

import jax

from jaxgan.types import Objective, Scalar, Scores

__all__ = ["Minimax", "NonSaturating"]


def _cross_entropy(real: Scores, fake: Scores) -> Scalar:
    return jax.nn.softplus(-real).mean() + jax.nn.softplus(fake).mean()


@dataclasses.dataclass(frozen=True)
class Minimax(Objective):
    """The zero-sum game of the original GAN paper, on logits s with D = sigmoid(s).

    The critic minimizes -E log D(real) - E log(1 - D(fake)) and the generator minimizes
    E log(1 - D(fake)), whose gradient vanishes where the critic is confident.

    >>> import jax.numpy as jnp
    >>> scores = jnp.zeros(4)
    >>> round(float(Minimax().critic_loss(scores, scores)), 4)  # 2 log 2
    1.3863

    Reference: Goodfellow et al., Generative Adversarial Networks, 2014, Eq. 1.
    https://arxiv.org/abs/1406.2661
    """

    def critic_loss(self, real: Scores, fake: Scores) -> Scalar:
        """E softplus(-real) + E softplus(fake)."""
        return _cross_entropy(real, fake)

    def generator_loss(self, real: Scores, fake: Scores) -> Scalar:
        """-E softplus(fake)."""
        del real
        return -jax.nn.softplus(fake).mean()


@dataclasses.dataclass(frozen=True)
class NonSaturating(Objective):
    """The critic loss of `Minimax` with a generator that minimizes -E log D(fake).

    >>> import jax.numpy as jnp
    >>> round(float(NonSaturating().generator_loss(jnp.zeros(4), jnp.zeros(4))), 4)  # log 2
    0.6931

    Reference: Goodfellow et al., Generative Adversarial Networks, 2014, Section 3.
    https://arxiv.org/abs/1406.2661
    """

    def critic_loss(self, real: Scores, fake: Scores) -> Scalar:
        """E softplus(-real) + E softplus(fake)."""
        return _cross_entropy(real, fake)

    def generator_loss(self, real: Scores, fake: Scores) -> Scalar:
        """E softplus(-fake)."""
        del real
        return jax.nn.softplus(-fake).mean()
