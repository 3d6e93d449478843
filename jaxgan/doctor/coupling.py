"""Whether the critic's score of one example depends on the others of its batch."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject

__all__ = ["coupled_critic"]

ROUNDING = 1e-6
"""Where no example sees another, the slope is zero exactly, or to rounding."""


def coupled_critic(subject: Subject) -> Iterator[Finding]:
    """Slopes of the first half's scores at the other half, under a penalty; else it is a choice."""
    half = subject.setup.batch_size // 2
    if not subject.setup.recipe.penalties or not subject.n_critic or not half:
        return
    weights = subject.weights().at[half:].set(0)
    probe = subject.probe
    slopes = np.asarray(subject.slopes(subject.state.critic, probe.real, probe, weights))
    sizes = np.linalg.norm(slopes.reshape(len(slopes), -1), axis=1)
    own, other = sizes[:half].max(), sizes[half:].max()
    if other > ROUNDING * own:
        yield Finding(
            "coupled-critic",
            f"an example changes the score of another: the scores of half a batch have slope "
            f"{other:.2g} at the examples of the other half and {own:.2g} at their own "
            f"({_layers(subject)})",
            "a penalty on the slope of each example's score then constrains a mixture over the "
            "batch, and the critic is not K-Lipschitz",
            'normalize each example by itself, as critic_norm="layer", or not at all',
        )


def _layers(subject: Subject) -> str:
    means = jax.tree_util.tree_leaves_with_path(subject.state.critic.stats.get("batch_stats", {}))
    names = {jax.tree_util.keystr(path[:-1], simple=True, separator="/") for path, _ in means}
    return ", ".join(sorted(names)) or "no layer with batch_stats: something computed by hand"
