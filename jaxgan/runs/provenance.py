"""The commit, versions and machine that produced a result."""

from __future__ import annotations

import functools
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import jax

import jaxgan

__all__ = ["Provenance", "merged", "provenance"]

Provenance = dict[str, str | bool | dict[str, str] | None]
"""What `provenance` returns, and when a run was started, as it is stored."""

PACKAGES = ("jax", "jaxlib", "flax", "optax", "numpy")


@functools.cache
def provenance() -> dict[str, Any]:
    """The commit, versions and device of this process, as JSON.

    Returns:
        `commit` (None outside a Git checkout), `dirty` (whether files differ from it), `device`,
        `platform` and `versions`.

    >>> provenance()["versions"]["jax"] == jax.__version__
    True
    """
    commit = _git("rev-parse", "HEAD")
    device = jax.devices()[0]
    return {
        "commit": commit,
        "dirty": bool(commit and _git("status", "--porcelain")),
        "device": f"{jax.device_count()} x {device.device_kind}, {os.cpu_count()} cores",
        "platform": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "versions": {"jaxgan": jaxgan.__version__}
        | {package: metadata.version(package) for package in PACKAGES},
    }


def merged(found: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The provenance of numbers that several processes computed.

    Args:
        found: the provenance of each.

    Returns:
        Their common values; different values are joined, and one dirty checkout makes all dirty.

    >>> merged([{"commit": "a", "dirty": True}, {"commit": "b", "dirty": False}])
    {'commit': 'a, b', 'dirty': True}
    """
    found = list(found)
    names = dict.fromkeys(name for one in found for name in one)
    return {name: _joined([one[name] for one in found if name in one]) for name in names}


def _joined(values: Sequence[Any]) -> Any:
    if all(isinstance(value, Mapping) for value in values):
        return merged(values)
    if all(isinstance(value, bool) for value in values):
        return any(values)
    distinct = list(dict.fromkeys(values))
    return distinct[0] if len(distinct) == 1 else ", ".join(map(str, distinct))


def _git(*words: str) -> str | None:
    command = ["git", "-C", str(Path(__file__).parent), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
