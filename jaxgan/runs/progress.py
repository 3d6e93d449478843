"""The progress of a run: steps, speed, time left and a few metrics.

A terminal shows a bar; a file or a pipe gets a line now and then.
"""

from __future__ import annotations

import contextlib
import datetime
import time
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column

__all__ = ["Watch", "watching"]

Watch = Callable[[int, Mapping[str, float]], None]
SHOWN = {
    "gap": "critic/gap",
    "gradient": "critic/gradient_norm",
    "critic": "critic/loss",
    "generator": "generator/loss",
}
FIXED, TITLE, EACH = 56, 22, 18
"""Width in columns: of the bar, numbers and gap; of the title at most; of each further metric."""
SECONDS_PER_LINE = 20.0
"""Time between two lines of a run whose output is redirected."""


@contextlib.contextmanager
def watching(title: str, steps: int, start: int = 0, *, shown: bool = True) -> Iterator[Watch]:
    """Shows the progress on standard error during a `with` block.

    80 columns show the gap, the speed and the time left; wider terminals also show other metrics.

    Args:
        title: title of the bar or of each line.
        steps: the last step.
        start: the first step.
        shown: False shows nothing.

    Yields:
        A function of the step and its metrics that updates the bar.

    >>> with watching("doctest", steps=2, shown=False) as watch:
    ...     watch(2, {"critic/gap": 1.0})
    """
    console = Console(stderr=True)
    console.file = cast(IO[str], _Lasting(console.file))
    if not shown:
        yield lambda step, metrics: None
    elif console.is_terminal or console.is_jupyter:
        with _bar(console, title, steps, start) as watch:
            yield watch
    else:
        yield _lines(console, title, steps, start)


class _Lasting:
    """A stream whose failures stop nothing: its terminal or pipe may be closed during the run."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


@contextlib.contextmanager
def _bar(console: Console, title: str, steps: int, start: int) -> Iterator[Watch]:
    room = 1 + max(0, (console.width - FIXED - TITLE) // EACH)
    bar = Progress(
        TextColumn("{task.description}", table_column=Column(no_wrap=True, max_width=TITLE)),
        BarColumn(bar_width=6),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}", table_column=Column(no_wrap=True)),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[metrics]}", style="dim", table_column=Column(no_wrap=True)),
        console=console,
        refresh_per_second=4,
    )
    with bar:
        task = bar.add_task(title, total=steps, completed=start, speed="", metrics="")

        def watch(step: int, metrics: Mapping[str, float]) -> None:
            bar.update(task, completed=step, metrics=_text(metrics, room))
            bar.update(task, speed=_per_second(bar.tasks[0].speed))

        yield watch


def _lines(console: Console, title: str, steps: int, start: int) -> Watch:
    """Prints a line at most every `SECONDS_PER_LINE`, and one for the last step."""
    begin = last = time.monotonic()

    def watch(step: int, metrics: Mapping[str, float]) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < SECONDS_PER_LINE and step < steps:
            return
        last = now
        speed = (step - start) / max(now - begin, 1e-9)
        left = (
            f", {datetime.timedelta(seconds=round((steps - step) / speed))} left" if speed else ""
        )
        text = f"{title}: {step}/{steps} steps, {_per_second(speed)}{left}, {_text(metrics, 1)}"
        console.print(text, soft_wrap=True, highlight=False, markup=False)

    return watch


def _per_second(speed: float | None) -> str:
    return f"{speed:{'.0f' if speed >= 10 else '.2f'}} steps/s" if speed else ""


def _text(metrics: Mapping[str, float], most: int) -> str:
    known = [(label, metrics[name]) for label, name in SHOWN.items() if name in metrics]
    return " ".join(f"{label} {value:.3g}" for label, value in known[:most])
