"""Objectives that compare scores of real and fake examples with each other."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxgan.types import Objective
from jaxgan.types import Scalar as Setting

__all__ = ["LossSensitive", "Relativistic", "RelativisticAverage"]

Scores = Float[Array, "batch *features"]
Scalar = Float[Array, ""]


@dataclasses.dataclass(frozen=True)
class LossSensitive(Objective):
    """LS-GAN and its generalization: a fake is to cost more than its real one, by their distance.

    With the loss L = -score of an example, C(a) = max(a, slope a) and the margin
    Delta = weight ||x - x'||_1 of the pair, summed over all axes, the critic minimizes
    E C(Delta + L(real) - L(fake)) and the generator E L(fake). slope = 0 is LS-GAN, 1 is the
    difference of means, -1 the absolute value. Without examples (`given`) the margin is 1.

    >>> import jax.numpy as jnp
    >>> game = LossSensitive(weight=0.5).given(jnp.ones((1, 2)), jnp.zeros((1, 2)))  # Delta = 1
    >>> float(game.critic_loss(real=jnp.array([0.25]), fake=jnp.array([0.0])))
    0.75

    Reference: Qi, Loss-Sensitive Generative Adversarial Networks on Lipschitz Densities, 2017.
    https://arxiv.org/abs/1701.06264
    """

    weight: Setting = 2e-4
    slope: Setting = 0.0
    margin: float | Float[Array, " batch"] = 1.0

    def __post_init__(self) -> None:
        if isinstance(self.slope, (int, float)) and self.slope > 1:
            raise ValueError(f"slope must be at most 1, got {self.slope}: max(a, slope a) bends up")

    def given(self, real: Array, fake: Array) -> LossSensitive:
        """The same game with the margins of these pairs of examples."""
        distance = jnp.abs(real - fake).reshape(real.shape[0], -1).sum(axis=1)
        return dataclasses.replace(self, margin=self.weight * distance)

    def critic_loss(self, real: Float[Array, " batch"], fake: Float[Array, " batch"]) -> Scalar:
        """E C(margin + fake - real)."""
        lack = self.margin + fake - real
        return jnp.maximum(lack, self.slope * lack).mean()

    def generator_loss(self, real: Scores, fake: Scores) -> Scalar:
        """-E fake."""
        del real
        return -fake.mean()


@dataclasses.dataclass(frozen=True)
class Relativistic(Objective):
    """Each real example is to look more real than the fake one beside it (RSGAN, RpGAN).

    The critic minimizes E softplus(-(real - fake)) over the pairs of the batch, the generator
    E softplus(-(fake - real)).

    >>> import jax.numpy as jnp
    >>> round(float(Relativistic().critic_loss(jnp.ones(3), jnp.ones(3))), 4)  # log 2
    0.6931

    Reference: Jolicoeur-Martineau, The relativistic discriminator, 2018.
    https://arxiv.org/abs/1807.00734
    """

    def critic_loss(self, real: Scores, fake: Scores) -> Scalar:
        """E softplus(fake - real)."""
        return jax.nn.softplus(fake - real).mean()

    def generator_loss(self, real: Scores, fake: Scores) -> Scalar:
        """E softplus(real - fake)."""
        return jax.nn.softplus(real - fake).mean()


@dataclasses.dataclass(frozen=True)
class RelativisticAverage(Objective):
    """Real examples are to look more real than the average fake one, and fakes less (RaGAN).

    The critic minimizes E softplus(-(real - E fake)) + E softplus(fake - E real), the generator
    the same with real and fake exchanged.

    >>> import jax.numpy as jnp
    >>> round(float(RelativisticAverage().critic_loss(jnp.ones(3), jnp.ones(3))), 4)  # 2 log 2
    1.3863

    Reference: Jolicoeur-Martineau, The relativistic discriminator, 2018.
    https://arxiv.org/abs/1807.00734
    """

    def critic_loss(self, real: Scores, fake: Scores) -> Scalar:
        """E softplus(E fake - real) + E softplus(fake - E real)."""
        above = jax.nn.softplus(fake.mean() - real).mean()
        return above + jax.nn.softplus(fake - real.mean()).mean()

    def generator_loss(self, real: Scores, fake: Scores) -> Scalar:
        """E softplus(E real - fake) + E softplus(real - E fake)."""
        return self.critic_loss(fake, real)
