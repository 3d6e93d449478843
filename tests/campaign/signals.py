"""SIGINT, SIGTERM and SIGHUP at random moments, once and twice."""

from __future__ import annotations

import functools
import random
import signal
import time
from collections.abc import Iterator
from typing import Any

from tests.campaign.ground import Case, Fault, Ground
from tests.campaign.victims import CHECKPOINTS, send, start, wait_for

__all__ = ["FAULTS"]


def stopped(number: int, ground: Ground) -> Iterator[Case]:
    """A signal: the run saves its state and ends with 128 + the signal."""
    moments, found = random.Random(number), 0
    while found < ground.some(20, 2):
        with ground.folder() as folder:
            process = start("long", folder)
            wait_for(folder, CHECKPOINTS, process)
            time.sleep(moments.uniform(0, ground.seconds("long")))
            status = _ended(process, number)
            if status == 0:  # it had ended before
                continue
            found += 1
            right = status == 128 + number
            yield ground.resumed("long", folder) if right else ("lost", f"the status is {status}")


def twice(number: int, ground: Ground) -> Iterator[Case]:
    """Two signals, the second up to 50 ms later, in the middle of anything."""
    moments, found = random.Random(100 + number), 0
    while found < ground.some(20, 2):
        with ground.folder() as folder:
            process = start("long", folder)
            wait_for(folder, CHECKPOINTS, process)
            time.sleep(moments.uniform(0, ground.seconds("long")))
            send(process, number)
            time.sleep(moments.uniform(0, 0.05))
            status = _ended(process, number)
            if status == 0:
                continue
            found += 1
            right = status in (128 + number, -number)  # the second may come after the end
            yield ground.resumed("long", folder) if right else ("lost", f"the status is {status}")


def early(number: int, ground: Ground) -> Iterator[Case]:
    """A signal before the first checkpoint: while JAX compiles, or before."""
    moments = random.Random(200 + number)
    for _ in range(ground.some(20, 2)):
        with ground.folder() as folder:
            process = start("long", folder)
            time.sleep(moments.uniform(0, 1.5))
            status = _ended(process, number)
            right = status in (0, 128 + number, -number)
            yield ground.resumed("long", folder) if right else ("lost", f"the status is {status}")


def outlived(ground: Ground) -> Iterator[Case]:
    """SIGHUP to a process that ignores it, as under nohup: the run goes on to its end."""
    moments = random.Random(300)
    for _ in range(ground.some(10, 1)):
        with ground.folder() as folder:
            process = start("long", folder, ignored=signal.SIGHUP)
            wait_for(folder, CHECKPOINTS, process)
            time.sleep(moments.uniform(0, ground.seconds("long")))
            status = _ended(process, signal.SIGHUP)
            yield ground.resumed("long", folder) if status == 0 else ("lost", f"status {status}")


def _ended(process: Any, number: int) -> int | None:
    """The status of a process after a signal; a negative one is that of a signal."""
    send(process, number)
    process.join()
    return process.exitcode


NAMES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM", signal.SIGHUP: "a closed terminal"}
FAULTS = [
    *(
        Fault(
            f"{name} at random moments", f"{number.name} once", functools.partial(stopped, number)
        )
        for number, name in NAMES.items()
    ),
    *(
        Fault(
            f"{name} twice", f"{number.name} twice within 50 ms", functools.partial(twice, number)
        )
        for number, name in NAMES.items()
    ),
    Fault(
        "SIGTERM before the first checkpoint",
        "up to 1.5 s after the start",
        functools.partial(early, signal.SIGTERM),
    ),
    Fault("a closed terminal under nohup", "SIGHUP, which is ignored", outlived),
]
