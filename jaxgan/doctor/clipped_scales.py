"""Whether the clip of the critic's parameters includes the gains of its normalizations."""

from __future__ import annotations

from collections.abc import Iterator

import jax

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject
from jaxgan.doctor.unbounded_critic import clipped_to

__all__ = ["clipped_scales"]


def clipped_scales(subject: Subject) -> Iterator[Finding]:
    """Vectors of ones (the initial value of gains) that an update clips to a bound below one."""
    if not subject.n_critic:
        return
    bounds = jax.tree.leaves(clipped_to(subject, 2.0))
    leaves = jax.tree_util.tree_leaves_with_path(subject.state.critic.params)
    clipped = {
        jax.tree_util.keystr(path, simple=True, separator="/"): bound
        for (path, leaf), bound in zip(leaves, bounds, strict=True)
        if leaf.ndim < 2 and bool((leaf == 1).all()) and bound < 1
    }
    if clipped:
        yield Finding(
            "clipped-scales",
            f"the first update clips {', '.join(clipped)} from 1 to {max(clipped.values()):.3g}",
            "every normalization then scales its output by that factor, so several layers make "
            "the signal vanish; the WGAN paper's code does this, its text does not mention it",
            "clip_params(c, where=lambda path: not path.endswith('scale')), unless you reproduce "
            "the paper's code",
            fault=False,
        )
