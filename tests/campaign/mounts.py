"""Real small and read-only disks: `unshare -rm python -m tests.campaign.mounts full 1`.

Prints an outcome per line, as JSON. Disks are mounted in this process's namespace only.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.campaign.ground import Case, Ground, error_of, in_a_line
from tests.campaign.trainings import RUNS

KIB = range(16, 132, 4)
"""Sizes of the full disks; the whole training needs about 100 KiB."""


def mount(place: Path, *options: str) -> None:
    """Mounts a tmpfs, or mounts it again with other options."""
    command = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(place)]
    subprocess.run(command, check=True)


def full(place: Path, ground: Ground, every: int) -> Iterator[Case]:
    """A training on a disk that is too small, which then gets larger."""
    for size in KIB[::every]:
        mount(place, f"size={size}k")
        case = in_a_line(error_of(lambda: RUNS["training"](place / "run")))
        mount(place, "remount", "size=16m")
        yield ground.resumed("training", place / "run") if case[0] == "survived" else case
        subprocess.run(["umount", str(place)], check=True)


def read_only(place: Path, ground: Ground, every: int) -> Iterator[Case]:
    """A training in an empty folder, one that was killed and one that is complete."""
    del every
    for begin in (lambda run: run.mkdir(), lambda run: ground.half("training", run), None):
        mount(place, "size=16m")
        run = place / "run"
        shutil.copytree(ground.whole("training"), run) if begin is None else begin(run)
        mount(place, "remount", "ro")
        problem = error_of(lambda run=run: RUNS["training"](run))
        mount(place, "remount", "rw")
        case = in_a_line(problem) if problem else ("wrong", "nothing was said")
        yield ground.resumed("training", run) if case[0] == "survived" else case
        subprocess.run(["umount", str(place)], check=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        disk = Path(name) / "disk"
        disk.mkdir()
        tries = {"full": full, "read-only": read_only}[sys.argv[1]]
        for found in tries(disk, Ground(Path(name)), int(sys.argv[2])):
            print(json.dumps(found), flush=True)
