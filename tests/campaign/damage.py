"""Files that were damaged between two runs: torn lines, truncated, flipped, empty and missing ones.

A resumed run may refuse a damaged file in one line, or say what is damaged and go on with the right
state; it never goes on silently with something else.
"""

from __future__ import annotations

import functools
import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from jaxgan.cli.settings import RUN, claim_folder, read_settings
from jaxgan.runs.checkpoint import steps_of
from jaxgan.runs.folder import METRICS, OBSERVED
from jaxgan.runs.lines import read_rows
from tests.campaign.contents import compare
from tests.campaign.ground import SURVIVED, Case, Fault, Ground
from tests.campaign.operations import watched
from tests.campaign.trainings import RUNS

__all__ = ["FAULTS"]

Damage = Callable[[bytes, random.Random], bytes | None]
"""Function from the bytes of a file to what is left of it; None if it is missing."""


def torn_lines(ground: Ground) -> Iterator[Case]:
    """The lines after the last checkpoint end at any byte; nothing of them is needed."""
    with ground.folder() as half:
        ground.half("training", half)
        last = steps_of(half / "checkpoints")[-1]
        for name in (METRICS, OBSERVED):
            content = (half / name).read_bytes()
            kept = [row for row in read_rows(half / name) if row["step"] <= last]
            begin = sum(len(json.dumps(row)) + 1 for row in kept)
            for end in range(begin, len(content), ground.some(1, 100)):
                with ground.folder() as folder:
                    shutil.copytree(half, folder)
                    (folder / name).write_bytes(content[:end])
                    yield ground.resumed("training", folder)


def damaged(name: str, state: str, damage: Damage, many: int, ground: Ground) -> Iterator[Case]:
    """One of the files that a resumed run reads is damaged.

    Args:
        name: the run.
        state: "half" or "whole": how far it came before.
        damage: the damage.
        many: how many times each file is damaged.
        ground: where to try it.
    """
    draws = random.Random(0)
    with ground.folder() as base:
        if state == "half":
            ground.half(name, base)
        else:
            shutil.copytree(ground.whole(name), base)
        for file in _read_files(name, base, ground):
            for _ in range(ground.some(many, 1)):
                with ground.folder() as folder:
                    shutil.copytree(base, folder)
                    left = damage((folder / file).read_bytes(), draws)
                    (folder / file).unlink()
                    if left is not None:
                        (folder / file).write_bytes(left)
                    yield ground.resumed(name, folder, damaged=str(file))


def _read_files(name: str, base: Path, ground: Ground) -> list[Path]:
    """The files that a resumed run reads before it writes them, but not its lock."""
    with ground.folder() as folder:
        shutil.copytree(base, folder)
        before = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
        with watched(folder) as operations:
            RUNS[name](folder)
        read = [one.path.relative_to(folder) for one in operations if one.kind == "read"]
    return [path for path in dict.fromkeys(read) if path in before]


def flipped_settings(ground: Ground) -> Iterator[Case]:
    """Each bit of `run.json`: the command line refuses it, or reads the same settings."""
    what = {"data": "swiss_roll", "recipe": "wgan_gp", "networks": "mlp", "steps": 2000}
    settings = {"command": "train", "what": what, "arguments": {"seeds": 1}}
    with ground.folder() as folder:
        folder.mkdir()
        claim_folder(folder, settings)
        content = (folder / RUN).read_bytes()
        for bit in range(0, 8 * len(content), ground.some(1, 100)):
            (folder / RUN).write_bytes(_flip(content, bit))
            try:
                yield compare(read_settings(folder), settings)
            except ValueError:  # which is a line
                yield SURVIVED


def flip(content: bytes, draws: random.Random) -> bytes:
    """Changes one bit."""
    return _flip(content, draws.randrange(8 * len(content))) if content else b"\x01"


def truncate(content: bytes, draws: random.Random) -> bytes:
    """Keeps the beginning only."""
    return content[: draws.randrange(len(content))] if content else b""


def _flip(content: bytes, bit: int) -> bytes:
    byte = bit // 8
    return content[:byte] + bytes([content[byte] ^ (1 << bit % 8)]) + content[byte + 1 :]


KINDS: dict[str, tuple[Damage, int]] = {
    "a flipped bit in a": (flip, 60),
    "a truncated": (truncate, 15),
    "an empty": (lambda content, draws: b"", 1),
    "a missing": (lambda content, draws: None, 1),
}
BASES = {
    ("training", "half"): "a training that was killed",
    ("training", "whole"): "a complete training",
    ("experiment", "half"): "an experiment that was killed",
    ("experiment", "whole"): "a complete experiment",
}
FAULTS = [
    Fault("torn lines after the last checkpoint", "cut after each byte", torn_lines),
    *(
        Fault(
            f"{kind} file of {base}",
            "every file that a resumed run reads",
            functools.partial(damaged, name, state, damage, many),
        )
        for (name, state), base in BASES.items()
        for kind, (damage, many) in KINDS.items()
    ),
    Fault("a flipped bit in run.json", "every bit", flipped_settings),
]
