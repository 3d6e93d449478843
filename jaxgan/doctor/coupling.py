"""Whether the critic's score of one example depends on the others of its batch."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import numpy as np
from jaxtyping import Array

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.patient import Patient

__all__ = ["coupled_critic"]

EXAMPLES = 4
ROUNDING = 1e-6
"""Where no example sees another, the blocks off the diagonal are zero exactly, or to rounding."""


def coupled_critic(patient: Patient) -> Iterator[Finding]:
    """Off-diagonal blocks of d score_i / d x_j under a penalty; without one it is a choice."""
    if not patient.recipe.penalties:
        return
    probe, critic = patient.probe(min(EXAMPLES, patient.batch_size)), patient.state.critic

    def scores(x: Array) -> Array:
        given = patient.scores(critic, x, probe)
        return given.reshape(len(x), -1).sum(axis=1)

    jacobian = np.asarray(jax.jacrev(scores)(probe.real))
    blocks = np.linalg.norm(jacobian.reshape(len(probe.keys), len(probe.keys), -1), axis=2)
    own = np.diag(blocks).max()
    other = (blocks - np.diag(np.diag(blocks))).max()
    if other > ROUNDING * own:
        yield Finding(
            "coupled-critic",
            f"an example changes the score of another: the largest slope d score_i / d x_j is "
            f"{other:.2g}, that of an example on its own score {own:.2g} ({_layers(patient)})",
            "a penalty on the slope of each example's score then constrains a mixture over the "
            "batch, and the critic is not K-Lipschitz",
            'normalize each example by itself, as critic_norm="layer", or not at all',
        )


def _layers(patient: Patient) -> str:
    means = jax.tree_util.tree_leaves_with_path(patient.state.critic.stats.get("batch_stats", {}))
    names = {jax.tree_util.keystr(path[:-1], simple=True, separator="/") for path, _ in means}
    return ", ".join(sorted(names)) or "no layer with batch_stats: something computed by hand"
