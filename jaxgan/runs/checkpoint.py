"""Checkpoints on disk: atomic, verified, the last few and the best.

A checkpoint is a folder `step-000000500` with `state.safetensors` and `manifest.json`. The manifest
contains the step, the planned steps, the settings and versions of the run, and the sha256 of both
files.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import safetensors.flax

from jaxgan.runs.identity import differences
from jaxgan.runs.manifest import (
    MANIFEST,
    STATE,
    UNREADABLE,
    Damaged,
    read_manifest,
    signed,
    verified,
)
from jaxgan.runs.provenance import provenance
from jaxgan.runs.whole import sync
from jaxgan.training import TrainState

__all__ = ["Damaged", "check_settings", "log_of", "newest_manifest", "restore", "save", "steps_of"]

NAME = re.compile(r"step-(\d{9,})")


def save(
    folder: Path,
    state: TrainState,
    settings: Mapping[str, Any],
    *,
    keep: int = 2,
    loss: float | None = None,
    planned: int | None = None,
    log: Mapping[str, Any] | None = None,
) -> Path:
    """Writes a checkpoint atomically.

    Args:
        folder: the folder of the run's checkpoints; created if needed, in an existing folder.
        state: the state to save.
        settings: the run's settings, as JSON; `restore` compares them.
        keep: number of the last checkpoints to keep, besides the best.
        loss: the value by which the best checkpoint is chosen, lower is better; a checkpoint whose
            value is not finite is never the best.
        planned: the number of steps of the run.
        log: what the logs need to go on from here, as JSON, see `log_of`.

    Returns:
        The folder of this checkpoint.

    Raises:
        OSError: the folder cannot be written.
    """
    final = _place(folder, int(state.step))
    partial = folder / f".{final.name}.{os.getpid()}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    folder.mkdir(exist_ok=True)  # but not a run's folder that was removed
    partial.mkdir()
    data = safetensors.flax.save(_flatten(state))
    (partial / STATE).write_bytes(data)
    manifest = {
        "step": int(state.step),
        "planned": planned,
        "loss": None if loss is None or not math.isfinite(loss) else loss,
        "log": dict(log or {}),
        "settings": dict(settings),
        "provenance": provenance(),
    }
    (partial / MANIFEST).write_text(signed(manifest, data))
    for path in (partial / STATE, partial / MANIFEST, partial):
        sync(path)
    _remove(final)
    partial.rename(final)
    sync(folder)
    _prune(folder, int(state.step), keep)
    return final


def restore(
    folder: Path,
    like: TrainState,
    settings: Mapping[str, Any] | None = None,
    *,
    best: bool = False,
) -> TrainState | None:
    """The newest undamaged checkpoint; damaged ones are skipped with a warning.

    Args:
        folder: the folder of the run's checkpoints.
        like: a state with the same shapes, such as the initial one.
        settings: the run's settings, which must equal the saved ones; not compared if None.
        best: whether to prefer the checkpoint with the lowest loss, if losses were given.

    Returns:
        The state, or None if there are no checkpoints.

    Raises:
        Damaged: all checkpoints are damaged.
        ValueError: the checkpoint was made with other settings or networks.
    """
    problems = []
    steps = steps_of(folder)[::-1]
    losses = _losses(folder)[0] if best else {}
    for step in sorted(steps, key=lambda step: losses.get(step, math.inf)):
        path = _place(folder, step)
        try:
            manifest, data = verified(path)
            arrays = _arrays(path, data)
        except Damaged as problem:
            warnings.warn(f"{problem}; trying the one before", stacklevel=2)
            problems.append(str(problem))
            continue
        if settings is not None:
            check_settings(manifest["settings"], settings)
        return _unflatten(arrays, like)
    if problems:
        raise Damaged(
            f"all checkpoints in {folder} are damaged: {'; '.join(problems)}. Start in a new folder"
        )
    return None


def newest_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of the newest undamaged checkpoint, or None if there is none.

    Args:
        folder: the folder of the run's checkpoints.

    Returns:
        `step`, `planned`, `loss`, `settings` and `provenance`.
    """
    for step in steps_of(folder)[::-1]:
        with contextlib.suppress(Damaged):
            return verified(_place(folder, step))[0]
    return None


