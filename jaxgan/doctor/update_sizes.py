"""Whether the updates of the first steps are neither zero nor far too large."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject
from jaxgan.types import Variables

__all__ = ["large_update", "no_update", "vanishing_gradient"]

SUPPRESSED = 100.0
"""Times that an update would be larger for a gradient of usual size."""
SLOW = 1e-5
"""Size of an update relative to the parameters: 1e5 steps change them by their own size."""


def no_update(subject: Subject) -> Iterator[Finding]:
    """A network that has a gradient and does not change."""
    metrics = subject.first_steps.metrics
    for role in ("generator", "critic"):
        if f"{role}/update_norm" not in metrics:
            continue
        gradients, updates = metrics[f"{role}/gradient_norm"], metrics[f"{role}/update_norm"]
        if gradients.any() and not updates.any():
            yield Finding(
                "no-update",
                f"{len(updates)} steps do not change the {role}, although its gradient has norm "
                f"{gradients.max():.3g}",
                f"the {role} does not learn",
                f"check {role}_optimizer: a learning rate of zero, or a schedule or mask that "
                "is zero everywhere",
            )


def large_update(subject: Subject) -> Iterator[Finding]:
    """An update that is larger than the parameters."""
    metrics, large = subject.first_steps.metrics, []
    for role in ("generator", "critic"):
        update = float(metrics.get(f"{role}/update_norm", np.zeros(1)).max())
        size = _size(getattr(subject.state, role).params)
        if update > size:
            large.append(f"{update:.3g} for the {role}, whose parameters have size {size:.3g}")
    if large:
        yield Finding(
            "large-update",
            f"the largest update of {len(subject.first_steps.seconds)} steps has norm "
            f"{' and '.join(large)}",
            "one step replaces what was initialized and learned, and each layer multiplies the "
            "change of the outputs",
            "lower the learning rate: 1e-4 to 1e-3 is usual for Adam",
        )


def _size(params: Variables) -> float:
    """The norm of the parameters, with kernels of at least the usual initial size.

    Outputs of order one need a kernel [inputs, outputs] with a norm of about sqrt(outputs).
    """
    squares = [
        max(float(np.square(np.asarray(p)).sum()), float(p.shape[-1]) if p.ndim > 1 else 0.0)
        for p in jax.tree.leaves(params)
    ]
    return float(np.sqrt(sum(squares)))


def vanishing_gradient(subject: Subject) -> Iterator[Finding]:
    """A gradient of the generator so small that the optimizer's epsilon suppresses the update.

    For gradients of usual size the updates of Adam and RMSProp do not depend on that size.
    """
    params = subject.state.generator.params
    norm = float(subject.first_steps.metrics["generator/gradient_norm"].max())
    updates = float(subject.first_steps.metrics["generator/update_norm"].max())
    if not norm or updates > SLOW * _size(params):
        return
    mean = norm / np.sqrt(sum(p.size for p in jax.tree.leaves(params)))
    ours, usual, larger = (_update(subject, t) for t in (mean, 1.0, 10.0))
    if usual > SUPPRESSED * ours and larger < 2 * usual:
        yield Finding(
            "vanishing-gradient",
            f"the gradient of the generator's loss has norm {norm:.2g}, {mean:.2g} per parameter: "
            f"the optimizer's epsilon makes the update {usual / ours:.2g} times as small as for a "
            f"gradient of usual size, {updates:.2g} beside parameters of size "
            f"{_size(params):.2g}",
            "the generator hardly changes; the scores of real and fake examples hardly differ",
            "enlarge the critic's slope: a larger clip (0.01 in WGAN), fewer clipped layers, or a "
            "normalization whose scale is not clipped",
        )


def _update(subject: Subject, gradient: float) -> float:
    """The norm of the generator's first update, for a gradient with equal entries."""
    params = subject.state.generator.params
    gradients = jax.tree.map(lambda p: np.full(p.shape, gradient, p.dtype), params)
    updates = jax.tree.leaves(subject.update("generator", gradients, params))
    return float(np.sqrt(sum(np.square(np.asarray(u)).sum() for u in updates)))
