"""Objectives that compare the scores of real and fake examples with each other."""

from __future__ import annotations

import dataclasses

import jax

from jaxgan.types import Objective, Scalar, Scores, assert_pairs

__all__ = ["Relativistic", "RelativisticAverage"]


@dataclasses.dataclass(frozen=True)
class Relativistic(Objective):
    """Each real example should score higher than the fake paired with it (RSGAN, RpGAN).

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
        assert_pairs(real, fake)
        return jax.nn.softplus(fake - real).mean()

    def generator_loss(self, real: Scores, fake: Scores) -> Scalar:
        """E softplus(real - fake)."""
        assert_pairs(real, fake)
        return jax.nn.softplus(real - fake).mean()


@dataclasses.dataclass(frozen=True)
class RelativisticAverage(Objective):
    """Real examples should score above the average fake, fakes below the average real (RaGAN).

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
