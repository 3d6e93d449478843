"""The decisions of a run: who plays and how."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal

import optax
from flax import linen as nn

from jaxgan.types import Objective, Penalty, Prior

__all__ = ["Networks", "Recipe"]


@dataclasses.dataclass(frozen=True)
class Networks:
    """Who plays: a generator and a critic (any Flax Linen modules) and the law of the latent.

    A module's `__call__` takes a batch and, where it declares them, `labels` and `train`.
    """

    generator: nn.Module
    critic: nn.Module
    latent: Prior


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How they play: no network, no data, no length.

    Attributes:
        objective: both players' losses.
        generator_optimizer: any `optax.GradientTransformation`.
        critic_optimizer: likewise; chain `transforms.clip_params` last to clip.
        penalties: terms added to the critic's loss.
        n_critic: critic steps per generator step; 0 matches directly, without training a critic;
            a function of the step for a schedule.
        average: decay per step of the moving average of the generator, 0 for none.
        simultaneous: both players step at once from the same examples, fakes and parameters, the
            first entry of a batch; with one critic step alone.
        penalty_every: k takes the penalties at every k-th critic step alone, times k. The gradient
            is right on average over k steps, but an adaptive optimizer divides by the root of its
            mean square, which the rare large ones raise: the penalty weighs less than it says.
        remat: recompute the critic inside the penalties' derivatives instead of keeping what it
            computed: the same numbers in more time, and less memory where the critic is deep
            (`benchmarks.cost_card` says whether it is).
        compute_dtype: "bfloat16" for the networks' passes on accelerators; parameters, penalties,
            statistics and losses keep float32. None computes as the parameters are.

    Raises:
        TypeError: the objective is none.
        ValueError: n_critic is negative, average outside [0, 1), penalty_every below 1, or
            simultaneous with another number of critic steps than one.
    """

    objective: Objective
    generator_optimizer: optax.GradientTransformation
    critic_optimizer: optax.GradientTransformation
    penalties: tuple[Penalty, ...] = ()
    n_critic: int | Callable[[int], int] = 1
    average: float = 0.0
    simultaneous: bool = False
    penalty_every: int = 1
    remat: bool = False
    compute_dtype: Literal["bfloat16"] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.objective, Objective):
            raise TypeError(
                f"objective is {self.objective!r}: give an instance of a class that inherits from "
                "jaxgan.types.Objective"
            )
        if self.simultaneous and self.n_critic != 1:
            raise ValueError(
                f"simultaneous steps have n_critic=1, got {self.n_critic}: alternate, or take one"
            )
        if isinstance(self.n_critic, int) and self.n_critic < 0:
            raise ValueError(f"n_critic must be at least 0, got {self.n_critic}")
        if not 0 <= self.average < 1:
            raise ValueError(f"average is a decay in [0, 1), got {self.average}; 0 turns it off")
        if self.penalty_every < 1:
            raise ValueError(
                f"penalty_every must be at least 1, got {self.penalty_every}: "
                "for no penalties at all give penalties=()"
            )

    def critic_steps(self, step: int) -> int:
        """The number of critic steps before generator step `step`."""
        return self.n_critic if isinstance(self.n_critic, int) else self.n_critic(step)
