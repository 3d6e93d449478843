"""Whether the losses and the optimizers push in the right direction."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject, quick

__all__ = ["wrong_direction"]

ROUNDING = 1e-6
"""A smaller slope is zero up to rounding."""


def wrong_direction(subject: Subject) -> Iterator[Finding]:
    """A generator that is trained away from the real scores, or an optimizer that goes uphill."""
    real, fake = _told_apart(subject)
    objective = subject.setup.recipe.objective
    loss = objective.bind(subject.probe.real, subject.probe.real).generator_loss
    gradient = quick(jax.grad(loss, argnums=1))
    # At the middle too: at the target of the critic for fakes the slope may be zero.
    slopes = (jnp.vdot(gradient(real, x), real - fake) for x in (fake, (real + fake) / 2))
    slope = max(map(float, slopes))
    if slope > ROUNDING:
        yield Finding(
            "wrong-direction",
            f"with scores of {float(real.mean()):.2g} for real and {float(fake.mean()):.2g} for "
            f"fake examples, as the critic's loss prefers them, the generator's loss of "
            f"{objective} has slope {slope:.2g} toward the real scores, and should fall",
            "the generator is trained to make fakes that differ from the data",
            "change the sign of the generator's loss, or of the critic's: real scores are high in "
            "jaxgan, and both losses are minimized",
        )
    for role in ("generator", "critic"):
        if (role == "generator" or subject.n_critic) and _ascends(subject, role):
            yield Finding(
                "wrong-direction",
                f"{role}_optimizer adds a positive multiple of the gradient to the parameters",
                f"the {role}'s loss is maximized",
                "change the sign of its learning rate: optax.scale_by_learning_rate(1e-4), or "
                "optax.scale(-1e-4) at the end of an optax.chain",
            )


def _told_apart(subject: Subject) -> tuple[Array, Array]:
    """Scores of real and fake examples for which the critic's loss is lowest, far from each other.

    Features have no such values: they are random, with fakes shifted by one direction.
    """
    probe, objective = subject.probe, subject.setup.recipe.objective
    shape = jax.eval_shape(subject.scores, subject.state.critic, probe.real, probe).shape
    if objective.features:
        noise = 0.5 * np.random.default_rng(0).normal(size=shape).astype(np.float32)
        return jnp.asarray(noise + 1), jnp.asarray(noise - 1)
    values = np.linspace(-3, 3, 13, dtype=np.float32)
    real, fake = (x.ravel() for x in np.meshgrid(values, values))
    batch = (jnp.broadcast_to(jnp.asarray(x)[:, None], (len(x), *shape)) for x in (real, fake))
    losses = np.asarray(quick(jax.vmap(objective.bind(probe.real, probe.real).critic_loss))(*batch))
    lowest = losses <= losses.min() + 1e-6
    best = int(np.argmax(np.where(lowest, np.abs(real - fake), -1)))
    pair = (real[best], fake[best]) if real[best] != fake[best] else (1.0, -1.0)
    return jnp.full(shape, pair[0]), jnp.full(shape, pair[1])


def _ascends(subject: Subject, role: str) -> bool:
    """Whether the first update for a gradient of ones, at parameters of zero, is positive."""
    params = getattr(subject.state, role).params
    zeros, ones = (jax.tree.map(like, params) for like in (np.zeros_like, np.ones_like))
    updates = jax.tree.leaves(subject.update(role, ones, zeros))
    return sum(float(update.sum()) for update in updates) > 0
