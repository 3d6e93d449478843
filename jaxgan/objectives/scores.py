"""Objectives that are differences of mean scores, or of mean sigmoids of scores."""

from __future__ import annotations

import dataclasses

import jax

from jaxgan.types import Objective, Scalar, Scores

__all__ = ["AbsoluteError", "Wasserstein"]


@dataclasses.dataclass(frozen=True)
class Wasserstein(Objective):
    """The difference of mean scores, K * W1 for the best K-Lipschitz critic.

    The critic minimizes E fake - E real, the generator -E fake. The objective itself does not
    bound the critic: clip its parameters or add a penalty.

    >>> import jax.numpy as jnp
    >>> float(Wasserstein().critic_loss(jnp.array([3.0, 1.0]), jnp.array([1.0, 0.0])))
    -1.5

    Reference: Arjovsky, Chintala, Bottou, Wasserstein GAN, 2017, Eq. 2 and 3.
    https://arxiv.org/abs/1701.07875
    """

    def critic_loss(self, real: Scores, fake: Scores) -> Scalar:
        """E fake - E real."""
        return fake.mean() - real.mean()

    def generator_loss(self, real: Scores, fake: Scores) -> Scalar:
        """-E fake."""
        del real
        return -fake.mean()


@dataclasses.dataclass(frozen=True)
class AbsoluteError(Objective):
    """The expected absolute error of a classifier D = sigmoid(s), which the generator maximizes.

    E(G, D) = E (1 - D(real)) / 2 + E D(fake) / 2: the critic minimizes it, the generator maximizes
    it. The best D is 1 where real is more likely and 0 elsewhere. Then E = (1 - TV) / 2, in
    [0, 1/2], and the generator minimizes the total variation.

    >>> import jax.numpy as jnp
    >>> float(AbsoluteError().critic_loss(jnp.zeros(4), jnp.zeros(4)))
    0.5

    Reference: Rocca, Understanding Generative Adversarial Networks, 2019.
    https://towardsdatascience.com/understanding-generative-adversarial-networks-gans-cd6e4651a29
    """

    def critic_loss(self, real: Scores, fake: Scores) -> Scalar:
        """E (1 - sigmoid(real)) / 2 + E sigmoid(fake) / 2."""
        return (jax.nn.sigmoid(-real).mean() + jax.nn.sigmoid(fake).mean()) / 2

    def generator_loss(self, real: Scores, fake: Scores) -> Scalar:
        """-E sigmoid(fake) / 2."""
        del real
        return -jax.nn.sigmoid(fake).mean() / 2
