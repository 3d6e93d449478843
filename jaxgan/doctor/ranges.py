"""The range of the data against what the generator can give."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject

__all__ = ["output_range"]

LEAST, MOST = 0.02, 25.0
"""Networks start with outputs of order one; Adam's steps of 1e-4 add a few units in 1e5 of them."""


def output_range(subject: Subject) -> Iterator[Finding]:
    """Data outside what a bounded generator reaches, in half of it, or of another scale."""
    # As many examples as the extremes need; all of them may not fit twice.
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
            "the critic tells real from fake by the range alone, and the generator sticks to its "
            "bounds, where its gradient is zero",
            "scale the data into that range (x / 127.5 - 1 for pixels, or give uint8), or leave "
            "the last tanh or sigmoid out",
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
        f"data in [{low:.3g}, {high:.3g}] use one half of the generator's range "
        f"[{least:.3g}, {most:.3g}]",
        "the values at the middle of the range, often a background, are hardest to hold exactly, "
        "and the critic sees every deviation",
        "scale the data to the whole range: 2 x - 1 for [0, 1]",
        fault=False,
    )


def _scale(low: float, high: float, size: float) -> Finding:
    return Finding(
        "data-scale",
        f"data in [{low:.3g}, {high:.3g}], but networks are initialized for numbers of order one",
        "the generator must grow its weights by that factor before shapes matter, and the "
        "critic's slopes and the penalties on them start as far off",
        f"standardize the data (divide by {size:.2g}, or by the standard deviation); pixels as "
        "uint8 are mapped to [-1, 1]",
        fault=size >= MOST,
    )


def _reach(subject: Subject) -> tuple[float, float]:
    """The least and the greatest output whatever the parameters; infinite where there is none.

    A bound shows as an extreme that stays when all parameters grow from 100 to 1000 times.
    """
    probe = subject.probe

    def extremes(t: float) -> np.ndarray:
        params = jax.tree.map(lambda p: t * np.asarray(p), subject.state.generator.params)
        generator = subject.state.generator._replace(params=params)
        fakes = np.asarray(subject.fakes(generator, probe))
        return np.array([fakes.min(), fakes.max()])

    near, far = extremes(100.0), extremes(1000.0)
    stays = np.abs(far - near) <= 1e-3 * np.abs(near).max()
    if not near[0] < near[1] or not np.isfinite(far).all():  # nothing can be said
        return -np.inf, np.inf
    return (float(near[0]) if stays[0] else -np.inf, float(near[1]) if stays[1] else np.inf)
