"""A live line for a run: steps, speed, time left and the quantities worth watching."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

__all__ = ["Watch", "watching"]

Watch = Callable[[int, Mapping[str, float]], None]
SHOWN = {
    "gap": "critic/gap",
    "grad": "critic/gradient_norm",
    "critic": "critic/loss",
    "gen": "generator/loss",
}


@contextlib.contextmanager
def watching(title: str, steps: int, start: int = 0) -> Iterator[Watch]:
    """Shows a progress bar on standard error for the time of a `with` block.

    Args:
        title: what is running.
        steps: the last step.
        start: the step to begin at.

    Yields:
        A function of the step and its metrics, to be called as they come.

    >>> with watching("doctest", steps=2) as watch:
    ...     watch(2, {"critic/gap": 1.0})
    """
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=6),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[metrics]}", style="dim"),
        console=Console(stderr=True),
        refresh_per_second=4,
    )
    with bar:
        task = bar.add_task(title, total=steps, completed=start, speed="", metrics="")

        def watch(step: int, metrics: Mapping[str, float]) -> None:
            shown = [
                f"{label} {metrics[name]:.3g}" for label, name in SHOWN.items() if name in metrics
            ]
            bar.update(task, completed=step, metrics=" ".join(shown))
            speed = bar.tasks[0].speed
            bar.update(
                task, speed=f"{speed:{'.0f' if speed >= 10 else '.2f'}} steps/s" if speed else ""
            )

        yield watch
