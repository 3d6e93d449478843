"""Whether the critic keeps up with the generator."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject, quick
from jaxgan.doctor.unbounded_critic import is_unbounded
from jaxgan.optimizers import sgd
from jaxgan.training import Player, make_train_step

__all__ = ["starved_critic"]

STEPS = 5
EXTRA = 50
OUTPACED = 30.0
"""Adam at equal learning rates gave ratios of 0.25 to 6.3 on normal points (one and five critic
steps, two keys), a generator 100 times as fast 22 to 126, 10,000 times as fast 2,200 and more."""
REVERSED = 10.0
"""In standard deviations of the real scores: fakes score that much higher only if the generator
exploits an outdated critic; at initialization the difference is up to three."""
NOTICED = 0.05
"""In standard deviations of the real scores: a smaller change of the estimate has no effect."""
SHARE = 0.5
"""The critic has not converged if more steps change the estimate by more than this share."""


def starved_critic(subject: Subject) -> Iterator[Finding]:
    """A generator that changes much faster than the critic.

    Either of two signs is enough. Fakes score far above all real examples, because the critic is
    outdated. Or the generator changes the estimate far more than the critic does, and the critic
    has not converged: a converged critic also changes little, and at the start of training no
    critic has converged.
    """
    if not is_unbounded(subject):  # the scores do not estimate a distance
        return
    by_critic, by_generator, (critic, generator) = _paces(subject)
    probe = subject.probe
    spread = float(np.std(subject.scores(critic, probe.real, probe)))
    before = _gap(subject, critic, generator)
    away = before < -REVERSED * spread
    if not away and by_generator <= max(OUTPACED * by_critic, NOTICED * spread):
        return
    after = _gap(subject, _more(subject, critic, generator), generator)
    if away or before < 0 or abs(after - before) > SHARE * abs(after):
        yield Finding(
            "starved-critic",
            f"in {STEPS} steps the generator changed the estimate (critic/gap) by "
            f"{by_generator:.3g} and the critic, with n_critic={subject.n_critic}, by "
            f"{by_critic:.3g}; {EXTRA} more critic steps change it from {before:.3g} to "
            f"{after:.3g} (standard deviation of real scores: {spread:.2g})",
            "the generator follows an outdated critic, and the estimate is not a distance (which "
            "is never negative)",
            "raise n_critic or the critic's learning rate, or lower the generator's",
        )


def _paces(subject: Subject) -> tuple[float, float, tuple[Player, Player]]:
    """How much each network changes the estimate in a few steps, and the final networks."""
    state, by_critic, by_generator = subject.first_steps.state, 0.0, 0.0
    for step in range(STEPS):
        at = len(subject.first_steps.seconds) + step
        new, _ = subject.program(state, subject.draw(at))
        between = _gap(subject, new.critic, state.generator)
        by_critic += abs(between - _gap(subject, state.critic, state.generator))
        by_generator += abs(_gap(subject, new.critic, new.generator) - between)
        state = new
    return by_critic, by_generator, (state.critic, state.generator)


def _gap(subject: Subject, critic: Player, generator: Player) -> float:
    """E critic(real) - E critic(fake) on fixed examples."""
    probe = subject.probe
    fake = subject.fakes(generator, probe)
    real, fake = (subject.scores(critic, x, probe) for x in (probe.real, fake))
    objective = subject.setup.recipe.objective
    means = (objective.witness(scores, real, fake).mean() for scores in (real, fake))
    return float(next(means) - next(means))


def _more(subject: Subject, critic: Player, generator: Player) -> Player:
    """The critic after more steps with a fixed generator."""
    still = sgd(0.0)
    recipe = dataclasses.replace(
        subject.setup.recipe, generator_optimizer=still, n_critic=EXTRA, simultaneous=False
    )
    generator = generator._replace(opt_state=still.init(generator.params))
    state = subject.first_steps.state._replace(critic=critic, generator=generator)
    step = quick(make_train_step(subject.setup.networks, recipe))
    state, _ = step(state, subject.draw(subject.setup.steps + 1, n_critic=EXTRA))
    return state.critic
