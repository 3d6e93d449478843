"""The objective of LS-GAN and GLS-GAN: margins between the scores of paired examples."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxgan.types import Number, Objective, Scalar, Scores, assert_pairs, check_number

__all__ = ["LossSensitive"]


@dataclasses.dataclass(frozen=True)
class LossSensitive(Objective):
    """LS-GAN and its generalization: a fake scores below its paired real example by their distance.

    With the loss L = -score of an example, C(a) = max(a, slope a) and the margin
    Delta = weight ||x - x'||_1 of the pair, summed over all axes, the critic minimizes
    E C(Delta + L(real) - L(fake)) and the generator E L(fake). slope = 0 is LS-GAN, 1 is the
    difference of means, -1 the absolute value. The margin is 1 until `bind` supplies the examples.

    >>> game = LossSensitive(weight=0.5).bind(jnp.ones((1, 2)), jnp.zeros((1, 2)))  # Delta = 1
    >>> float(game.critic_loss(real=jnp.array([0.25]), fake=jnp.array([0.0])))
    0.75

    Reference: Qi, Loss-Sensitive Generative Adversarial Networks on Lipschitz Densities, 2017.
    https://arxiv.org/abs/1701.06264
    """

    weight: Number = 2e-4
    slope: Number = 0.0
    margin: ClassVar[float] = 1.0
    """The margin before `bind` supplies the examples."""

    def __post_init__(self) -> None:
        check_number("weight", self.weight, "at least 0", "give 0 for no margin")
        slopes = "0 is LS-GAN, 1 the difference of means"
        check_number("slope", self.slope, "at most 1", slopes)

    def bind(self, real: Array, fake: Array) -> Objective:
        """The same objective with the margins of these pairs of examples."""
        assert_pairs(real, fake)
        distance = jnp.abs(real - fake).reshape(real.shape[0], -1).sum(axis=1)
        return _Bound(self, self.weight * distance)

    def critic_loss(self, real: Float[Array, " batch"], fake: Float[Array, " batch"]) -> Scalar:
        """E max(margin + fake - real, slope * (margin + fake - real))."""
        return _Bound(self, self.margin).critic_loss(real, fake)

    def generator_loss(self, real: Scores, fake: Scores) -> Scalar:
        """-E fake."""
        del real
        return -fake.mean()


@dataclasses.dataclass(frozen=True, eq=False)
class _Bound(Objective):
    """The objective for one batch, with the margin of each pair."""

    unbound: LossSensitive
    margin: float | Float[Array, " batch"]

    def critic_loss(self, real: Float[Array, " batch"], fake: Float[Array, " batch"]) -> Scalar:
        """E max(a, slope a) with a = margin + fake - real."""
        assert_pairs(real, fake)
        lack = self.margin + fake - real
        return jnp.maximum(lack, self.unbound.slope * lack).mean()

    def generator_loss(self, real: Scores, fake: Scores) -> Scalar:
        """-E fake."""
        return self.unbound.generator_loss(real, fake)
