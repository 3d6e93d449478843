"""What a run has written, without times and provenance, and how that differs from what it should.

State, metrics, observations and records count, to the last bit; dates and durations do not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

__all__ = ["Contents", "Outcome", "compare", "contents"]

Outcome = Literal["survived", "lost", "wrong"]
"""Lost: a part is missing, or the run does not go on. Wrong: there is something else, silently."""
Contents = Mapping[str, Any]
TIMES = {"seconds", "provenance", "sha256", "log", "settings", "identity", "started"}
"""What may differ, or contains what may differ."""


def contents(folder: Path) -> dict[str, Any]:
    """What counts of the files of a run, by path and name.

    Args:
        folder: the run's folder.
    """
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_dir() or any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        if path.suffix == ".jsonl":
            rows = [_read(line) for line in path.read_bytes().splitlines()]
            found |= {f"{name} line {i}": row for i, row in enumerate(rows)}
        elif path.suffix == ".json" and path.name != "run.json":
            found[name] = _read(path.read_bytes())
        elif path.suffix == ".npz":
            with np.load(path) as arrays:
                found |= {f"{name} {key}": _digest(arrays[key].tobytes()) for key in arrays}
        elif path.suffix in (".safetensors", ".png"):
            found[name] = _digest(path.read_bytes())
        else:
            found[name] = "a file"
    return found


def compare(found: Contents, wanted: Contents) -> tuple[Outcome, str]:
    """How what was found differs from what is wanted.

    Args:
        found: the contents of a run that was disturbed.
        wanted: those of an undisturbed one.

    Returns:
        The outcome, and the first difference.
    """
    other = [name for name in found if name not in wanted or found[name] != wanted[name]]
    missing = [name for name in wanted if name not in found]
    if other:
        return "wrong", f"{other[0]}: {found[other[0]]}, not {wanted.get(other[0])}"
    return ("lost", f"{missing[0]} is missing") if missing else ("survived", "")


def _read(content: bytes) -> Any:
    try:
        return _timeless(json.loads(content))
    except ValueError:
        return "not JSON"


def _timeless(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {name: _timeless(part) for name, part in content.items() if name not in TIMES}
    return [_timeless(part) for part in content] if isinstance(content, list) else content


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
