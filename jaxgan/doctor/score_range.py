"""Whether the critic can return the scores that the objective needs."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject, limits, quick, with_noise
from jaxgan.doctor.unbounded_critic import is_unbounded

__all__ = ["score_range"]

SHARE = 0.6
"""Of the possible decrease of the loss: 0.27 for a sigmoid and 0.55 for a tanh as logits."""
FAR = 30.0
"""Scores at which a logit is certain: sigmoid(-30) is 1e-13."""


def score_range(subject: Subject) -> Iterator[Finding]:
    """A bounded critic, such as a sigmoid, whose loss stays high even for the best scores.

    A difference of means needs a bounded critic; features have no targets.
    """
    recipe = subject.setup.recipe
    if not subject.n_critic or recipe.objective.features or is_unbounded(subject):
        return
    least, most = _score_limits(subject)
    if not np.isfinite([least, most]).any():
        return
    share = _possible(subject, least, most)
    if share < SHARE:
        yield Finding(
            "score-range",
            f"the critic {type(subject.setup.networks.critic).__name__} returns scores in "
            f"[{least:.3g}, {most:.3g}], whatever its parameters, with which the loss of "
            f"{recipe.objective} can fall by {share:.0%} of what it could with any scores",
            "the critic cannot be certain, and its loss is lowest where its output is saturated "
            "and has no slope for the generator",
            "remove the last sigmoid, tanh or ReLU: cross entropies and hinges take logits; a "
            "sigmoid fits least squares with targets 0 and 1",
        )


def _score_limits(subject: Subject) -> tuple[float, float]:
    """The smallest and the largest score for large parameters and large examples."""
    probe, critic = subject.probe, with_noise(subject.state.critic)

    def scores(t: float) -> np.ndarray:
        params = jax.tree.map(lambda p: (t * p).astype(p.dtype), critic.params)
        return np.asarray(subject.scores(critic._replace(params=params), t * probe.real, probe))

    return limits(scores(10.0), scores(100.0))


def _possible(subject: Subject, least: float, most: float) -> float:
    """The decrease of the loss with scores in a range, as a share of the decrease with any.

    The decrease is from equal scores of real and fake, for real and fake that are told apart.
    """
    real = subject.probe.real
    loss = quick(jax.vmap(subject.setup.recipe.objective.bind(real, real).critic_loss))
    every = np.linspace(-FAR, FAR, 121, dtype=np.float32)
    inside = np.unique(np.clip(every, least, most))
    inside = np.union1d(inside, np.clip([least, most], -FAR, FAR).astype(np.float32))

    def losses(real_scores: np.ndarray, fake_scores: np.ndarray) -> float:
        pairs = (jnp.asarray(x)[:, None] for x in (real_scores, fake_scores))
        batch = (jnp.broadcast_to(x, (x.shape[0], len(real))) for x in pairs)
        return float(np.nanmin(loss(*batch)))

    def lowest(values: np.ndarray) -> float:
        grid = np.meshgrid(values, values)
        return losses(grid[0].ravel(), grid[1].ravel())

    equal, best = min(losses(every, every), losses(inside, inside)), lowest(every)
    return (equal - lowest(inside)) / (equal - best) if equal > best + 1e-6 else 1.0
