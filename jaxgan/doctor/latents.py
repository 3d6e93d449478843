"""Whether the generator uses its latent."""

from __future__ import annotations

from collections.abc import Iterator

import jax.numpy as jnp
import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject, with_noise

__all__ = ["ignored_latent"]

ROUNDING = 1e-5
"""Batch normalization enlarges the rounding of outputs that are equal."""


def ignored_latent(subject: Subject) -> Iterator[Finding]:
    """Outputs that are equal for all latents of a batch, with one label.

    The parameters are noisy, since a last layer may start at zero. Dropout counts as a latent.
    """
    probe = subject.probe
    if subject.setup.batch_size < 2:
        return
    if probe.labels is not None:
        probe = probe._replace(labels=jnp.broadcast_to(probe.labels[:1], probe.labels.shape))
    fakes = np.asarray(subject.fakes(with_noise(subject.state.generator), probe))
    spread, size = float(np.ptp(fakes, axis=0).max()), float(np.abs(fakes).max())
    if spread <= ROUNDING * size:
        yield Finding(
            "ignored-latent",
            f"the generator {type(subject.setup.networks.generator).__name__} returns the same "
            f"example for {len(fakes)} latents: they differ by {spread:.2g}, of a size of "
            f"{size:.2g}",
            "the generator can learn one example only",
            "use the latent in the generator; look for a layer of zeros, a ReLU that is never "
            "active, or a saturated tanh between latent and output",
        )
