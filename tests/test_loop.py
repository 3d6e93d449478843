"""A run resumes where it was stopped, to the bit; it stops on signals and divergence."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import recipes
from jaxgan.objectives import Wasserstein
from jaxgan.optimizers import sgd
from jaxgan.runs import checkpoint, progress
from jaxgan.runs.checkpoint import steps_of
from jaxgan.runs.lines import read_rows
from jaxgan.runs.loop import Diverged, Interrupted, train
from jaxgan.runs.pace import Pace
from jaxgan.runs.progress import watching
from jaxgan.training import Dataset, Recipe
from tests.daily import daily_if
from tests.members import MEMBERS

pytestmark = pytest.mark.usefixtures("optimized", "unchecked_types")

MEMBER = MEMBERS["penalized"]


def run(steps: int, member: Any = MEMBER, **options: Any) -> Any:
    setup = dataclasses.replace(member, steps=steps, batch_size=options.pop("batch_size", 8))
    return train(setup, **{"log_every": 4, "save_every": 5} | options)


def same(a: Any, b: Any) -> bool:
    return all(bool((x == y).all()) for x, y in zip(*map(jax.tree.leaves, (a, b)), strict=True))


@pytest.mark.parametrize(
    "name", ["penalized", daily_if(False, "batch_norm_generator"), "spectral_norm_critic"]
)
def test_n_steps_are_k_and_the_rest_bit_for_bit(name: str, tmp_path: Path) -> None:
    whole = run(11, MEMBERS[name])
    run(4, MEMBERS[name], folder=tmp_path)
    run(7, MEMBERS[name], folder=tmp_path)
    assert same(run(11, MEMBERS[name], folder=tmp_path), whole)
    assert int(whole.step) == 11


def test_how_often_one_looks_changes_nothing() -> None:
    whole = run(9)
    observe = {
        "observe": lambda state: {"step_seen": float(state.step)},
        "observe_at": range(0, 10, 2),
    }
    assert same(run(9, log_every=3, save_every=2, **observe), whole)


def test_what_a_run_writes(tmp_path: Path) -> None:
    seen: list[int] = []

    def observe(state: Any) -> dict[str, float]:
        seen.append(int(state.step))
        return {"quality": 10.0 - float(state.step)}

    options: dict[str, Any] = {
        "folder": tmp_path,
        "observe": observe,
        "observe_at": (0, 4, 8),
        "best_by": "quality",
    }
    run(6, **options)
    assert seen == [0, 4, 6]
    rows = read_rows(tmp_path / "metrics.jsonl")
    assert [row["step"] for row in rows] == [4, 6]
    assert {"critic/loss", "critic/penalty", "critic/gap", "generator/loss"} < rows[0].keys()
    run(12, **options)
    assert [row["step"] for row in read_rows(tmp_path / "observed.jsonl")] == [0, 4, 6, 8, 12]
    assert [row["step"] for row in read_rows(tmp_path / "metrics.jsonl")] == [4, 6, 8, 12]


def test_a_score_that_is_not_finite_is_never_the_best(tmp_path: Path) -> None:
    def quality(state: Any) -> dict[str, Any]:
        return {"quality": {1: jnp.nan, 2: 0.5}.get(int(state.step), 1.0)}

    run(8, folder=tmp_path, observe=quality, observe_at=range(9), best_by="quality")
    assert steps_of(tmp_path / "checkpoints") == [2, 7, 8]


def test_the_best_checkpoint_is_of_the_state_that_was_measured(tmp_path: Path) -> None:
    # Steps 3 and 6 are measured, 4 and 8 are saved for later: the best is one of the former.
    def quality(state: Any) -> dict[str, Any]:
        return {"quality": np.float32(state.step)}

    options: dict[str, Any] = {"observe": quality, "observe_at": (3, 6), "best_by": "quality"}
    run(11, folder=tmp_path, save_every=4, **options)
    assert steps_of(tmp_path / "checkpoints")[0] == 3


def test_a_measure_that_fails_loses_no_step(tmp_path: Path) -> None:
    def fails(state: Any) -> dict[str, float]:
        raise RuntimeError(f"no measure at {state.step}")

    with pytest.raises(RuntimeError, match="no measure at 7"):
        run(11, folder=tmp_path, observe=fails, observe_at=(7,))
    assert steps_of(tmp_path / "checkpoints")[-1] == 7
    seen: list[int] = []

    def observe(state: Any) -> dict[str, float]:
        seen.append(int(state.step))
        return {}

    run(11, folder=tmp_path, observe=observe, observe_at=(7,))
    assert seen == [7, 11]


def test_lines_are_means_over_steps_and_do_not_depend_on_chunks(tmp_path: Path) -> None:
    run(8, folder=tmp_path / "a", log_every=8)
    run(8, folder=tmp_path / "b", log_every=1)
    (line,) = read_rows(tmp_path / "a" / "metrics.jsonl")
    lines = read_rows(tmp_path / "b" / "metrics.jsonl")
    for name in line.keys() - {"step", "seconds"}:
        np.testing.assert_allclose(line[name], np.mean([row[name] for row in lines]), rtol=1e-5)


def test_what_came_after_the_last_checkpoint_comes_again(tmp_path: Path) -> None:
    run(5, folder=tmp_path)
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write(json.dumps({"step": 9, "critic/gap": 1.0}) + "\n" + '{"step": 10, "cri')
    run(8, folder=tmp_path)
    assert [row["step"] for row in read_rows(tmp_path / "metrics.jsonl")] == [4, 5, 8]


@pytest.mark.parametrize("file", ["metrics.jsonl", "observed.jsonl"])
@pytest.mark.parametrize("damage", ["flipped", "unreadable", "missing"])
def test_a_damaged_line_is_reported_and_costs_no_other_one(
    file: str, damage: str, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"folder": tmp_path, "log_every": 1, "observe_at": range(9)}
    options["observe"] = lambda state: {"number": 3.25}
    run(5, **options)
    lines = (tmp_path / file).read_text().splitlines(keepends=True)
    before = read_rows(tmp_path / file)
    third = {"flipped": lines[2].replace("2", "7"), "unreadable": "\xff" + lines[2], "missing": ""}
    lines[2] = third[damage]
    (tmp_path / file).write_text("".join(lines), encoding="latin-1")
    with pytest.warns(UserWarning, match=rf"{file} is damaged: its lines up to step 5 are not"):
        run(8, **options)
    rows = read_rows(tmp_path / file)
    assert [row for row in before if row not in rows] == [before[2]]
    assert rows[-1]["step"] == 8
    run(8, **options)  # it was said once


def stopping_at(step: int, how: Any) -> dict[str, Any]:
    """An observation that stops the run at a step, the first time."""
    first = iter([True])

    def stop(state: Any) -> dict[str, float]:
        if int(state.step) == step and next(first, False):
            how()
        return {"step_seen": -float(state.step)}

    return {"observe": stop, "observe_at": (step,), "best_by": "step_seen"}


def fails() -> None:
    raise RuntimeError("stopped")


@pytest.mark.parametrize("save_every", [5, 100])
@pytest.mark.parametrize("how", ["signal", "error"])
def test_lines_and_checkpoints_do_not_depend_on_where_a_run_was_stopped(
    how: str, save_every: int, tmp_path: Path
) -> None:
    # Step 7 lies between two lines, and with save_every=100 it is not saved anyway.
    def stop() -> None:
        signal.raise_signal(signal.SIGTERM) if how == "signal" else fails()

    def rows(folder: Path) -> list[dict[str, Any]]:
        return [row | {"seconds": 0} for row in read_rows(folder / "metrics.jsonl")]

    options: dict[str, Any] = {"log_every": 4, "save_every": save_every}
    run(11, folder=tmp_path / "whole", **options, **stopping_at(7, lambda: None))
    parts: dict[str, Any] = {"folder": tmp_path / "parts", **options, **stopping_at(7, stop)}
    with pytest.raises((Interrupted, RuntimeError), match="stopped"):
        run(11, **parts)
    assert [row["step"] for row in rows(tmp_path / "parts")] == [4, 7][: 1 + (how == "signal")]
    run(11, **parts)
    assert rows(tmp_path / "parts") == rows(tmp_path / "whole")
    assert [row["step"] for row in rows(tmp_path / "parts")] == [4, 8, 11]
    saved = [tmp_path / name / "checkpoints" for name in ("whole", "parts")]
    assert steps_of(saved[0]) == steps_of(saved[1])
    best = [checkpoint.restore(folder, run(0), best=True) for folder in saved]
    assert [int(state.step) for state in best if state is not None] == [11, 11]


def test_a_resumed_run_that_is_stopped_at_once_keeps_its_best_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quality(state: Any) -> dict[str, float]:
        return {"quality": abs(float(state.step) - 4.0)}

    options: dict[str, Any] = {"observe": quality, "observe_at": (4, 8), "best_by": "quality"}
    run(4, folder=tmp_path, **options)

    def stop(*arguments: Any, **named: Any) -> Any:
        signal.raise_signal(signal.SIGTERM)
        return watching(*arguments, **named)

    monkeypatch.setattr("jaxgan.runs.loop.watching", stop)
    with pytest.raises(Interrupted, match="after step 4"):
        run(20, folder=tmp_path, **options)
    monkeypatch.undo()
    run(20, folder=tmp_path, **options)
    assert steps_of(tmp_path / "checkpoints")[0] == 4


@pytest.mark.parametrize("what", [".", "metrics.jsonl", "observed.jsonl"])
def test_files_that_are_removed_during_a_run_are_missed(what: str, tmp_path: Path) -> None:
    # Without the lines so far, the rest of the run would be saved as if it were the whole.
    def remove() -> None:
        path = tmp_path / "run" / what
        path.unlink() if path.is_file() else shutil.rmtree(path)

    with pytest.raises(FileNotFoundError, match=r"jsonl was removed during the run: start the run"):
        run(11, folder=tmp_path / "run", log_every=100, **stopping_at(7, remove))
    assert (tmp_path / "run").exists() == (what != ".")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_and_the_run_goes_on(number: int, tmp_path: Path) -> None:
    def stop(state: Any) -> dict[str, float]:
        if int(state.step) == 6:
            signal.raise_signal(number)
        return {}

    usual = signal.default_int_handler
    before = signal.signal(number, usual)  # under nohup the tests ignore SIGHUP
    options: dict[str, Any] = {"folder": tmp_path, "observe": stop, "observe_at": (3, 6, 9)}
    try:
        with pytest.raises(Interrupted, match=r"stopped after step 6; saved in .*: the same call"):
            run(11, log_every=1, **options)
        assert signal.getsignal(number) == usual
    finally:
        signal.signal(number, before)
    assert same(run(11, folder=tmp_path), run(11))


def test_a_run_under_nohup_outlives_its_terminal() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert int(run(3, **stopping_at(2, lambda: signal.raise_signal(signal.SIGHUP))).step) == 3
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("error", [BrokenPipeError(32, "Broken pipe"), OSError(5, "terminal")])
@pytest.mark.parametrize("terminal", [True, False])
def test_a_closed_terminal_or_pipe_stops_no_run(
    terminal: bool, error: OSError, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise error

        def isatty(self) -> bool:
            return terminal

    monkeypatch.setattr(progress, "SECONDS_PER_LINE", 0.0)
    monkeypatch.setattr(sys, "stderr", Closed())
    assert int(run(3, log_every=1).step) == 3


def test_the_first_value_that_is_not_finite_stops_the_run(tmp_path: Path) -> None:
    recipe = Recipe(Wasserstein(), sgd(1e6), sgd(1e6), MEMBER.recipe.penalties)
    member = dataclasses.replace(MEMBER, recipe=recipe)
    with pytest.raises(Diverged, match=r"diverged at step \d+: critic/.* is kept") as stop:
        run(40, member, folder=tmp_path)
    kept = run(stop.value.step, member, folder=tmp_path)
    assert all(np.isfinite(x).all() for x in jax.tree.leaves(kept))
    assert int(kept.step) == stop.value.step


def test_the_official_schedule_of_critic_steps_is_kept() -> None:
    # Counted by the critic's optimizer: Adam's count after 27 generator steps is 25 x 4 + 2 x 1.
    @dataclasses.dataclass(frozen=True)
    class Schedule:
        def __call__(self, step: int) -> int:
            return 4 if step < 25 else 1

    recipe = dataclasses.replace(recipes.dcgan(), n_critic=Schedule())
    state = run(27, dataclasses.replace(MEMBER, recipe=recipe))
    assert int(state.critic.opt_state[0].count) == 25 * 4 + 2
    assert int(state.generator.opt_state[0].count) == 27


def test_resuming_with_other_settings_is_refused(tmp_path: Path) -> None:
    run(5, folder=tmp_path)
    with pytest.raises(ValueError, match="batch_size was 8, is 10"):
        run(9, folder=tmp_path, batch_size=10)
    with pytest.raises(ValueError, match="seed was 0, is 1"):
        run(9, folder=tmp_path, seed=1)
    with pytest.raises(ValueError, match="data was"):
        run(9, dataclasses.replace(MEMBER, data=Dataset(jnp.ones((40, 2)))), folder=tmp_path)


def test_a_batch_must_fit_the_data_and_the_devices(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="batch_size=41 with 40 examples"):
        run(1, batch_size=41)
    with pytest.raises(ValueError, match="a batch of 9 does not divide over 4 devices: use 8"):
        run(1, batch_size=9, devices=4, via="sharded")
    with pytest.raises(ValueError, match=r"devices=99, but JAX sees 8: .*device_count=99"):
        run(1, devices=99, via="pmap")
    with pytest.raises(ValueError, match="'jit' runs on one device"):
        run(1, devices=2, via="jit")
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(OSError, match="file"):
        run(1, folder=blocked)


def test_the_pace_aims_at_the_time_it_was_given() -> None:
    pace = Pace(2.0)
    pace.learn(1, 30.0)  # with a compilation
    assert pace.length() == 1
    pace.learn(1, 0.1)
    assert pace.length() == 20
    pace.learn(1, 0.0)  # a clock that stands still, or goes backwards
    pace.learn(1, -5.0)
    assert pace.length() == 20


def test_equal_runs_are_equal_and_other_seeds_are_not() -> None:
    assert same(run(3), run(3))
    assert not same(run(3), run(3, seed=1))
