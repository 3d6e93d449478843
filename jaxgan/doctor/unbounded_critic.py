"""Whether the scores of the critic are bounded, if its loss has no minimum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject, quick, with_noise

__all__ = ["clipped_to", "is_unbounded", "unbounded_critic"]

LARGE = 1e3
"""Far outside any clip, far inside float32."""


def is_unbounded(subject: Subject) -> bool:
    """Whether larger scores make the critic's loss arbitrarily low.

    The scores are real in {2, -1} t and fake in {1, -2} t, which overlap: a divergence of densities
    has a finite optimal t, and a difference of means has none.
    """
    if not subject.n_critic:
        return False
    probe = subject.probe
    shape = jax.eval_shape(subject.scores, subject.state.critic, probe.real, probe).shape
    objective = subject.setup.recipe.objective.bind(probe.real, probe.real)
    high = np.arange(shape[0]).reshape(-1, *(1,) * (len(shape) - 1)) % 2 == 0
    critic_loss = quick(objective.critic_loss)

    def loss(t: float) -> float:
        real, fake = (
            np.broadcast_to(np.where(high, top, top - 3), shape).astype(np.float32)
            for top in (2.0, 1.0)
        )
        return float(critic_loss(t * real, t * fake))

    return loss(LARGE**2) < LARGE * min(loss(1.0), -1e-3)


def clipped_to(subject: Subject, size: float = LARGE) -> Any:
    """The largest absolute value of critic parameters of that size after a gradient of zero."""
    params = jax.tree.map(lambda p: np.full(p.shape, size, p.dtype), subject.state.critic.params)
    updates = subject.update("critic", jax.tree.map(np.zeros_like, params), params)
    return jax.tree.map(lambda p, u: float(np.abs(p + u).max(initial=0)), params, updates)


def unbounded_critic(subject: Subject) -> Iterator[Finding]:
    """An integral probability metric without penalty, clip, weight norm or bounded output."""
    if subject.setup.recipe.penalties or not is_unbounded(subject):
        return
    ratio = _growth(subject)
    if not ratio < 2:
        yield Finding(
            "unbounded-critic",
            f"{subject.setup.recipe.objective} has no minimum, and nothing bounds the critic: no "
            "penalty, and the differences of scores grow "
            f"{ratio:.3g}-fold with weights ten times as large, as far as a clip allows them",
            "the critic's loss falls without bound, so its value has no meaning, and the "
            "generator's gradients grow with it",
            "penalties=(GradientPenalty(10.0),), or clip_params last in critic_optimizer, for all "
            "kernels, or nn.SpectralNorm around the critic's layers",
        )


def _growth(subject: Subject) -> float:
    """The ratio of the scores' standard deviations with weight matrices times 100 and times 10.

    It is 1 with spectral or weight norm or a saturated output, and 10 or more for an unconstrained
    layer. Matrices that an update without a gradient makes smaller are not enlarged: a clip bounds
    them, and so does weight decay with Adam. Vectors are biases, which do not change differences
    of scores, and the gains of normalizations.
    """
    probe, player = subject.probe, subject.state.critic
    bounds = clipped_to(subject)

    def spread(t: float) -> float:
        scaled = jax.tree.map(
            lambda p, bound: t * p if p.ndim > 1 and bound >= LARGE else p,
            with_noise(player).params,
            bounds,
        )
        return float(np.std(subject.scores(player._replace(params=scaled), probe.real, probe)))

    small, large = spread(10.0), spread(100.0)
    return large / small if small > 0 and np.isfinite(small) else 0.0
