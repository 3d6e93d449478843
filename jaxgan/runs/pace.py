"""How long a dispatch is, and how it is told to be the last one."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from typing import Any

__all__ = ["Pace", "stoppable"]


class Pace:
    """Chooses the length of the next chunk so that it takes about so many seconds.

    Args:
        seconds: how long a chunk should take.

    >>> pace = Pace(1.0)
    >>> pace.length()  # nothing is known yet
    1
    """

    def __init__(self, seconds: float) -> None:
        self._target = seconds
        self._per_step = float("inf")

    def length(self) -> int:
        """Steps for the next chunk, at least one."""
        return max(1, int(self._target / self._per_step))

    def learn(self, length: int, seconds: float) -> None:
        """Takes in what a chunk took; the fastest so far counts, so a compilation does not."""
        self._per_step = min(self._per_step, seconds / length)


@contextlib.contextmanager
def stoppable() -> Iterator[list[int]]:
    """Collects SIGINT and SIGTERM, so that what is in flight ends first; the second stops at once.

    Yields:
        The signals that came, empty as long as the work may go on.

    >>> with stoppable() as stopped:
    ...     signal.raise_signal(signal.SIGINT)
    ...     len(stopped)
    1
    """
    stopped: list[int] = []

    def stop(number: int, frame: Any) -> None:
        del frame
        if stopped:
            raise KeyboardInterrupt
        stopped.append(number)

    numbers = (signal.SIGINT, signal.SIGTERM)
    try:
        before = [signal.signal(number, stop) for number in numbers]
    except ValueError:  # only the main thread may handle signals
        yield stopped
        return
    try:
        yield stopped
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
