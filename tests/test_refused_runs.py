"""A refused or interrupted run changes nothing that was done; results say what the state is."""

from __future__ import annotations

import dataclasses
import signal
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import recipes, runs
from jaxgan.cli.catalogue import build
from jaxgan.cli.main import main
from jaxgan.penalties import GradientPenalty
from jaxgan.report.differences import differing
from jaxgan.runs import checkpoint
from jaxgan.runs.bookkeeping import Bookkeeping
from jaxgan.runs.devices import check_placement
from jaxgan.study import read_results, read_run
from jaxgan.types import Dataset
from tests.test_run_folders import SETUP, TINY, WORDS, fails, says

pytestmark = pytest.mark.usefixtures("unchecked_types")
HERE = "tests.test_refused_runs"


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def points(path: Path, seed: int) -> None:
    np.savez(path, x=np.random.default_rng(seed).normal(size=(50, 2)))


def stop_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Sends SIGINT during the chunk that reaches this step."""
    after = Bookkeeping.after

    def stop(self: Any, chunk: Any, stopped: Any) -> None:
        if int(chunk.state.step) == step and not stopped:
            signal.raise_signal(signal.SIGINT)
        after(self, chunk, stopped)

    monkeypatch.setattr(Bookkeeping, "after", stop)


def test_a_refused_resume_changes_no_file(tmp_path: Path) -> None:
    points(tmp_path / "x.npz", 0)
    out, words = tmp_path / "run", ["--data", str(tmp_path / "x.npz"), *WORDS[3:], "--seeds", "2"]
    main(["train", *words, "--out", str(out), "--quiet"])
    before = files(out)
    points(tmp_path / "x.npz", 1)
    assert "the run was made with other settings: data was" in fails("resume", out, "--steps", "20")
    assert files(out) == before


@pytest.mark.parametrize("seeds", [1, 2])
def test_results_of_an_interrupted_run_say_its_step(
    seeds: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    out = tmp_path / "a run"
    stop_at(monkeypatch, 5)
    words = ["train", *TINY, "--recipe", "wgan_gp(n_critic=1)", "--steps", "40", "--quiet"]
    with monkeypatch.context() as patch:
        patch.setattr("jaxgan.runs.loop.SECONDS_PER_CHUNK", 0.0)  # chunks of one step
        shown = fails(*words, "--seeds", seeds, "--out", out)
    assert shown == "130"
    assert f"Resume with: jaxgan resume '{out}'" in capsys.readouterr().err
    (one,) = read_results(out).cells["wgan_gp"].seeds
    assert (one.steps, one.ended) == (5, "unfinished")
    assert checkpoint.steps_of(out / "wgan_gp" / "seed-0" / "checkpoints")[-1] == 5
    assert "| 5 | 1 (1 unfinished) |" in says(capsys, "report", out)


def test_a_run_that_is_to_go_further_is_unfinished_until_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"
    main([*WORDS, "--seeds", "2", "--out", str(out), "--quiet"])
    stop_at(monkeypatch, 20)
    fails("resume", out, "--steps", "100", "--quiet")
    seeds = read_results(out).cells["wgan_gp"].seeds
    assert [(one.steps, one.ended) for one in seeds] == [(20, "unfinished"), (10, "unfinished")]


def test_a_signal_in_the_last_chunk_stops_the_seeds_that_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    stop_at(monkeypatch, 10)
    assert fails(*WORDS, "--seeds", "3", "--out", tmp_path / "run") == "130"
    assert "stopped after step 10" in capsys.readouterr().err
    monkeypatch.undo()
    assert not (tmp_path / "run" / "wgan_gp" / "seed-1").exists()
    main(["resume", str(tmp_path / "run"), "--quiet"])
    ends = [one.ended for one in read_results(tmp_path / "run").cells["wgan_gp"].seeds]
    assert ends == ["finished"] * 3


def test_a_score_of_an_earlier_state_is_not_that_of_the_last(tmp_path: Path) -> None:
    def observe(state: Any) -> dict[str, float]:
        return {"score": 100.0 - int(state.step)}

    runs.train(SETUP, folder=tmp_path, observe=observe, observe_at=[0], progress=False)
    assert read_run(tmp_path).records["training"][0].scores == {"score": 90.0}
    further = dataclasses.replace(SETUP, steps=12)
    runs.train(further, folder=tmp_path, progress=False)
    assert read_run(tmp_path).records["training"][0].scores == {}
    shown = fails("resume", tmp_path, "--source", "tests.test_run_folders:SETUP", "--steps", "20")
    assert "settings of the code that made it (observe)" in shown


def test_a_folder_of_python_code_is_not_taken_over(tmp_path: Path) -> None:
    runs.train(SETUP, folder=tmp_path, progress=False)
    before = files(tmp_path)
    assert "holds a run of Python code (metrics.jsonl)" in fails(*WORDS, "--out", tmp_path)
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    "other",
    [
        ["--recipe", "wgan_gp(n_critic=2)"],
        ["--networks", "mlp(width=9)"],
        ["--penalty", "r1"],
        ["--objective", "hinge"],
        ["--batch-size", "9"],
    ],
)
def test_another_setting_is_another_run(other: list[str], tmp_path: Path) -> None:
    main([*WORDS, "--out", str(tmp_path), "--quiet"])
    before = files(tmp_path)
    assert "holds another run: jaxgan train" in fails(*WORDS, *other, "--out", tmp_path)
    assert files(tmp_path) == before


def test_samples_of_another_cell_seed_or_draw_have_another_name(tmp_path: Path) -> None:
    main([*WORDS, "--seeds", "2", "--out", str(tmp_path), "--quiet"])
    for words in ([], ["--seed", "1"], ["--cell", "wgan_gp"], ["--draw-seed", "4"]):
        main(["sample", str(tmp_path), "--n", "5", *words])
    assert sorted(path.name for path in tmp_path.glob("samples-*.npy")) == [
        "samples-5-draw-4.npy",
        "samples-5-seed-1.npy",
        "samples-5-wgan_gp.npy",
        "samples-5.npy",
    ]
    first, second = (np.load(tmp_path / f"samples-5{end}.npy") for end in ("", "-seed-1"))
    assert not np.allclose(first, second)


def own_penalty(critic: Any, real: Any, fake: Any, keys: Any) -> Any:
    return jnp.square(critic(real)).mean()


def own_gradient_penalty(weight: float = 10.0) -> Any:
    return GradientPenalty(weight)


FLOAT64 = Dataset(np.zeros((50, 2)))  # pyright: ignore[reportArgumentType]


def test_a_penalty_is_told_from_a_function_that_makes_one() -> None:
    assert build("penalty", f"{HERE}:own_penalty") is own_penalty
    assert build("penalty", f"{HERE}:own_gradient_penalty") == GradientPenalty(10.0)


def test_own_data_become_those_of_a_file(tmp_path: Path) -> None:
    words = ["train", "--data", f"{HERE}:FLOAT64", *WORDS[3:]]
    main([*words, "--out", str(tmp_path), "--quiet"])
    assert "float32[50, 2]" in read_results(tmp_path).cells["wgan_gp"].settings["data"]


def test_a_checkpoint_of_a_loop_of_your_own_is_reported(tmp_path: Path, capsys: Any) -> None:
    state = runs.train(SETUP, progress=False)
    checkpoint.save(tmp_path / "checkpoints", state, {"seed": 0})
    assert "| 10 | 1 |" in says(capsys, "report", tmp_path)


def test_an_interrupted_training_of_python_code_is_unfinished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    stop_at(monkeypatch, 5)
    with pytest.raises(KeyboardInterrupt):
        runs.train(SETUP, folder=tmp_path, save_every=5, progress=False)
    assert "| 5 | 1 (1 unfinished) |" in says(capsys, "report", tmp_path)


WILD = dataclasses.replace(SETUP, recipe=recipes.wgan_gp(1e30, n_critic=1))


def test_a_resumed_training_that_diverges_has_its_status(tmp_path: Path) -> None:
    with pytest.raises(runs.Diverged):
        runs.train(WILD, folder=tmp_path, progress=False)
    with pytest.raises(SystemExit) as stop:
        main(["resume", str(tmp_path), "--source", f"{HERE}:WILD", "--quiet"])
    assert stop.value.code == 3


def test_the_table_of_a_sweep_is_on_its_pages(tmp_path: Path) -> None:
    recipe = "wgan_gp(learning_rate=[1e-4, 1e30], n_critic=1)"
    words = ["--recipe", recipe, "--steps", "10", "--seeds", "2", "--out", str(tmp_path)]
    main(["sweep", *TINY, *words, "--quiet"])
    assert "`generator_optimizer=adam(1e+30, b1=0.0, b2=0.9)" in (
        (tmp_path / "report.md").read_text()
    )
    page = (tmp_path / "report.html").read_text()
    assert "<td>generator_optimizer=adam(1e+30, b1=0.0, b2=0.9)" in page
    assert "2 (2 diverged)</td><td>not finite</td>" in page


def test_several_devices_shard_a_batch_unless_asked_otherwise() -> None:
    assert check_placement(8, 1, None) == "jit"
    assert check_placement(8, 2, None) == "sharded"
    assert check_placement(8, 2, "pmap") == "pmap"


IDENTITY = {
    "recipe": "Recipe(optimizer=chain(sgd(0.1), clip_params(0.01)), penalties=(R1(gamma=1.0),))",
    "networks": "Networks(generator=Net( width = 8 shape = (2,) ), latent=Normal(size=2))",
    "data": "a",
    "batch_size": 8,
    "program": "p",
}


@pytest.mark.parametrize(
    ("changed", "texts"),
    [
        ({"batch_size": 16}, ["batch_size=8", "batch_size=16"]),
        ({"data": "b"}, ["data=a", "data=b"]),
        (
            {"networks": IDENTITY["networks"].replace("8", "9")},
            ["generator.width=8", "generator.width=9"],
        ),
        (
            {"recipe": IDENTITY["recipe"].replace("gamma=1.0", "gamma=1e+30")},
            ["penalties[0].gamma=1.0", "penalties[0].gamma=1e+30"],
        ),
        (
            {"recipe": IDENTITY["recipe"].replace("0.1", "0.2")},
            [f"optimizer=chain(sgd({rate}), clip_params(0.01))" for rate in (0.1, 0.2)],
        ),
        ({"program": "q"}, ["program p", "program q"]),
        ({}, ["", ""]),
    ],
)
def test_the_differing_settings_are_named(changed: Any, texts: list[str]) -> None:
    assert differing([IDENTITY, IDENTITY | changed]) == texts
    # A cell without settings, such as a closed form, does not make all settings differ.
    assert differing([IDENTITY, {}, IDENTITY | changed]) == [texts[0], "", texts[1]]


def test_labels_of_samples_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images, out = str(tmp_path / "images.npz"), str(tmp_path / "x")
    np.savez(images, images=np.zeros((20, 8, 8, 1), np.uint8), labels=np.arange(20) % 10)
    words = ["--networks", "mlp(width=4)", "--recipe", "wgan_gp(n_critic=1)", "--batch-size", "4"]
    main(["train", "--data", images, *words, "--steps", "1", "--out", out, "--quiet"])
    seen: list[Any] = []

    def watch(networks: Any, state: Any, key: Any, n: int, labels: Any) -> Any:
        seen.append(np.asarray(labels))
        return jnp.zeros((n, 8, 8, 1))

    monkeypatch.setattr("jaxgan.training.sample", watch)
    main(["sample", out, "--n", "200"])
    assert set(seen[0].tolist()) == set(range(10))
