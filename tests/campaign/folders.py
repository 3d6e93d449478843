"""Two processes in one folder, a symbolic link to it, and names of all kinds."""

from __future__ import annotations

import functools
import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from tests.campaign.contents import compare, contents
from tests.campaign.ground import SURVIVED, Case, Fault, Ground, error_of
from tests.campaign.trainings import RUNS
from tests.campaign.victims import CHECKPOINTS, send, start, wait_for

__all__ = ["FAULTS"]

LAST = "checkpoints/step-000000300"
NAMES = [
    "with spaces",
    " before and after ",
    "ünïcödé",
    "训练",
    "🎲",
    "quotes'\"`",
    "-dash",
    "--out=x",
    "$HOME",
    "percent%s{0}",
    "back\\slash",
    "star*[0-9]?",
    "step-000000001",
    "seed-0",
    ".hidden",
    os.fsdecode(b"not utf-8 \xff"),
    "x" * 200,
]


def second_process(ground: Ground, *, linked: bool) -> Iterator[Case]:
    """While a process is held at any moment, a second one is refused, by either name."""
    moments, found = random.Random(0), 0
    while found < ground.some(20, 2):
        with ground.folder() as folder:
            folder.mkdir()
            link = folder.with_name("link")
            link.symlink_to(folder, target_is_directory=True)
            process = start("long", folder)
            wait_for(folder, CHECKPOINTS, process)
            time.sleep(moments.uniform(0, ground.seconds("long")))
            send(process, signal.SIGSTOP)
            if not (folder / LAST).exists():
                found += 1
                problem = error_of(functools.partial(RUNS["long"], link if linked else folder))
                yield _refused(problem, process.pid)
            send(process, signal.SIGCONT)
            process.join()
            case = ground.resumed("long", folder)
            if case != SURVIVED:
                yield case


def _refused(problem: Exception | None, process: int) -> Case:
    used = f"is in use by process {process} on "
    if isinstance(problem, BlockingIOError) and used in str(problem):
        return SURVIVED
    return "lost", f"the second process was not refused: {problem!r}"


def together(ground: Ground) -> Iterator[Case]:
    """Two processes that start at the same moment: one trains, the other is refused."""
    for _ in range(ground.some(10, 1)):
        with ground.folder() as folder:
            both = [start("training", folder) for _ in range(2)]
            for process in both:
                process.join()
            if sorted(process.exitcode for process in both) in ([0, 0], [0, 1]):
                yield compare(contents(folder), ground.wanted("training"))
            else:
                yield "lost", f"they ended with {[process.exitcode for process in both]}"


def link(ground: Ground) -> Iterator[Case]:
    """A run that began through a link, was killed, and goes on without it."""
    for _ in range(ground.some(5, 1)):
        with ground.folder() as folder:
            folder.mkdir()
            linked = folder.with_name("link")
            linked.symlink_to(folder, target_is_directory=True)
            process = start("long", linked)
            wait_for(folder, CHECKPOINTS, process)
            process.kill()
            process.join()
            right = process.exitcode == -signal.SIGKILL
            yield ground.resumed("long", folder) if right else ("lost", "it was not killed")


def named(name: str, ground: Ground) -> Iterator[Case]:
    """A folder with an unusual name, in which a run was killed."""
    for text in NAMES[:: ground.some(1, 8)]:
        with ground.folder() as root, ground.folder() as half:
            ground.half(name, half)
            folder = root.parent / text / "run"
            folder.parent.mkdir()
            shutil.copytree(half, folder)
            yield ground.resumed(name, folder)


def moved(name: str, ground: Ground) -> Iterator[Case]:
    """A run that was killed and goes on in another place, named by a relative path."""
    before = Path.cwd()
    with ground.folder() as root, ground.folder() as half:
        ground.half(name, half)
        root.mkdir()
        shutil.copytree(half, root / "moved")
        os.chdir(root)
        try:
            yield ground.resumed(name, Path("moved"))
        finally:
            os.chdir(before)


FAULTS = [
    Fault(
        "a second process in the folder of a run",
        "refused with the process and the machine that use it",
        functools.partial(second_process, linked=False),
    ),
    Fault(
        "a second process that comes by a symbolic link",
        "refused likewise",
        functools.partial(second_process, linked=True),
    ),
    Fault("two processes that start together", "one trains, or one after the other", together),
    Fault("a symbolic link to the folder", "killed through it, resumed without it", link),
    *(
        Fault(
            f"names with spaces, signs and letters of all kinds, of {article} {name}",
            "a folder that was left by a kill",
            functools.partial(named, name),
        )
        for article, name in (("a", "training"), ("an", "experiment"))
    ),
    Fault(
        "a folder that was moved",
        "resumed by a relative path",
        functools.partial(moved, "experiment"),
    ),
]
