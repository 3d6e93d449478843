"""What is on the disk when a process or the machine stops at any moment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import pytest

from jaxgan.runs import checkpoint
from jaxgan.runs.folder import RunFolder, read_rows
from jaxgan.training import Player, TrainState


def at(step: int) -> TrainState:
    player = Player({}, {}, ())
    return TrainState(jnp.asarray(step), player, player, None)


def test_lines_are_on_the_disk_before_their_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A file that is renamed before it is synced may be empty after a crash of the machine.
    done: list[str] = []

    def sync(file: int) -> None:
        done.append(Path(os.readlink(f"/proc/self/fd/{file}")).name)

    def save(*args: Any, **options: Any) -> None:
        done.append("checkpoint")

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(checkpoint, "save", save)
    monkeypatch.setattr(checkpoint, "restore", lambda *args: at(0))
    log, names = RunFolder(tmp_path, {}, None, 8), ("metrics.jsonl", "observed.jsonl")
    for name in names:
        (tmp_path / name).write_text('{"step": 0}\n{"step": 4}\n')
    log.restore(at(0))
    assert done == [
        ".metrics.jsonl.partial",
        tmp_path.name,
        ".observed.jsonl.partial",
        tmp_path.name,
    ]
    assert [read_rows(tmp_path / name) for name in names] == [[{"step": 0}]] * 2
    done.clear()
    log.save(at(0))
    assert done == [*names, "checkpoint"]
