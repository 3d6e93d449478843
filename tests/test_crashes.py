"""What is on the disk when a process or the machine stops at any moment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import pytest

from jaxgan.runs import bookkeeping, checkpoint
from jaxgan.runs.bookkeeping import Bookkeeping, Chunk, Plan
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


def test_a_checkpoint_is_at_most_so_many_minutes_old(monkeypatch: pytest.MonkeyPatch) -> None:
    now, saved = 0.0, []
    monkeypatch.setattr(bookkeeping.time, "monotonic", lambda: now)
    monkeypatch.setattr(RunFolder, "save", lambda self, state: saved.append(int(state.step)))
    plan = Plan(100, 100, 100, (), save_minutes=2.0).check()
    books = Bookkeeping(plan, RunFolder(None, {}, None, 100), None, lambda step, metrics: None)
    for step in range(10, 110, 10):
        now += 50.0
        books.after(Chunk(at(step), {}, None, 1.0), [])
    # The chunks that end at least 120 s after the checkpoint before, and the last step.
    assert saved == [30, 60, 90, 100]
    with pytest.raises(ValueError, match="save_minutes must be more than 0, got 0"):
        Plan(1, 1, 1, (), save_minutes=0.0).check()
