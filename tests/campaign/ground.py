"""Where faults are tried: scratch folders, undisturbed runs, and the verdict after a fault."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.campaign.contents import Contents, Outcome, compare, contents
from tests.campaign.operations import watched
from tests.campaign.trainings import RUNS

__all__ = [
    "Case",
    "Fault",
    "Ground",
    "error_of",
    "in_a_line",
    "last_states",
    "without_leftovers",
]

Case = tuple[Outcome, str]
"""What came out of one try, and the first difference if the run did not survive."""
SURVIVED: Case = ("survived", "")
LINE = (ValueError, TypeError, OSError, ImportError, MemoryError)
"""Errors that the command line reports in one line, with status 1."""


class Fault(NamedTuple):
    """A row of the campaign.

    Attributes:
        name: what happens.
        note: how it is made to happen.
        cases: tries it and yields the outcomes.
    """

    name: str
    note: str
    cases: Callable[[Ground], Iterator[Case]]


class Ground:
    """Scratch space and what undisturbed runs write.

    Args:
        scratch: an empty folder.
        quick: whether to try a few cases of each fault only.
    """

    def __init__(self, scratch: Path, quick: bool = False) -> None:
        self._scratch, self._quick = scratch, quick
        self._numbers = itertools.count()
        self._undisturbed: dict[str, tuple[Path, Contents, float]] = {}

    def some(self, many: int, few: int) -> int:
        """The number of cases: `many`, or `few` if it should be quick."""
        return few if self._quick else many

    def new(self) -> Path:
        """The path of a folder that does not exist yet, in a new one."""
        place = self._scratch / str(next(self._numbers))
        place.mkdir(parents=True)
        return place / "run"

    @contextlib.contextmanager
    def folder(self) -> Iterator[Path]:
        """A new path during a `with` block."""
        path = self.new()
        try:
            yield path
        finally:
            shutil.rmtree(path.parent, ignore_errors=True)

    def whole(self, name: str) -> Path:
        """The folder of an undisturbed run."""
        return self._run(name)[0]

    def wanted(self, name: str) -> Contents:
        """What an undisturbed run writes."""
        return self._run(name)[1]

    def seconds(self, name: str) -> float:
        """The time of an undisturbed run."""
        return self._run(name)[2]

    def _run(self, name: str) -> tuple[Path, Contents, float]:
        """An undisturbed run; two of them must agree."""
        if name not in self._undisturbed:
            first, second = self.new(), self.new()
            RUNS[name](first)
            begin = time.monotonic()
            RUNS[name](second)
            seconds = time.monotonic() - begin
            outcome, difference = compare(contents(second), contents(first))
            if outcome != "survived":
                raise RuntimeError(f"two undisturbed runs of {name} differ: {difference}")
            self._undisturbed[name] = (first, contents(first), seconds)
        return self._undisturbed[name]

    def half(self, name: str, folder: Path) -> None:
        """Leaves a run in a folder as if its process had been killed in the middle."""
        with self.folder() as root:
            with watched(root) as operations:
                RUNS[name](root)
            middle = 2 * len(operations) // 3
            shutil.rmtree(root)
            with watched(
                root,
                lambda one: shutil.copytree(root, folder) if one.number == middle else None,
            ):
                RUNS[name](root)

    def resumed(self, name: str, folder: Path, *, damaged: str | None = None) -> Case:
        """The outcome when a run goes on after a fault.

        Args:
            name: the run.
            folder: its folder.
            damaged: the name of a damaged file: the run may refuse it, or say what is damaged and
                go on with the right state.
        """
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            problem = error_of(lambda: RUNS[name](folder))
        if problem is not None:
            case = in_a_line(problem)
            return case if damaged else ("lost", f"does not go on: {problem!r}")
        if said and not damaged:
            return "wrong", f"warns without a reason: {said[0].message}"
        found, wanted = contents(folder), self.wanted(name)
        if said and damaged:
            found, wanted = (_without(damaged, one, wanted) for one in (found, wanted))
        elif damaged and "checkpoints/" in damaged:  # a complete run does not need it
            unread = str(Path(damaged).parent)
            found, wanted = (_outside(unread, one) for one in (found, wanted))
        return compare(without_leftovers(found, wanted), wanted)


def without_leftovers(found: Contents, wanted: Contents) -> Contents:
    """What was found, without old checkpoints that were not removed, which do no harm."""
    return {n: part for n, part in found.items() if "checkpoints/" not in n or n in wanted}


def last_states(found: Contents, wanted: Contents) -> Contents:
    """What was found, of the checkpoints only the last states: others are saved by the clock."""
    last = _last(wanted)
    return {n: part for n, part in found.items() if "checkpoints/" not in n or n in last}


def _without(damaged: str, found: Contents, wanted: Contents) -> Contents:
    """What does not depend on a damaged file: neither the best checkpoint nor what is drawn."""
    if damaged.endswith((".jsonl", "record.json")):
        return {name: part for name, part in found.items() if name in _last(wanted)}
    return last_states(found, wanted)


def _last(wanted: Contents) -> set[str]:
    """The last state of each training."""
    states = sorted(name for name in wanted if name.endswith(".safetensors"))
    return set({name.split("checkpoints/")[0]: name for name in states}.values())


def _outside(folder: str, found: Contents) -> Contents:
    """What was found outside of a folder."""
    return {name: part for name, part in found.items() if not name.startswith(f"{folder}/")}


def error_of(call: Callable[[], object]) -> Exception | None:
    """The error of a call, or None."""
    try:
        call()
    except Exception as error:
        return error
    return None


def in_a_line(problem: Exception | None) -> Case:
    """Whether the command line reports an error, if there is one, in one line."""
    if problem is None or (isinstance(problem, LINE) and "\n" not in str(problem)):
        return SURVIVED
    return "lost", f"ends with a traceback: {type(problem).__name__}: {problem}"
