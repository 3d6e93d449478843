"""A run resumes where it was stopped, to the bit; it stops on signals and divergence."""

from __future__ import annotations

import dataclasses
import json
import signal
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import recipes
from jaxgan.objectives import Wasserstein
from jaxgan.optimizers import sgd
from jaxgan.runs.checkpoint import steps_of
from jaxgan.runs.folder import read_rows
from jaxgan.runs.loop import Diverged, Interrupted, train
from jaxgan.runs.pace import Pace
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_and_the_run_goes_on(number: int, tmp_path: Path) -> None:
    def stop(state: Any) -> dict[str, float]:
        if int(state.step) == 6:
            signal.raise_signal(number)
        return {}

    before = signal.getsignal(number)
    options: dict[str, Any] = {"folder": tmp_path, "observe": stop, "observe_at": (3, 6, 9)}
    with pytest.raises(Interrupted, match=r"stopped after step 6; saved in .*: the same call"):
        run(11, log_every=1, **options)
    assert same(run(11, folder=tmp_path), run(11))
    assert signal.getsignal(number) == before


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


def test_equal_runs_are_equal_and_other_seeds_are_not() -> None:
    assert same(run(3), run(3))
    assert not same(run(3), run(3, seed=1))
