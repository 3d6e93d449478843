"""The training settings, independent of the networks and the data."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal

import optax
from jax.core import Tracer
from jaxtyping import Array

from jaxgan.types import Objective, Penalty, check_number, hashable

__all__ = ["Recipe"]


@dataclasses.dataclass(frozen=True)
class Recipe:
    """The training settings, without networks, data set or number of steps.

    Attributes:
        objective: the losses of both networks.
        generator_optimizer: any `optax.GradientTransformation`.
        critic_optimizer: any `optax.GradientTransformation`; chain `optimizers.clip_params` last
            to clip the parameters.
        penalties: terms that are added to the critic's loss.
        n_critic: critic steps per generator step, or a function of the step for a schedule; 0
            trains no critic (direct matching).
        generator_batches: size of the generator's batch, as a multiple of the critic's: 2 for the
            residual networks of WGAN-GP and of SN-GAN.
        average: decay per step of the moving average of the generator, 0 for none, or a function of
            the step, such as `optimizers.HalfLife`.
        simultaneous: whether both networks update at once from the same examples, fakes and
            parameters (the first entry of a batch). Needs one critic step and one generator batch.
        penalty_every: k applies the penalties at every k-th critic step only, multiplied by k. The
            gradient is right on average over k steps, but an adaptive optimizer divides by the
            root of its mean square, which rare large gradients raise, so the penalty has less
            effect than its weight suggests.
        remat: whether to recompute the critic inside the penalties' derivatives instead of storing
            its activations. The numbers are the same; it takes more time, and less memory if the
            critic is deep (measure with `benchmarks.cost_card`).
        compute_dtype: "bfloat16" for the networks' passes; parameters, optimizers, penalties,
            statistics and losses keep float32. None computes in the precision of the parameters.

    Raises:
        TypeError: the objective is not an `Objective`, an optimizer not a transformation,
            `penalties` not a tuple of penalties, or a setting not a number.
        ValueError: n_critic is negative, average outside [0, 1), penalty_every or
            generator_batches below 1, one of them not an integer, an unknown compute_dtype, or
            simultaneous with n_critic or generator_batches not 1.
    """

    objective: Objective
    generator_optimizer: optax.GradientTransformation
    critic_optimizer: optax.GradientTransformation
    penalties: tuple[Penalty, ...] = ()
    n_critic: int | Callable[[int], int] = 1
    generator_batches: int = 1
    average: float | Callable[[Array], Array] = 0.0
    simultaneous: bool = False
    penalty_every: int = 1
    remat: bool = False
    compute_dtype: Literal["bfloat16"] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.objective, Objective):
            raise TypeError(
                f"objective must be an Objective, got {self.objective!r}: give an instance of a "
                "class that inherits from jaxgan.types.Objective"
            )
        if self.compute_dtype not in (None, "bfloat16"):
            raise ValueError(f"compute_dtype is None or 'bfloat16', got {self.compute_dtype!r}")
        for role in ("generator", "critic"):
            _check_optimizer(role, getattr(self, f"{role}_optimizer"))
        _check_penalties(self.penalties)
        self._check_numbers()

    def _check_numbers(self) -> None:
        for name, wanted, remedy in (
            ("generator_batches", "an integer of at least 1", "2 doubles the generator's batch"),
            ("penalty_every", "an integer of at least 1", "for no penalties give penalties=()"),
            ("average", "in [0, 1)", "give a decay in each step, or 0 for none"),
        ):
            if name != "average" or not callable(self.average):
                check_number(name, getattr(self, name), wanted, remedy)
        if isinstance(self.average, Tracer):
            raise TypeError("average must be a number, got a traced one: give a Python float")
        if not callable(self.n_critic):
            remedy = "0 trains no critic; a schedule is a function of the step"
            check_number("n_critic", self.n_critic, "an integer of at least 0", remedy)
            object.__setattr__(self, "n_critic", int(self.n_critic))  # of NumPy's integers, too
        if self.simultaneous and (self.n_critic != 1 or self.generator_batches != 1):
            raise ValueError(
                "simultaneous steps need n_critic=1 and generator_batches=1, got "
                f"n_critic={self.n_critic} and generator_batches={self.generator_batches}: both "
                "networks share one batch"
            )

    def __hash__(self) -> int:
        fields = dataclasses.fields(self)
        return hash(hashable(tuple(getattr(self, field.name) for field in fields)))

    def critic_steps(self, step: int) -> int:
        """The number of critic steps before generator step `step`."""
        return self.n_critic(step) if callable(self.n_critic) else self.n_critic


def _check_penalties(penalties: object) -> None:
    if not isinstance(penalties, (tuple, list)):
        raise TypeError(
            f"penalties must be a tuple of penalties, got {penalties!r}: give (penalty,), with a "
            "comma, or () for none"
        )
    for index, penalty in enumerate(penalties):
        if not callable(penalty) or isinstance(penalty, type):
            raise TypeError(
                f"penalties[{index}] must be a function of (critic, real, fake, keys), got "
                f"{penalty!r}: give an instance, such as GradientPenalty(10.0)"
            )


def _check_optimizer(role: str, optimizer: object) -> None:
    if not isinstance(optimizer, optax.GradientTransformation):
        raise TypeError(
            f"{role}_optimizer must be an optax.GradientTransformation, got {optimizer!r}: call "
            "its constructor, as in optax.adam(1e-4)"
        )
