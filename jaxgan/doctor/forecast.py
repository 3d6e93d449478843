"""The cost of the training, from the compiled step and from the first steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import jax
import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject

__all__ = ["Forecast", "forecast", "memory"]


class Forecast(NamedTuple):
    """Time and memory of a training.

    `peak` is in bytes, without what the loop itself keeps; None if the compiler does not report it.

    >>> print(Forecast(steps=10_000, seconds_per_step=0.36, peak=3 * 2**30))
    forecast: 10000 steps take about 1.0 h (0.36 s each), peak memory 3.00 GiB
    """

    steps: int
    seconds_per_step: float
    peak: int | None

    def __str__(self) -> str:
        """The forecast as the command line shows it."""
        seconds = self.steps * self.seconds_per_step
        units = {"h": 3600, "min": 60, "s": 1}
        unit = next((unit for unit, size in units.items() if seconds >= size), "s")
        peak = "" if self.peak is None else f", peak memory {_size(self.peak)}"
        return (
            f"forecast: {self.steps} steps take about {seconds / units[unit]:.1f} {unit} "
            f"({self.seconds_per_step:.2g} s each){peak}"
        )


def forecast(subject: Subject) -> Forecast:
    """Time from the median of the steps without the first, memory from the compiler."""
    seconds = subject.first_steps.seconds
    return Forecast(
        subject.setup.steps,
        float(np.median(seconds[1:] if len(seconds) > 1 else seconds)),
        _peak(subject),
    )


def memory(subject: Subject) -> Iterator[Finding]:
    """More memory than the device has, if it reports its memory."""
    stats = jax.devices()[0].memory_stats() or {}
    limit, peak = stats.get("bytes_limit"), _peak(subject)
    if limit and peak and peak > limit:
        yield Finding(
            "memory",
            f"a step needs {_size(peak)} and the device has {_size(limit)}",
            "the training runs out of memory",
            "use a smaller batch_size or width, more devices, or Recipe(remat=True)",
        )


def _peak(subject: Subject) -> int | None:
    """Data, arguments and temporaries; the state is donated, so results need no further memory."""
    analysis = subject.program.memory_analysis()
    if analysis is None:
        return None
    data = sum(x.nbytes for x in jax.tree.leaves(subject.setup.data))
    return int(data + analysis.argument_size_in_bytes + analysis.temp_size_in_bytes)


def _size(n: int) -> str:
    return f"{n / 2**30:.2f} GiB" if n >= 2**28 else f"{n / 2**20:.1f} MiB"
