"""Whether the critic's score of one example depends on others in its batch."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject

__all__ = ["coupled_critic"]

ROUNDING = 1e-6
"""The slope of an independent score at another example is zero, up to rounding."""


def coupled_critic(subject: Subject) -> Iterator[Finding]:
    """Slopes of the first half's scores at the other half; only penalties need them to be zero."""
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
            f"scores depend on other examples: the scores of half a batch have slope {other:.2g} "
            f"at the examples of the other half, and {own:.2g} at their own ({_layers(subject)})",
            "a penalty on the slope of each example's score then constrains a mixture over the "
            "batch, so the critic need not be K-Lipschitz",
            'normalize each example separately, such as critic_norm="layer", or not at all',
        )


def _layers(subject: Subject) -> str:
    means = jax.tree_util.tree_leaves_with_path(subject.state.critic.stats.get("batch_stats", {}))
    names = {jax.tree_util.keystr(path[:-1], simple=True, separator="/") for path, _ in means}
    return ", ".join(sorted(names)) or "no layer with batch_stats"
