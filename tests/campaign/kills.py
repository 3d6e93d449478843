"""kill -9 at random moments and at every file operation, and a machine that stops."""

from __future__ import annotations

import functools
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.campaign.ground import Case, Fault, Ground
from tests.campaign.operations import Operation, watched
from tests.campaign.trainings import RUNS
from tests.campaign.victims import CHECKPOINTS, start, wait_for

__all__ = ["FAULTS"]

Change = Callable[[Operation, Path, Path], bool]
"""Function of an operation, a folder and its copy, which may change the copy: whether to try it."""


def random_moments(ground: Ground) -> Iterator[Case]:
    """SIGKILL at random moments between the first checkpoint and the end."""
    moments, found = random.Random(0), 0
    while found < ground.some(200, 5):
        with ground.folder() as folder:
            process = start("long", folder)
            wait_for(folder, CHECKPOINTS, process)
            time.sleep(moments.uniform(0, ground.seconds("long")))
            process.kill()
            process.join()
            if process.exitcode == -signal.SIGKILL:  # the others had ended before
                found += 1
                yield ground.resumed("long", folder)


def every_operation(ground: Ground, *, half: bool) -> Iterator[Case]:
    """A process kills itself before each operation, or when a write is half done."""
    with ground.folder() as folder, watched(folder) as operations:
        RUNS["training"](folder)
    points = [one.number for one in operations if one.kind == "write" or not half]
    points = points[:: ground.some(1, 30)]
    folders = [ground.new() for _ in points]

    def kill(folder: Path, point: int) -> int | None:
        process = start("training", folder, kill_at=point, half=half)
        process.join()
        return process.exitcode

    with ThreadPoolExecutor(2) as pool:  # the next ones train while one is resumed
        for folder, status in zip(folders, pool.map(kill, folders, points), strict=True):
            if status == -signal.SIGKILL:
                yield ground.resumed("training", folder)
            else:
                yield "lost", f"the process was not killed: its status is {status}"
            shutil.rmtree(folder.parent)


def copied(
    name: str,
    make_change: Callable[[], Change],
    ground: Ground,
    *,
    begin: Callable[[str, Path], object] = lambda name, folder: None,
) -> Iterator[Case]:
    """The folder of a run is copied before each operation, changed, and resumed there.

    That is what a kill leaves, without the cost of a process.
    """
    change, copies = make_change(), []

    def fault(operation: Operation) -> None:
        if root.is_dir():
            copy = ground.new()
            shutil.copytree(root, copy)
            if change(operation, root, copy):
                copies.append(copy)
            else:
                shutil.rmtree(copy.parent)

    with ground.folder() as root:
        begin(name, root)
        with watched(root, fault):
            RUNS[name](root)
    for copy in copies[:: ground.some(1, 50)]:
        yield ground.resumed(name, copy)
    for copy in copies:
        shutil.rmtree(copy.parent)


def killed() -> Change:
    """A kill before each operation that changes the disk."""
    return lambda operation, root, copy: operation.changes


def killed_in_a_write() -> Change:
    """A kill when a write is half done."""

    def change(operation: Operation, root: Path, copy: Path) -> bool:
        if operation.kind == "write":
            operation.write_half(copy / operation.path.relative_to(root))
        return operation.kind == "write"

    return change


def stopped_machine() -> Change:
    """What was written and not synced is gone."""
    synced: dict[Path, int] = {}
    changed: set[Path] = set()

    def change(operation: Operation, root: Path, copy: Path) -> bool:
        for path in changed:
            inside = copy / path.relative_to(root)
            if inside.is_file():
                with inside.open("r+b") as file:
                    file.truncate(min(synced.get(path, 0), inside.stat().st_size))
        _follow(operation, changed, synced)
        return operation.changes

    return change


def _follow(operation: Operation, changed: set[Path], synced: dict[Path, int]) -> None:
    """Notes what an operation does to the files that are not on the disk."""
    if operation.kind in ("create", "write"):
        changed.add(operation.path)
    elif operation.kind == "sync" and operation.path.is_file():
        changed.discard(operation.path)
        synced[operation.path] = operation.path.stat().st_size
    elif operation.kind == "rename" and operation.target is not None:
        for known in [path for path in changed if path.is_relative_to(operation.path)]:
            changed.discard(known)
            changed.add(operation.target / known.relative_to(operation.path))
        if operation.path in synced:
            synced[operation.target] = synced.pop(operation.path)


def _of(name: str, make_change: Callable[[], Change]) -> Callable[[Ground], Iterator[Case]]:
    return functools.partial(copied, name, make_change)


PROCESS, COPY = "processes that kill themselves", "a copy of the folder at that moment"
FAULTS = [
    Fault("kill -9 at random moments", "SIGKILL from another process", random_moments),
    Fault(
        "kill -9 before every file operation of a training",
        PROCESS,
        functools.partial(every_operation, half=False),
    ),
    Fault(
        "kill -9 in the middle of every write of a training",
        PROCESS,
        functools.partial(every_operation, half=True),
    ),
    *(
        Fault(f"kill -9 {when} of {article} {name}", COPY, _of(name, change))
        for article, name in (("an", "experiment"), ("a", "population"))
        for when, change in (
            ("before every change of the disk", killed),
            ("in the middle of every write", killed_in_a_write),
        )
    ),
    *(
        Fault(
            f"kill -9 {when} of a run that resumes",
            COPY,
            lambda ground, change=change: copied("training", change, ground, begin=ground.half),
        )
        for when, change in (
            ("before every change of the disk", killed),
            ("in the middle of every write", killed_in_a_write),
        )
    ),
    *(
        Fault(
            f"the machine stops before every change of the disk of {article} {name}",
            "a copy of the folder, without what was not synced",
            _of(name, stopped_machine),
        )
        for article, name in (("a", "training"), ("an", "experiment"), ("a", "population"))
    ),
]