def log_of(folder: Path, step: int) -> dict[str, Any]:
    """What was saved for the logs with the undamaged checkpoint of a step.

    Args:
        folder: the folder of the run's checkpoints.
        step: the step.

    Returns:
        The `log` of `save`; empty for checkpoints of earlier versions.
    """
    return read_manifest(_place(folder, step))[0].get("log", {})


def steps_of(folder: Path) -> list[int]:
    """The steps of the checkpoints in a folder, in order, without partial ones and other files."""
    names = (NAME.fullmatch(path.name) for path in folder.glob("step-*"))
    return sorted(int(name[1]) for name in names if name)


def _arrays(path: Path, data: bytes) -> dict[str, jax.Array]:
    try:
        return safetensors.flax.load(data)
    except (safetensors.SafetensorError, *UNREADABLE) as error:
        raise Damaged(f"checkpoint {path} is damaged ({error})") from error


def check_settings(saved: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Checks that the settings of an earlier run are those of this run.

    Args:
        saved: the settings of the earlier run.
        given: the settings of this run.

    Raises:
        ValueError: they differ.
    """
    changed = differences(saved, json.loads(json.dumps(dict(given))))
    if changed:
        raise ValueError(
            f"the run was made with other settings: {'; '.join(changed)}. Resume with the same "
            "settings, or start in a new folder"
        )


def _flatten(state: TrainState) -> dict[str, jax.Array]:
    leaves, _ = jax.tree_util.tree_flatten_with_path(state)
    return {jax.tree_util.keystr(path): jax.numpy.asarray(leaf) for path, leaf in leaves}


def _unflatten(arrays: Mapping[str, jax.Array], like: TrainState) -> TrainState:
    wanted = {name: (leaf.shape, leaf.dtype) for name, leaf in _flatten(like).items()}
    found = {name: (leaf.shape, leaf.dtype) for name, leaf in arrays.items()}
    if wanted != found:
        name = sorted(set(wanted.items()) ^ set(found.items()))[0][0]
        raise ValueError(
            f"the checkpoint has other networks or optimizers: {name} is {found.get(name)} there "
            f"and {wanted.get(name)} here. Resume with the same, or start in a new folder"
        )
    leaves, tree = jax.tree_util.tree_flatten_with_path(like)
    return jax.tree.unflatten(tree, [arrays[jax.tree_util.keystr(path)] for path, _ in leaves])


def _losses(folder: Path) -> tuple[dict[int, float], set[int]]:
    """The losses of the checkpoints that have one, and the steps of those that cannot be read now.

    It warns of damaged ones.
    """
    losses: dict[int, float] = {}
    unread: set[int] = set()
    for step in steps_of(folder):
        try:
            loss = read_manifest(_place(folder, step))[0]["loss"]
        except Damaged as problem:
            warnings.warn(f"{problem}; it is not taken for the best", stacklevel=2)
            if problem.is_unread:
                unread.add(step)
        else:
            losses |= {} if loss is None else {step: loss}
    return losses, unread


def _prune(folder: Path, last: int, keep: int) -> None:
    """Removes damaged checkpoints of later steps, then all but the last and the best.

    One that cannot be read now may be the best, and stays.
    """
    for step in steps_of(folder):
        if step > last and _is_damaged(_place(folder, step)):
            _remove(_place(folder, step))
    losses, kept = _losses(folder)
    if losses:
        kept.add(min(losses, key=lambda step: losses[step]))
    for step in [step for step in steps_of(folder) if step <= last][:-keep]:
        if step not in kept:
            _remove(_place(folder, step))
    for leftover in folder.glob(".step-*.partial"):
        shutil.rmtree(leftover, ignore_errors=True)


def _place(folder: Path, step: int) -> Path:
    return folder / f"step-{step:09d}"


def _is_damaged(path: Path) -> bool:
    try:
        verified(path)
    except Damaged as problem:
        return not problem.is_unread
    return False


def _remove(path: Path) -> None:
    """Removes a checkpoint, at once for those who look for it; of a link, only the link."""
    with contextlib.suppress(OSError):
        if path.is_symlink():
            path.unlink()
        elif path.exists():
            hidden = path.rename(path.with_name(f".{path.name}.{os.getpid()}.old.partial"))
            shutil.rmtree(hidden, ignore_errors=True)
