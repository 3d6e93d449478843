"""The progress bar of a run: steps, speed, time left and a few metrics."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping

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


@contextlib.contextmanager
def watching(title: str, steps: int, start: int = 0) -> Iterator[Watch]:
    """Shows a progress bar on standard error during a `with` block.

    80 columns show the gap, the speed and the time left; wider terminals also show other metrics.

    Args:
        title: title of the bar.
        steps: the last step.
        start: the first step.

    Yields:
        A function of the step and its metrics that updates the bar.

    >>> with watching("doctest", steps=2) as watch:
    ...     watch(2, {"critic/gap": 1.0})
    """
    console = Console(stderr=True)
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
            known = [(label, metrics[name]) for label, name in SHOWN.items() if name in metrics]
            shown = " ".join(f"{label} {value:.3g}" for label, value in known[:room])
            bar.update(task, completed=step, metrics=shown)
            speed = bar.tasks[0].speed
            digits = ".0f" if speed and speed >= 10 else ".2f"
            bar.update(task, speed=f"{speed:{digits}} steps/s" if speed else "")

        yield watch
