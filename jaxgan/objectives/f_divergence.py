"""The variational games of the f-divergences."""

from __future__ import annotations

import dataclasses
from typing import Literal, get_args

from jaxgan.divergences import FDivergence, Name, f_divergence
from jaxgan.types import Objective, Scalar, Scores, check_number, unknown

__all__ = ["FGAN"]

Generator = Literal["bound", "practical"]
"""Whether the generator minimizes the critic's bound, or maximizes the scores of fakes."""


@dataclasses.dataclass(frozen=True)
class FGAN(Objective):
    """The variational game of an f-divergence: T = g(s) with the score s and an increasing g.

    The critic maximizes the bound E T(real) - E f*(T(fake)) <= D_f(real || fake). The generator
    minimizes the same bound, -E f*(T(fake)), or with `generator="practical"` -E T(fake), whose
    gradient does not vanish where the critic is confident. `weight` is the weight of the real
    density in the weighted Jensen-Shannon divergence, `alpha` the order of the alpha divergence.

    >>> import jax.numpy as jnp
    >>> game = FGAN("pearson")  # g(s) = s, f*(t) = t^2 / 4 + t
    >>> float(game.critic_loss(jnp.array([2.0]), jnp.array([2.0])))
    1.0

    Reference: Nowozin, Cseke, Tomioka, f-GAN, 2016, Sections 2 and 3.2.
    https://arxiv.org/abs/1606.00709
    """

    divergence: Name = "kl"
    generator: Generator = "bound"
    weight: float = 0.5
    alpha: float = 0.5

    def __post_init__(self) -> None:
        if self.generator not in get_args(Generator):
            raise unknown("generator", self.generator, get_args(Generator))
        check_number("weight", self.weight, "in (0, 1)", "give the weight of the real density")
        check_number("alpha", self.alpha, "finite", "give the order of the alpha divergence")
        self._table()

    def critic_loss(self, real: Scores, fake: Scores) -> Scalar:
        """-E g(real) + E f*(g(fake))."""
        row = self._table()
        return row.fake_term(fake).mean() - row.activation(real).mean()

    def generator_loss(self, real: Scores, fake: Scores) -> Scalar:
        """-E f*(g(fake)), or -E g(fake)."""
        del real
        row = self._table()
        term = row.activation if self.generator == "practical" else row.fake_term
        return -term(fake).mean()

    def _table(self) -> FDivergence:
        return f_divergence(self.divergence, weight=self.weight, alpha=self.alpha)
