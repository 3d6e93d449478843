"""Whether every penalty changes the critic's parameters."""

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
from jaxgan.training import TrainState, make_train_step
from jaxgan.types import Objective, Penalty

__all__ = ["penalty_unreached"]


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


def penalty_unreached(subject: Subject) -> Iterator[Finding]:
    """A penalty without a gradient, even for a critic with weights ten times as large.

    One-sided penalties are zero where slopes are small, as intended.
    """
    if not subject.n_critic:
        return
    state = subject.first_steps.state
    steep = jax.tree.map(lambda p: 10 * np.asarray(p), state.critic.params)
    steeper = state._replace(critic=state.critic._replace(params=steep))
    for penalty in subject.setup.recipe.penalties:
        alone = _alone(subject, penalty)
        value, gradient = alone(state)
        if not gradient and not alone(steeper)[1]:
            yield Finding(
                "penalty-unreached",
                f"{penalty} has the value {value:.3g} and no gradient in the critic's parameters, "
                "even with weights ten times as large",
                "the critic is trained as if there were no penalty",
                "look for stop_gradient, a weight of zero, numpy instead of jax.numpy, or a "
                "penalty that does not use the critic it is given",
            )


def _alone(subject: Subject, penalty: Penalty) -> Callable[[TrainState], tuple[float, float]]:
    """The value and the gradient norm of one penalty, from a step without other terms."""
    optimizer = sgd(0.0)
    recipe = dataclasses.replace(
        subject.setup.recipe,
        objective=_Nothing(subject.setup.recipe.objective),
        generator_optimizer=optimizer,
        critic_optimizer=optimizer,
        penalties=(penalty,),
        n_critic=1,
        penalty_every=1,
    )
    step, batch = (
        quick(make_train_step(subject.setup.networks, recipe)),
        subject.draw(0, n_critic=1),
    )

    def values(state: TrainState) -> tuple[float, float]:
        _, metrics = step(with_optimizer(state, optimizer), batch)
        return float(metrics["critic/penalty"]), float(metrics["critic/gradient_norm"])

    return values
