"""What a command may find around it: pipes, terminals, encodings, homes, clocks."""

from __future__ import annotations

import contextlib
import functools
import os
import pty
import random
import select
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from tests.campaign.commands import start_command
from tests.campaign.contents import compare, contents
from tests.campaign.ground import Case, Fault, Ground, error_of, last_states
from tests.campaign.trainings import RUNS

__all__ = ["FAULTS"]

Surroundings = Callable[[Path], int]
"""Function from the folder of a run to the exit status of its command."""


def tried(status: int, surroundings: list[Surroundings], ground: Ground) -> Iterator[Case]:
    """Commands in these surroundings write all files, and end with this status."""
    for one in surroundings[:: ground.some(1, len(surroundings))]:
        with ground.folder() as folder:
            found = one(folder)
            if found == status:
                yield compare(contents(folder), ground.wanted("command"))
            else:
                yield "lost", f"the status is {found}, not {status}"


def with_variables(**changed: str | None) -> Surroundings:
    """A command with other environment variables."""

    def call(folder: Path) -> int:
        process = start_command(folder, changed)
        _, told = process.communicate()
        return process.returncode if b"Traceback" not in told else 1000

    return call


def with_name(name: str, **changed: str | None) -> Surroundings:
    """A command whose folder is a link with this name, in a folder with this name."""

    def call(folder: Path) -> int:
        named = folder.with_name(name) / name
        named.mkdir(parents=True)
        folder.symlink_to(named)
        return with_variables(**changed)(named)

    return call


def without_reader(name: str, unbuffered: str) -> Surroundings:
    """A command whose standard output or error is read no more after the beginning."""

    def call(folder: Path) -> int:
        process = start_command(folder, {"PYTHONUNBUFFERED": unbuffered})
        streams = {"stdout": process.stdout, "stderr": process.stderr}
        closed, other = streams.pop(name), *streams.values()
        assert closed is not None
        assert other is not None
        if name == "stderr":
            closed.read(1)
        closed.close()
        other.read()
        return process.wait()

    return call


def without_streams(*numbers: int) -> Surroundings:
    """A command that is started with closed standard streams."""
    closed = " ".join(f"{number}>&-" for number in numbers)

    def call(folder: Path) -> int:
        process = start_command(folder, before=["sh", "-c", f'exec "$@" {closed}', "sh"])
        process.communicate()
        return process.returncode

    return call


def to_a_full_device(unbuffered: str) -> Surroundings:
    """A command whose output goes to /dev/full."""

    def call(folder: Path) -> int:
        with open("/dev/full", "wb") as full:
            process = start_command(folder, {"PYTHONUNBUFFERED": unbuffered}, stdout=full)
            process.communicate()
            return process.returncode

    return call


