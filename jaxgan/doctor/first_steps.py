"""Whether the first steps stay finite."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject

__all__ = ["not_finite"]


def not_finite(subject: Subject) -> Iterator[Finding]:
    """A metric that becomes NaN or infinite."""
    metrics = subject.first_steps.metrics
    wrong = [name for name, row in metrics.items() if not np.isfinite(row[-1])]
    if wrong:
        steps = len(subject.first_steps.seconds)
        before = f", {metrics[wrong[0]][-2]:.3g} the step before" if steps > 1 else ""
        yield Finding(
            "not-finite",
            f"{wrong[0]} is {metrics[wrong[0]][-1]} at step {steps - 1}{before}"
            + (f"; so are {len(wrong) - 1} other metrics" if wrong[1:] else ""),
            "a training stops at such a step",
            "lower the learning rate; if it is step 0, look for log(0), 0 / 0 or the "
            "square root of 0 in the networks",
        )
