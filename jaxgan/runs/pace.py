"""The length of a dispatch, and stopping after the current one."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from typing import Any

__all__ = ["Pace", "Stopped", "stoppable"]


class Stopped(KeyboardInterrupt):
    """The process received a signal.

    Attributes:
        number: the signal.
    """

    def __init__(self, message: str, number: int = signal.SIGINT) -> None:
        super().__init__(message)
        self.number = number


class Pace:
    """Chooses the length of the next chunk so that it takes a given time.

    Args:
        seconds: target duration of a chunk, in seconds.

    >>> pace = Pace(1.0)
    >>> pace.length()  # no chunk was timed yet
    1
    """

    def __init__(self, seconds: float) -> None:
        self._target = seconds
        self._per_step = float("inf")

    def length(self) -> int:
        """Number of steps for the next chunk, at least one."""
        return max(1, int(self._target / self._per_step))

    def learn(self, length: int, seconds: float) -> None:
        """Records the time of a chunk; the fastest so far is used, which excludes compilation."""
        if seconds > 0:  # clocks may stand still
            self._per_step = min(self._per_step, seconds / length)


@contextlib.contextmanager
def stoppable() -> Iterator[list[int]]:
    """Collects SIGINT, SIGTERM and SIGHUP so that running work can finish.

    A second signal stops at once. A closed terminal sends SIGHUP; `nohup` ignores it.

    Yields:
        The signals received so far; empty while the work may continue.

    >>> with stoppable() as stopped:
    ...     signal.raise_signal(signal.SIGINT)
    ...     len(stopped)
    1
    """
    stopped: list[int] = []

    def stop(number: int, frame: Any) -> None:
        del frame
        if stopped:
            raise Stopped("stopped at once", number)
        stopped.append(number)

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
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
