"""Whether every penalty has an effect on the critic's parameters."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject, quick, with_optimizer
from jaxgan.optimizers import sgd
from jaxgan.training import Player, TrainState, critic_step
from jaxgan.types import Batch, Metrics, Objective, Penalty

__all__ = ["penalty_effect"]

WEAK = 1e-4
"""Gradient of a penalty relative to the objective's, below which it has no effect in a training."""
STEEP = 100.0
"""A slope that every penalty should resist: the usual ones keep it near one."""
DOUBLINGS = 8
"""Of the parameters, to make a critic steep."""


@dataclasses.dataclass(frozen=True)
class _Nothing(Objective):
    """Zero losses, so that the gradient of a step is the gradient of its penalties."""

    of: Objective

    def critic_loss(self, real: Array, fake: Array) -> Float[Array, ""]:
        return jnp.zeros(())

    def generator_loss(self, real: Array, fake: Array) -> Float[Array, ""]:
        return jnp.zeros(())

    def bind(self, real: Array, fake: Array) -> Objective:
        return _Nothing(self.of.bind(real, fake))

    def witness(self, scores: Array, real: Array, fake: Array) -> Float[Array, " batch"]:
        return self.of.witness(scores, real, fake)


def penalty_effect(subject: Subject) -> Iterator[Finding]:
    """A penalty whose gradient is zero or far smaller than the objective's, for a steep critic too.

    One-sided penalties are zero where slopes are small, as intended.
    """
    penalties = subject.setup.recipe.penalties
    if not subject.n_critic or not penalties:
        return
    norms = _gradient_norms(subject)
    first, steep = subject.first_steps.state.critic, _steep(subject)
    (slope, (of_objective, *ours)), (steepest, (of_loss, *theirs)) = (
        (_slope(subject, critic), norms(critic)) for critic in (first, steep)
    )
    for penalty, (value, norm), (_, other) in zip(penalties, ours, theirs, strict=True):
        if not norm and not other:
            yield _unreached(penalty, value, steepest)
        elif norm < WEAK * of_objective[1] and other < WEAK * of_loss[1]:
            yield Finding(
                "weak-penalty",
                f"{penalty} has a gradient of norm {norm:.2g} in the critic's parameters and the "
                f"objective one of {of_objective[1]:.2g}; for a critic with slope {steepest:.2g} "
                f"instead of {slope:.2g} they have {other:.2g} and {of_loss[1]:.2g}",
                "the critic is trained as if there were no penalty",
                "raise its weight: 10 is usual for a gradient penalty, 0.1 to 10 for R1",
            )


def _unreached(penalty: Penalty, value: float, slope: float) -> Finding:
    return Finding(
        "penalty-unreached",
        f"{penalty} has the value {value:.3g} and no gradient in the critic's parameters, even "
        f"for a critic with slope {slope:.2g}",
        "the critic is trained as if there were no penalty",
        "look for stop_gradient, a weight of zero, numpy instead of jax.numpy, or a penalty that "
        "does not use the critic it is given",
    )


def _steep(subject: Subject) -> Player:
    """The critic after the first steps with parameters so large that its slope is `STEEP`."""
    critic = steepest = subject.first_steps.state.critic
    largest = _slope(subject, critic)
    for power in range(1, DOUBLINGS + 1):
        if largest >= STEEP:
            break
        params = jax.tree.map(lambda p, t=2.0**power: (t * p).astype(p.dtype), critic.params)
        larger = critic._replace(params=params)
        if np.isfinite(slope := _slope(subject, larger)) and slope > largest:
            steepest, largest = larger, slope
    return steepest


def _slope(subject: Subject, critic: Player) -> float:
    """The root mean square of the norm of the critic's slope at real examples."""
    probe = subject.probe
    slopes = np.asarray(subject.slopes(critic, probe.real, probe, subject.weights()))
    return float(np.sqrt(np.square(slopes).sum() / len(slopes)))


Norms = list[tuple[float, float]]


def _gradient_norms(subject: Subject) -> Callable[[Player], Norms]:
    """The values and gradient norms of the objective alone and of each penalty alone."""
    optimizer, recipe = sgd(0.0), subject.setup.recipe
    common = {"generator_optimizer": optimizer, "critic_optimizer": optimizer, "penalty_every": 1}
    nothing = _Nothing(recipe.objective)
    terms = [dataclasses.replace(recipe, penalties=(), **common)] + [
        dataclasses.replace(recipe, objective=nothing, penalties=(penalty,), **common)
        for penalty in recipe.penalties
    ]

    @quick
    def metrics(state: TrainState, batch: Batch) -> list[Metrics]:
        return [critic_step(subject.setup.networks, term, state, batch)[1] for term in terms]

    def norms(critic: Player) -> Norms:
        state = subject.first_steps.state._replace(critic=critic)
        found = metrics(with_optimizer(state, optimizer), subject.probe)
        names = ("critic/penalty", "critic/gradient_norm")
        return [(float(one[names[0]]), float(one[names[1]])) for one in found]

    return norms
