"""Several processes, connected over the loopback, train as one process does."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from jaxgan.cli import main as jaxgan
from jaxgan.cli.processes import split_words
from jaxgan.runs import compile_chunk
from jaxgan.runs.folder import OBSERVED
from jaxgan.runs.lines import read_rows
from jaxgan.runs.mesh import put, shardings
from jaxgan.training import create_state
from tests.daily import daily_if
from tests.members import MEMBERS, NETWORKS, RECIPES, setup

POINTS: Any = MEMBERS["penalized"].data
LIMIT = 300.0
"""Seconds after which a test takes its processes for stuck."""
SOON = 60.0
"""Seconds in which the others must have ended after one was killed: JAX waits 10."""
KINDS = [*MEMBERS, "streamed"]
DAILY = ["penalized", "streamed"]
WORDS = ["--data", "swiss_roll", "--networks", "mlp(width=8)", "--batch-size", "24"]


def with_devices(number: int) -> dict[str, str]:
    """The environment of this suite with another number of simulated devices."""
    flags = re.sub(r"(device_count)=\d+", rf"\1={number}", os.environ["XLA_FLAGS"])
    return os.environ | {"XLA_FLAGS": flags}


@contextlib.contextmanager
def started(
    processes: int, *words: Any, devices: int = 1, only: int | None = None
) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes of `tests.joint` with this many simulated devices each."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        coordinator = f"127.0.0.1:{free.getsockname()[1]}"
    begin = [sys.executable, "-m", "tests.joint", coordinator, str(processes)]
    children = [
        subprocess.Popen(
            [*begin, str(i), *map(str, words)],
            env=with_devices(devices),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for i in range(processes if only is None else only)
    ]
    try:
        yield children
    finally:
        for child in children:
            child.kill()
            child.communicate()


def results(processes: int, *words: Any, devices: int = 1) -> list[Any]:
    """What each of the processes found."""
    with started(processes, *words, devices=devices) as children:
        ends = [child.communicate(timeout=LIMIT) for child in children]
    for child, (_, problems) in zip(children, ends, strict=True):
        assert child.returncode == 0, problems[-2000:]
    return [json.loads(out.splitlines()[-1]) for out, _ in ends]


@pytest.mark.parametrize(
    ("processes", "devices", "names"),
    [
        (2, 1, DAILY),
        daily_if(False, 2, 1, [*KINDS, *RECIPES]),
        daily_if(False, 2, 2, KINDS),
        daily_if(False, 3, 1, KINDS),
        daily_if(False, 4, 2, KINDS),
    ],
)
def test_several_processes_train_as_one_device_does(
    processes: int, devices: int, names: list[str]
) -> None:
    for found in results(processes, "members", *names, devices=devices):
        # The tolerance of one process with several devices, tests/test_training.py.
        assert {name: error for name, error in found.items() if not error < 2e-5} == {}
        assert set(found) == {*names, "step"}


@pytest.mark.slow
def test_a_population_of_several_processes_is_that_of_one(tmp_path: Path) -> None:
    two, other = results(2, "population", tmp_path / "two", 20)
    assert two == other
    # Two devices of one process are the two devices: the same bits.
    assert results(1, "population", tmp_path / "one", 20, devices=2) == [two]
    results(2, "population", tmp_path / "parts", 10)
    assert results(2, "population", tmp_path / "parts", 20) == [two, two]
    assert results(1, "population", tmp_path / "parts", 20) == [two]


@pytest.mark.slow
def test_a_process_reads_its_own_rows_of_a_stream() -> None:
    # Three steps, each with two critic batches and one generator batch of 24 rows.
    assert results(3, "reads") == [3 * (2 + 1) * 24 // 3] * 3


@pytest.mark.slow
def test_the_doctor_works_in_several_processes() -> None:
    (wanted,) = results(1, "doctor")
    assert results(2, "doctor") == [wanted, wanted]


@pytest.mark.slow
def test_a_cluster_is_found_by_jax(tmp_path: Path) -> None:
    # The variables that SLURM sets, https://docs.jax.dev/en/latest/multi_process.html
    job = {"SLURM_JOB_ID": "61234", "SLURM_NTASKS": "2", "SLURM_STEP_NODELIST": "localhost"}
    words = ["train", *WORDS, "--steps", "4", "--out", str(tmp_path / "run"), "--cluster"]
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "jaxgan", *words],
            env=with_devices(1) | job | {"SLURM_PROCID": str(i), "SLURM_LOCALID": str(i)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for i in range(2)
    ]
    ends = [child.communicate(timeout=LIMIT) for child in children]
    assert [child.returncode for child in children] == [0, 0], ends
    assert str(tmp_path) in ends[0][0]
    assert ends[1][0] == ""


@pytest.mark.slow
def test_a_run_goes_on_with_other_processes_and_devices(tmp_path: Path) -> None:
    first = results(2, "train", tmp_path / "two", 10, 0)
    assert [one["step"] for one in first] == [10, 10]
    assert first[0]["digest"] == first[1]["digest"]
    for name in ("one", "same", "three"):
        shutil.copytree(tmp_path / "two", tmp_path / name)
    (one,) = results(1, "train", tmp_path / "one", 20, 1)
    same = results(2, "train", tmp_path / "same", 20, 0)
    # Two devices of one process are the two devices: the same bits.
    (whole,) = results(1, "train", tmp_path / "whole", 20, 2, devices=2)
    assert {same[0]["digest"], same[1]["digest"]} == {whole["digest"]}
    np.testing.assert_allclose(one["weight"], whole["weight"], atol=2e-5)
    assert [row["step"] for row in read_rows(tmp_path / "same" / OBSERVED)] == [0, 10, 20]


@pytest.mark.slow
@pytest.mark.parametrize(("processes", "devices"), [(1, 8), (3, 1), (4, 1), (4, 2)])
def test_a_run_of_two_processes_goes_on_with_others(
    tmp_path: Path, processes: int, devices: int
) -> None:
    results(2, "train", tmp_path, 10, 0)
    shutil.copytree(tmp_path, tmp_path / "alone", ignore=shutil.ignore_patterns("alone"))
    found = results(processes, "train", tmp_path, 20, 0, devices=devices)
    (alone,) = results(1, "train", tmp_path / "alone", 20, 1)
    for one in found:
        np.testing.assert_allclose(one["weight"], alone["weight"], atol=2e-5)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("process", [0, 1])
def test_a_signal_to_one_process_stops_all_at_the_same_step(
    tmp_path: Path, number: signal.Signals, process: int
) -> None:
    with started(2, "train", tmp_path, 1_000_000, 0) as children:
        wait_for(tmp_path / "checkpoints", "step-000000010")
        children[process].send_signal(number)
        ends = [
            json.loads(child.communicate(timeout=LIMIT)[0].splitlines()[-1]) for child in children
        ]
    assert ends[0] == ends[1]
    assert (tmp_path / "checkpoints" / f"step-{ends[0]['stopped']:09d}").is_dir()


@pytest.mark.slow
@pytest.mark.parametrize("process", [0, 1, 2])
def test_if_a_process_is_killed_the_others_end_and_name_it(tmp_path: Path, process: int) -> None:
    with started(3, "train", tmp_path, 1_000_000, 0) as children:
        wait_for(tmp_path / "checkpoints", "step-000000010")
        children[process].kill()
        begin = time.monotonic()
        problems = [child.communicate(timeout=LIMIT)[1] for child in children]
        assert time.monotonic() - begin < SOON
    named = rf"process {process} is gone|unhealthy \(stopped sending heartbeats\):\n{process}\n"
    if process == 0:
        named += "|leader task was preempted/died"
    for other in {0, 1, 2} - {process}:
        assert children[other].returncode != 0
        assert re.search(named, problems[other]), problems[other][-2000:]
    found = results(2, "train", tmp_path, 200, 0)  # nothing is lost
    assert found[0]["step"] >= 200


@pytest.mark.slow
def test_if_a_process_fails_before_the_training_the_others_end(tmp_path: Path) -> None:
    with started(2, "fails before", tmp_path) as children:
        problems = [child.communicate(timeout=SOON)[1] for child in children]
    assert "Lost: process 1 failed: no such data" in problems[0]
    assert "RuntimeError: no such data" in problems[1]


@pytest.mark.slow
def test_a_process_killed_during_a_save_loses_nothing(tmp_path: Path) -> None:
    for _ in range(5):
        with started(2, "train", tmp_path, 1_000_000, 0) as children:
            wait_for(tmp_path / "checkpoints", ".step-*.partial")
            children[0].kill()
            children[1].communicate(timeout=LIMIT)
    last = max(int(path.name[5:]) for path in (tmp_path / "checkpoints").glob("step-*"))
    shutil.copytree(tmp_path, tmp_path / "alone", ignore=shutil.ignore_patterns("alone"))
    found = results(2, "train", tmp_path, last + 20, 0)
    (whole,) = results(1, "train", tmp_path / "whole", last + 20, 2, devices=2)
    assert found[0]["digest"] == found[1]["digest"] == whole["digest"]


@pytest.mark.slow
def test_a_late_process_is_waited_for(tmp_path: Path) -> None:
    with started(2, "train", tmp_path, 10, 0, only=1) as (first,):
        time.sleep(8)
        assert first.poll() is None
        words: list[Any] = list(first.args)  # pyright: ignore[reportArgumentType]
        words[5] = "1"
        late = subprocess.run(
            words, env=with_devices(1), capture_output=True, text=True, check=True
        )
        out, _ = first.communicate(timeout=LIMIT)
    assert json.loads(out.splitlines()[-1]) == json.loads(late.stdout.splitlines()[-1])


@pytest.mark.slow
def test_a_missing_process_is_not_waited_for_without_end(tmp_path: Path) -> None:
    with started(2, "train", tmp_path, 10, 0, only=1) as (first,):
        _, problems = first.communicate(timeout=LIMIT)
    assert first.returncode != 0
    assert "DEADLINE_EXCEEDED" in problems


@pytest.mark.slow
def test_processes_with_different_setups_are_told_apart() -> None:
    with started(2, "others") as children:
        problems = [child.communicate(timeout=LIMIT)[1] for child in children]
    for problem in problems:
        assert "process 1 differs from process 0: batch_size was 24, is 12" in problem


@pytest.mark.slow
def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    with started(2, "train", tmp_path, 1_000_000, 0):
        wait_for(tmp_path / "checkpoints", "step-000000010")
        with started(2, "train", tmp_path, 20, 0) as children:
            problems = [child.communicate(timeout=LIMIT)[1] for child in children]
    assert "is in use by process" in problems[0]
    assert "process 0 failed" in problems[1]


@pytest.mark.parametrize("name", [daily_if(name in DAILY, name) for name in [*MEMBERS, *NETWORKS]])
def test_no_program_has_a_reduce_scatter(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # It is silently wrong on several CPU processes, https://github.com/jax-ml/jax/issues/40830.
    chosen = MEMBERS.get(name) or setup(NETWORKS[name], RECIPES[name], POINTS)
    compiled, jit = [], jax.jit

    def noted(*arguments: Any, **options: Any) -> Any:
        compiled.append(jit(*arguments, **options))
        return compiled[-1]

    monkeypatch.setattr(jax, "jit", noted)
    n_critic = chosen.recipe.critic_steps(0)
    compile_chunk(
        chosen.networks, chosen.recipe, batch_size=8, n_critic=n_critic, capacity=2, devices=8
    )
    monkeypatch.undo()
    state = create_state(chosen.networks, chosen.recipe, jax.random.key(0), chosen.data)
    arguments = put((state, chosen.data, jax.random.key(1)), shardings(8)[0])
    text = compiled[-1].lower(*arguments, 2).compile().as_text()
    assert "all-reduce" in text
    assert "reduce-scatter" not in text


def test_the_command_line_starts_processes_and_goes_on_with_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XLA_FLAGS", with_devices(1)["XLA_FLAGS"])
    out = str(tmp_path / "run")
    words = ["train", *WORDS, "--steps", "10", "--out", out, "--processes", "2", "--local"]
    with pytest.raises(SystemExit) as end:
        jaxgan.main(words)
    assert end.value.code == 0
    jaxgan.main(["resume", out, "--steps", "20", "--quiet"])
    record = json.loads((tmp_path / "run" / "results.json").read_text())
    assert record["cells"]["wgan_gp"]["seeds"][0]["steps"] == 20


@pytest.mark.slow
def test_a_failure_of_one_process_ends_the_command(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text("{}")
    words = ["train", *WORDS, "--out", str(tmp_path), "--processes", "2", "--local"]
    run = subprocess.run(
        [sys.executable, "-m", "jaxgan", *words], capture_output=True, text=True, timeout=LIMIT
    )
    assert run.returncode == 1
    assert "holds a run of Python code" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--processes", "2"], "--processes do not go together: give --processes N --local"),
        (["--local"], "--local do not go together"),
        (["--coordinator", "a:1"], "--coordinator do not go together"),
        (["--processes", "0", "--local"], "--processes must be at least 1, got 0"),
        (["--processes", "two", "--local"], "invalid int value: 'two': give --processes 2"),
        (
            ["--coordinator", "a:1", "--processes", "2", "--process", "2"],
            "--process must be from 0 to 1, got 2",
        ),
        (
            ["--coordinator", "here", "--processes", "2", "--process", "0"],
            "--coordinator must be HOST:PORT, got 'here'",
        ),
        (["--all", "--processes", "2", "--local"], "does not go with --all"),
    ],
)
def test_options_that_do_not_fit_are_refused(words: list[str], problem: str) -> None:
    with pytest.raises(SystemExit, match=re.escape(problem)):
        jaxgan.main(["run", *words])


def test_only_trainings_take_several_processes() -> None:
    with pytest.raises(ValueError, match="--processes is for run, train, sweep, resume"):
        split_words(["report", "x", "--processes", "2", "--local"])


def wait_for(folder: Path, pattern: str) -> None:
    """Waits until a name in the folder matches."""
    end = time.monotonic() + LIMIT
    while not any(folder.glob(pattern)):
        assert time.monotonic() < end, f"no {pattern} in {folder}"
        time.sleep(0.002)
