"""Whether the data are in the range of the generator."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject, limits

__all__ = ["output_range"]

LEAST, MOST = 0.02, 25.0
"""Initial outputs are of order one; Adam with 1e-4 changes them by a few units in 1e5 steps."""


def output_range(subject: Subject) -> Iterator[Finding]:
    """Data outside the range of a bounded generator, in one half of it, or of another scale."""
    # Enough examples for the extremes; two copies of the data may not fit in memory.
    real = np.asarray(subject.draw(subject.setup.steps, n_critic=0, batch_size=4096).real)
    low, high = float(real.min()), float(real.max())
    least, most = _reach(subject)
    slack = 0.02 * (high - low)
    if low < least - slack or high > most + slack:
        yield Finding(
            "output-range",
            f"data in [{low:.3g}, {high:.3g}], but the generator "
            f"{type(subject.setup.networks.generator).__name__} ends in [{least:.3g}, {most:.3g}], "
            "whatever its parameters",
            "the critic can tell real from fake by the range, and the generator stays at its "
            "bounds, where its gradient is zero",
            "scale the data to that range (x / 127.5 - 1 for pixels, or give uint8), or remove "
            "the last tanh or sigmoid",
        )
    elif np.isfinite([least, most]).all():
        middle = (least + most) / 2
        if low >= middle - slack or high <= middle + slack:
            yield _half(low, high, least, most)
    elif not LEAST < (size := max(-low, high)) < MOST:
        yield _scale(low, high, size)


def _half(low: float, high: float, least: float, most: float) -> Finding:
    return Finding(
        "output-range",
        f"data in [{low:.3g}, {high:.3g}] are in one half of the generator's range "
        f"[{least:.3g}, {most:.3g}]",
        "values in the middle of the range, often the background, are the hardest to generate "
        "exactly, and the critic detects every deviation",
        "scale the data to the whole range: 2 x - 1 for [0, 1]",
        fault=False,
    )


def _scale(low: float, high: float, size: float) -> Finding:
    return Finding(
        "data-scale",
        f"data in [{low:.3g}, {high:.3g}], but networks are initialized for numbers of order one",
        "the generator must first change the scale of its outputs by that factor, and the critic's "
        "slopes and the penalties on them are off by a similar factor",
        f"standardize the data (divide by {size:.2g}, or by the standard deviation); pixels as "
        "uint8 are mapped to [-1, 1]",
        fault=size >= MOST,
    )


def _reach(subject: Subject) -> tuple[float, float]:
    """The smallest and the largest output for any parameters; infinite without a bound.

    An extreme counts as a bound if it is the same with all parameters times 100 and times 1000.
    """
    probe = subject.probe

    def outputs(t: float) -> np.ndarray:
        params = jax.tree.map(lambda p: t * np.asarray(p), subject.state.generator.params)
        return np.asarray(subject.fakes(subject.state.generator._replace(params=params), probe))

    return limits(outputs(100.0), outputs(1000.0))
