"""Whether anything bounds the critic if the objective does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
from jaxtyping import Array

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject, quick
from jaxgan.training import Player

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


def clipped_to(subject: Subject) -> Any:
    """The largest absolute value of each critic parameter after an update without a gradient."""
    player = subject.state.critic
    params = jax.tree.map(lambda p: np.full(p.shape, LARGE, p.dtype), player.params)
    zeros = jax.tree.map(np.zeros_like, params)
    updates, _ = quick(subject.setup.recipe.critic_optimizer.update)(
        zeros, player.opt_state, params
    )
    return jax.tree.map(lambda p, u: float(np.abs(p + u).max()), params, updates)


def unbounded_critic(subject: Subject) -> Iterator[Finding]:
    """An integral probability metric without penalty, clip, weight norm or bounded output."""
    if subject.setup.recipe.penalties or not is_unbounded(subject):
        return
    # Weight decay counts: it shrinks large parameters, and with Adam it bounds them.
    if all(bound < LARGE for bound in jax.tree.leaves(clipped_to(subject))):
        return
    ratio = _growth(subject)
    if not ratio < 2:
        yield Finding(
            "unbounded-critic",
            f"{subject.setup.recipe.objective} has no minimum, and nothing bounds the critic: no "
            f"penalty, no clip, and the differences of scores grow {ratio:.3g}-fold with weights "
            "ten times as large",
            "the critic's loss falls without bound, so its value has no meaning, and the "
            "generator's gradients grow with it",
            "penalties=(GradientPenalty(10.0),), or clip_params last in critic_optimizer, or "
            "nn.SpectralNorm around the critic's layers",
        )


def _growth(subject: Subject) -> float:
    """The ratio of the scores' standard deviations with weight matrices times 100 and times 10.

    It is 1 with spectral or weight norm or a saturated output, and 10 or more for an unconstrained
    layer. Noise is added to the weights for layers that are initialized to zero.
    """
    probe, player = subject.probe, subject.state.critic

    def spread(t: float) -> float:
        scaled = _scaled(player, t)
        return float(np.std(subject.scores(scaled, probe.real, probe)))

    small, large = spread(10.0), spread(100.0)
    return large / small if small > 0 and np.isfinite(small) else 0.0


def _scaled(player: Player, t: float) -> Player:
    noise = np.random.default_rng(0)

    def scale(p: Array) -> np.ndarray | Array:
        grown = t * (np.asarray(p) + noise.normal(0, 0.05, p.shape))
        return grown.astype(p.dtype) if p.ndim > 1 else p

    return player._replace(params=jax.tree.map(scale, player.params))