def in_a_terminal(columns: int, folder: Path, *, closed: bool = False) -> int:
    """A command in a terminal with so many columns, which may be closed after a checkpoint."""
    leader, follower = pty.openpty()
    process = start_command(
        folder,
        {"COLUMNS": str(columns), "TERM": "xterm"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        before=["setsid", "--ctty"],
    )
    os.close(follower)
    while process.poll() is None:
        if closed and any(folder.glob("*/seed-0/checkpoints/step-*")):
            break
        if select.select([leader], [], [], 0.01)[0]:
            with contextlib.suppress(OSError):  # at the end
                os.read(leader, 4096)
    os.close(leader)  # the system sends SIGHUP to the process
    return process.wait()


def closed_terminal(ground: Ground) -> Iterator[Case]:
    """The terminal is closed during the training: the state is saved, and the status is 129."""
    found = 0
    while found < ground.some(5, 1):
        with ground.folder() as folder:
            status = in_a_terminal(80, folder, closed=True)
            if status == 0:  # it had ended before
                continue
            found += 1
            right = status in (128 + signal.SIGHUP, -signal.SIGHUP)
            resumed = ground.resumed("command", folder)
            yield resumed if right else ("lost", f"the status is {status}")


def with_clock(name: str, change: Callable[[float], float], ground: Ground) -> Iterator[Case]:
    """All clocks of Python go wrong during a run."""
    with contextlib.ExitStack() as patches, ground.folder() as folder:
        for clock in ("time", "monotonic", "perf_counter"):
            real = getattr(time, clock)
            wrong = functools.partial(_call, change, real)
            patches.enter_context(mock.patch.object(time, clock, wrong))
        problem = error_of(lambda: RUNS[name](folder))
        if problem is None:
            both = (contents(folder), ground.wanted(name))
            yield compare(*(last_states(one, both[1]) for one in both))
        else:
            yield "lost", f"ends with {problem!r}"


def _call(change: Callable[[float], float], real: Callable[[], float]) -> float:
    return change(real())


def clocks(ground: Ground) -> Iterator[Case]:
    """Clocks that go backwards, stand still, and jump by a year."""
    draws, year = random.Random(0), 365.0 * 24 * 3600
    for change in (
        lambda now: -now,
        lambda now: 1000.0,
        lambda now: now - draws.uniform(0, 60),
        lambda now: now + draws.uniform(-year, year),
    )[:: ground.some(1, 4)]:
        for name in ("training", "experiment", "population"):
            yield from with_clock(name, change, ground)


BUFFERING = ("", "1")
OLD_C = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
ASCII = [
    with_variables(LC_ALL="C", PYTHONIOENCODING="ascii"),
    with_variables(LC_ALL="POSIX", PYTHONIOENCODING="ascii:strict", PYTHONUTF8="0"),
    with_variables(**OLD_C),
    with_name("ünïcödé 训练", **OLD_C),
    with_name("ünïcödé 训练", LC_ALL="C", PYTHONIOENCODING="ascii"),
]
HOMES = [
    with_variables(HOME=None),
    with_variables(HOME=None, XDG_CACHE_HOME="", JAX_COMPILATION_CACHE_DIR=None),
    with_variables(HOME="/nowhere", JAX_COMPILATION_CACHE_DIR=None),
    with_variables(HOME="/proc", XDG_CACHE_HOME="relative", JAX_COMPILATION_CACHE_DIR=None),
    with_variables(JAX_COMPILATION_CACHE_DIR="/dev/null/cache"),
]
PATHS = [
    with_name(name)
    for name in ("with spaces", "ünïcödé 训练 🎲", "quotes'\"", "$HOME", os.fsdecode(b"\xff"))
]


def _row(name: str, note: str, surroundings: list[Surroundings], status: int = 0) -> Fault:
    return Fault(name, note, functools.partial(tried, status, surroundings))


FAULTS = [
    _row(
        "a closed pipe instead of standard output",
        "status 141",
        [without_reader("stdout", how) for how in BUFFERING],
        141,
    ),
    _row(
        "a closed pipe instead of standard error",
        "the run goes on",
        [without_reader("stderr", how) for how in BUFFERING],
    ),
    _row(
        "a full device as standard output",
        "/dev/full: status 1",
        [to_a_full_device(how) for how in BUFFERING],
        1,
    ),
    _row(
        "closed standard streams",
        "each, and all",
        [without_streams(0), without_streams(1), without_streams(2), without_streams(0, 1, 2)],
    ),
    _row(
        "a terminal of 20, 1 and 500 columns",
        "a pseudo-terminal, COLUMNS",
        [functools.partial(in_a_terminal, n) for n in (20, 1, 500)],
    ),
    Fault("a terminal that is closed", "a pseudo-terminal: status 129", closed_terminal),
    _row("an ASCII locale", "LC_ALL=C, PYTHONIOENCODING=ascii, no UTF-8 mode", ASCII),
    _row("no home, or one that cannot be written", "HOME, XDG_CACHE_HOME", HOMES),
    _row("paths with spaces, signs and other letters", "of the command line", PATHS),
    Fault("clocks that go backwards, stand still or jump", "patched in Python", clocks),
]
