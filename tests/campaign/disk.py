"""A full disk, a read-only one, one with errors, and a folder that is removed during the run."""

from __future__ import annotations

import errno
import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from tests.campaign.contents import compare, contents
from tests.campaign.ground import Case, Fault, Ground, error_of, in_a_line, without_leftovers
from tests.campaign.operations import CHANGES, Operation, watched
from tests.campaign.trainings import RUNS

__all__ = ["FAULTS"]

ALL = ("read", "list", *CHANGES)


def failing(
    name: str,
    ground: Ground,
    *,
    error: int,
    kinds: Collection[str],
    lasting: bool,
) -> Iterator[Case]:
    """At each operation the system reports an error, once or from there on.

    The run must report it in one line and go on when the disk is sound again.
    """
    with ground.folder() as folder, watched(folder) as operations:
        RUNS[name](folder)
    points = [one.number for one in operations if one.kind in kinds]
    for point in points[:: ground.some(1, 50)]:

        def fault(operation: Operation, point: int = point) -> None:
            begun = operation.number >= point if lasting else operation.number == point
            if begun and operation.kind in kinds:
                if operation.kind == "write":
                    operation.write_half()
                raise OSError(error, os.strerror(error))

        with ground.folder() as folder:
            yield tried(name, folder, ground, fault)


def tried(name: str, folder: Path, ground: Ground, fault: Callable[[Operation], None]) -> Case:
    """The outcome of a run with a fault that it may report, and of resuming it without."""
    with watched(folder, fault):
        problem = error_of(lambda: RUNS[name](folder))
    case = in_a_line(problem)
    if case[0] != "survived":
        return case
    if problem is None:
        wanted = ground.wanted(name)
        return compare(without_leftovers(contents(folder), wanted), wanted)
    return ground.resumed(name, folder)


def removed(name: str, ground: Ground) -> Iterator[Case]:
    """The folder of the run is removed before each operation."""
    with ground.folder() as folder, watched(folder) as operations:
        RUNS[name](folder)
    for point in [one.number for one in operations if one.changes][:: ground.some(1, 50)]:
        with ground.folder() as folder:

            def fault(operation: Operation, point: int = point, folder: Path = folder) -> None:
                if operation.number == point:
                    shutil.rmtree(folder, ignore_errors=True)

            with watched(folder, fault):
                problem = error_of(lambda folder=folder: RUNS[name](folder))
            case = in_a_line(problem)
            yield ground.resumed(name, folder) if case[0] == "survived" else case


def mounted(what: str, ground: Ground) -> Iterator[Case]:
    """Real disks of some kilobytes, and read-only ones, mounted in a namespace of their own."""
    script = [sys.executable, "-m", "tests.campaign.mounts", what, str(ground.some(1, 8))]
    words = ["unshare", "--map-root-user", "--mount", *script]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PermissionError(f"nothing can be mounted here: {done.stderr.strip()[-200:]}")
    yield from ((outcome, why) for outcome, why in map(json.loads, done.stdout.splitlines()))


def _failing(name: str, error: int, kinds: Collection[str], *, lasting: bool) -> Callable:
    return functools.partial(failing, name, error=error, kinds=kinds, lasting=lasting)


FULL, READ_ONLY = ("create", "write", "mkdir"), ("create", "write", "mkdir", "rename", "remove")
OF = (("a", "training"), ("an", "experiment"))
FAULTS = [
    *(
        Fault(
            f"the disk is full from any operation of {article} {name} on",
            "ENOSPC, in the middle of a write",
            _failing(name, errno.ENOSPC, FULL, lasting=True),
        )
        for article, name in OF
    ),
    *(
        Fault(
            f"the disk is read-only from any operation of {article} {name} on",
            "EROFS",
            _failing(name, errno.EROFS, READ_ONLY, lasting=True),
        )
        for article, name in OF
    ),
    *(
        Fault(
            f"the disk fails once, at any operation of {article} {name}",
            "EIO",
            _failing(name, errno.EIO, ALL, lasting=False),
        )
        for article, name in OF
    ),
    Fault("a full disk", "tmpfs of 16 to 128 KiB", functools.partial(mounted, "full")),
    Fault("a read-only disk", "tmpfs, read-only", functools.partial(mounted, "read-only")),
    *(
        Fault(
            f"the folder is removed before any change of the disk of {article} {name}",
            "rmtree; the run is started again",
            functools.partial(removed, name),
        )
        for article, name in OF
    ),
]
