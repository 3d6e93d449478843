"""What is on the disk when a process or the machine stops at any moment."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import pytest

from jaxgan import recipes
from jaxgan.cli.launch import with_remedy
from jaxgan.cli.main import app, main
from jaxgan.networks import presets
from jaxgan.runs import bookkeeping, checkpoint
from jaxgan.runs.bookkeeping import Bookkeeping, Chunk, Interrupted, Plan
from jaxgan.runs.folder import RunFolder
from jaxgan.runs.lines import read_rows
from jaxgan.runs.lock import locked
from jaxgan.runs.loop import train
from jaxgan.runs.pace import Stopped, stoppable
from jaxgan.study import Experiment, Record, Scale, run
from jaxgan.training import Dataset, Player, Setup, TrainState


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
    monkeypatch.setattr(checkpoint, "log_of", lambda *args: {})
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
    with pytest.raises(ValueError, match="save_minutes must be positive, got 0"):
        Plan(1, 1, 1, (), save_minutes=0.0).check()


def test_a_signal_in_the_only_observation_of_a_run_stops_it(tmp_path: Path) -> None:
    # Of a run whose steps were all taken before, only the observation is missing.
    with stoppable() as stopped:

        def observe(state: TrainState) -> dict[str, float]:
            signal.raise_signal(signal.SIGTERM)
            return {}

        log = RunFolder(None, {}, None, 4)
        books = Bookkeeping(Plan(4, 1, 1, (4,), 1.0), log, observe, lambda step, metrics: None)
        with pytest.raises(Interrupted, match="stopped after step 4") as stop:
            books.start(at(4), stopped)
        assert stop.value.number == signal.SIGTERM
        with pytest.raises(Stopped, match="at once"):
            signal.raise_signal(signal.SIGTERM)


@pytest.mark.parametrize(
    ("stop", "status"),
    [
        (Interrupted("after step 2", at(2), signal.SIGTERM), 143),
        (Stopped("at once", signal.SIGTERM), 143),
        (KeyboardInterrupt(), 130),
    ],
)
def test_a_scheduler_can_tell_a_signal_from_an_error(
    stop: KeyboardInterrupt,
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    def cli(**options: Any) -> None:
        raise with_remedy(stop, tmp_path, None)

    monkeypatch.setattr(app, "cli", cli)
    with pytest.raises(SystemExit) as found:
        main(["resume", str(tmp_path)])
    assert found.value.code == status
    assert f"Resume with: jaxgan resume {tmp_path}" in capsys.readouterr().err


def test_a_folder_is_locked_until_its_process_ends(tmp_path: Path) -> None:
    hold = (
        "import fcntl, time; f = open('.lock', 'w'); f.write('process 7 on pluto'); f.flush();"
        "fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); time.sleep(600)"
    )
    command, text = (
        [sys.executable, "-c", hold],
        f"{re.escape(str(tmp_path))} is in use by process 7",
    )
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(BlockingIOError, match=f"{text} on pluto: wait"), locked(tmp_path):
            pass
        other.kill()
    with locked(tmp_path):
        assert f"process {os.getpid()} on " in (tmp_path / ".lock").read_text()


SETUP = Setup(presets.mlp((2,), width=4), recipes.wgan_gp(), Dataset(jnp.zeros((4, 2))), 2, steps=0)
EXPERIMENT = Experiment("A cell.", {"small": Scale(lambda: {"a": lambda seed, folder: Record()})})


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: train(SETUP, folder=folder, progress=False),
        lambda folder: run(EXPERIMENT, folder, progress=False),
    ],
)
def test_whatever_writes_to_a_folder_locks_it(write: Any, tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(BlockingIOError, match="is in use"):
        write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]
