"""Whether the critic's score of one example depends on others in its batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject

__all__ = ["coupled_critic", "has_common_statistic"]

EXAMPLES = 8
"""Examples whose slopes are measured one by one."""
CHANGED = 0.1
"""Share of its slope that other scores may add. Batch normalization of convolutions gave 0.18 to
0.28 and of dense layers 0.8 to 1.3; a minibatch standard deviation of convolutions up to 0.04."""
ROUNDING = 1e-5
"""The slope of an independent score is not changed by other scores, up to rounding."""
COMMON = 1e-3
"""A second singular value that is zero, up to rounding: all scores use one common statistic."""
LEFT = 0.5
"""Least share of a slope that a common statistic must leave. Subtracting a mean left 1e-7 of it,
and a minibatch standard deviation 0.8 to 1.2."""


class _Dependence(NamedTuple):
    """How scores depend on other examples.

    Attributes:
        slope: median slope of a score at its own example.
        changed: difference of the slope of the sum of all scores from it, relative to it.
        kept: size of the slope of the sum of all scores, relative to it.
        common: whether the slopes of all scores at another example have one direction.
    """

    slope: float
    changed: float
    kept: float
    common: bool


def coupled_critic(subject: Subject) -> Iterator[Finding]:
    """Compares slopes of the sum of all scores, which penalties use, with those of single scores.

    One statistic of the batch that all scores use, such as the minibatch standard deviation of
    StyleGAN2, adds one direction to all slopes. It is not a fault if the slopes keep their size.
    """
    if not subject.setup.recipe.penalties or not subject.n_critic or subject.setup.batch_size < 2:
        return
    found = _dependence(subject)
    if found.changed > CHANGED and not (found.common and found.kept > LEFT):
        yield Finding(
            "coupled-critic",
            f"scores depend on other examples of the batch ({_layers(subject)}): the slope of the "
            f"sum of all scores, which a penalty uses, differs from the slope {found.slope:.2g} "
            f"of an example's own score by {found.changed:.0%}, and is {found.kept:.0%} as large",
            "a penalty on the slope of each example's score then constrains a mixture over the "
            "batch, so the critic need not be K-Lipschitz",
            'normalize each example separately, such as critic_norm="layer", or not at all',
        )


def has_common_statistic(subject: Subject) -> bool:
    """Whether scores depend on each other through one statistic only, and keep their slopes."""
    if not subject.n_critic or subject.setup.batch_size < 2:
        return False
    found = _dependence(subject)
    return found.changed > ROUNDING and found.common and found.kept > LEFT


def _dependence(subject: Subject) -> _Dependence:
    """Measured at a few examples, with equal weights of all scores."""
    weights = subject.weights()
    same = jnp.broadcast_to(jnp.abs(weights[:1]) + 0.1, weights.shape)
    n = len(same)
    few = min(EXAMPLES, n // 2)
    critic, probe = subject.state.critic, subject.probe

    def slopes(weights: jax.Array) -> np.ndarray:
        return np.asarray(subject.slopes(critic, probe.real, probe, weights)).reshape(n, -1)

    single = np.stack([slopes(jnp.zeros_like(same).at[i].set(same[i])) for i in range(few)])
    own, total = single[np.arange(few), np.arange(few)], slopes(same)[:few]
    slope, added, left = (
        float(np.median(np.linalg.norm(x, axis=1))) for x in (own, total - own, total)
    )
    size = max(slope, 1e-30)
    return _Dependence(slope, added / size, left / size, _one_way(single[:, few : 2 * few]))


def _one_way(slopes: np.ndarray) -> bool:
    """Whether the slopes of all scores at an example, `[scores, examples, size]`, are parallel."""
    values = np.linalg.svd(np.moveaxis(slopes, 1, 0), compute_uv=False)
    return values.shape[1] < 2 or bool((values[:, 1] <= COMMON * values[:, 0]).all())


def _layers(subject: Subject) -> str:
    means = jax.tree_util.tree_leaves_with_path(subject.state.critic.stats.get("batch_stats", {}))
    names = {jax.tree_util.keystr(path[:-1], simple=True, separator="/") for path, _ in means}
    return ", ".join(sorted(names)) or "no layer with batch_stats"
