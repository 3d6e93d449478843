"""The manifest of a checkpoint, by which damaged files are found."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from jaxgan.runs.provenance import Provenance
from jaxgan.runs.sums import digest

__all__ = ["MANIFEST", "STATE", "UNREADABLE", "Damaged", "read_manifest", "signed", "verified"]

STATE, MANIFEST = "state.safetensors", "manifest.json"
UNREADABLE = (OSError, ValueError, KeyError, TypeError, RecursionError, msgspec.MsgspecError)
"""What reading a file of another kind raises."""


class Damaged(ValueError):
    """A checkpoint whose files differ from what was written."""

    @property
    def is_unread(self) -> bool:
        """Whether the disk failed: what is there may be sound."""
        why = self.__cause__
        return isinstance(why, OSError) and why.errno != errno.ENOENT


class _Manifest(msgspec.Struct):
    """What a manifest must have; those of earlier versions have no planned steps and no log."""

    step: int
    settings: dict[str, Any]
    provenance: Provenance
    sha256: dict[str, str]
    loss: float | None
    planned: int | None = None
    log: dict[str, Any] = {}


def signed(manifest: Mapping[str, Any], state: bytes) -> str:
    """The text of a manifest with the sums of the state and of itself.

    Args:
        manifest: what it says, as JSON.
        state: the bytes of the state.

    Returns:
        The content of `manifest.json`.
    """
    sums = {STATE: _digest(state)}
    content = {**manifest, "sha256": sums}
    return json.dumps({**content, "sha256": sums | {MANIFEST: digest(content)}}, indent=1)


def read_manifest(path: Path) -> tuple[dict[str, Any], str]:
    """The manifest of a checkpoint, if it is what was written, and the sum of the state.

    Args:
        path: the folder of the checkpoint.

    Returns:
        `step`, `planned`, `loss`, `log`, `settings`, `provenance` and `sha256`; the sum.

    Raises:
        Damaged: it is not what was written.
    """
    try:
        content = (path / MANIFEST).read_bytes()
        msgspec.json.decode(content, type=_Manifest)
        manifest = json.loads(content)
        own, of_state = manifest["sha256"].pop(MANIFEST), manifest["sha256"][STATE]
    except UNREADABLE as error:
        raise Damaged(f"checkpoint {path} is damaged ({error})") from error
    _check(path, MANIFEST, digest(manifest), own)
    return manifest, of_state


def verified(path: Path) -> tuple[dict[str, Any], bytes]:
    """The manifest and the bytes of the state, if both are what was written.

    Args:
        path: the folder of the checkpoint.

    Returns:
        Both.

    Raises:
        Damaged: one of them is not what was written.
    """
    manifest, wanted = read_manifest(path)
    try:
        data = (path / STATE).read_bytes()
    except OSError as error:
        raise Damaged(f"checkpoint {path} is damaged ({error})") from error
    _check(path, STATE, _digest(data), wanted)
    return manifest, data


def _check(path: Path, name: str, found: str, wanted: str) -> None:
    if found != wanted:
        raise Damaged(f"checkpoint {path} is damaged (sha256 of {name} differs)")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
