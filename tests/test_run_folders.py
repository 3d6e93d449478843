"""Run folders of the command line, of experiments and of `runs.train`: one format."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from jaxgan import data, recipes, runs, study
from jaxgan.cli.main import main
from jaxgan.cli.trainings import _folder, _what
from jaxgan.cli.unjudged import unjudged
from jaxgan.networks import presets
from jaxgan.runs import Diverged
from jaxgan.study.records import load_record
from jaxgan.training import Setup

pytestmark = pytest.mark.usefixtures("unchecked_types")
TINY = ["--data", "swiss_roll", "--networks", "mlp(width=8)", "--batch-size", "8"]
WORDS = ["train", *TINY, "--recipe", "wgan_gp(n_critic=1)", "--steps", "10"]
SETUP = Setup(
    presets.mlp((2,), width=8), recipes.wgan_gp(n_critic=1), data.load("swiss_roll"), 8, steps=10
)
FASTER = dataclasses.replace(SETUP, recipe=recipes.wgan_gp(1e-3, n_critic=1))
HERE = "tests.test_run_folders"


def fails(*words: Any) -> str:
    with pytest.raises(SystemExit) as stop:
        main([str(word) for word in words])
    return str(stop.value.code)


def says(capsys: Any, *words: Any) -> str:
    capsys.readouterr()
    main([str(word) for word in words])
    return capsys.readouterr().out


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained") / "run"
    main([*WORDS, "--out", str(folder)])
    return folder


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "run"))


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("single") / "lone"
    runs.train(SETUP, seed=3, folder=folder, log_every=5, progress=False)
    return folder


@pytest.fixture
def lone(single: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(single, tmp_path / "lone"))


def test_a_training_of_python_code_is_reported(lone: Path, capsys: Any) -> None:
    shown = says(capsys, "report", lone)
    assert f"| `{lone}` | `training` | – | 10 | 1 (seed 3) |" in shown
    for file in ("report.html", "report.md", "curves.png"):
        assert (lone / file).is_file(), file
    assert "learning_rate" not in shown
    found = study.read_run(lone)
    assert found.records["training"][0].series["critic/gap"].steps.tolist() == [5, 10]
    assert found.results.sets == [[3]]


def test_its_objects_are_named_to_sample_from_it(lone: Path) -> None:
    assert "give --source, the Setup that it was made from" in fails("sample", lone)
    assert "must be the Setup" in fails("sample", lone, "--source", "math:pi")
    other = fails("sample", lone, "--source", f"{HERE}:FASTER")
    assert "recipe was" in other
    assert "adam(0.001" in other
    main(["sample", str(lone), "--n", "7", "--source", f"{HERE}:SETUP"])
    assert np.load(lone / "samples-7.npy").shape == (7, 2)


def test_it_is_trained_further_to_the_same_bits(lone: Path, tmp_path: Path) -> None:
    source = ("--source", f"{HERE}:SETUP")
    assert "has 10 steps, more than steps=5" in fails("resume", lone, "--steps", 5, *source)
    main(["resume", str(lone), "--steps", "14", *source, "--quiet"])
    whole = runs.train(dataclasses.replace(SETUP, steps=14), seed=3, folder=tmp_path / "whole")
    path = Path("checkpoints") / "step-000000014" / "state.safetensors"
    assert (lone / path).read_bytes() == (tmp_path / "whole" / path).read_bytes()
    assert int(whole.step) == study.read_run(lone).results.cells["training"].seeds[0].steps == 14


def test_settings_of_the_code_that_trained_are_not_guessed(tmp_path: Path) -> None:
    runs.train(SETUP, folder=tmp_path / "x", settings={"loss of mine": 1}, progress=False)
    assert "settings of the code that made it (loss of mine)" in fails(
        "resume", tmp_path / "x", "--source", f"{HERE}:SETUP", "--steps", "20"
    )


def test_a_single_training_that_diverged_is_shown_as_such(tmp_path: Path, capsys: Any) -> None:
    wild = dataclasses.replace(SETUP, recipe=recipes.wgan_gp(1e30, n_critic=1))
    with pytest.raises(Diverged):
        runs.train(wild, folder=tmp_path / "x", progress=False)
    assert "1 (1 diverged)" in says(capsys, "report", tmp_path / "x")
    assert "diverged at step" in (tmp_path / "x" / "report.html").read_text()


def widths(width: int) -> study.Training:
    networks = presets.mlp((2,), width=width)
    return study.Training(dataclasses.replace(SETUP, networks=networks), study.PointMeasure())


EXPERIMENT = study.Experiment(
    "Two widths.",
    scales={"small": study.Scale(lambda: study.grid(widths, width=[4, 8]), seeds=1)},
    pictures=(study.Curves(),),
)


def test_an_experiment_of_python_code_is_understood(tmp_path: Path, capsys: Any) -> None:
    folder = tmp_path / "run"
    study.run(EXPERIMENT, folder, progress=False)
    assert "`width=4`" in says(capsys, "report", folder)
    assert "give --source, the Experiment" in fails("sample", folder)
    source = ("--source", f"{HERE}:EXPERIMENT")
    main(["sample", str(folder), "--cell", "width=8", "--n", "5", *source])
    assert np.load(folder / "samples-5-width=8.npy").shape == (5, 2)
    shutil.rmtree(folder / "width=8")
    main(["resume", str(folder), *source])
    assert load_record(folder / "width=8" / "seed-0") is not None
    assert "part of its scale" in fails("resume", folder, "--steps", "20", *source)


def test_training_further_keeps_the_moments(run: Path, trained: Path) -> None:
    main(["resume", str(run), "--steps", "20", "--quiet"])
    record = load_record(run / "wgan_gp" / "seed-0")
    assert record is not None
    # A fifth of 10 steps, then a fifth of 20.
    assert record.series["critic/gap"].steps.tolist() == [2, 4, 6, 8, 10, 12, 16, 20]
    assert study.read_results(run).cells["wgan_gp"].seeds[0].steps == 20
    assert json.loads((run / "run.json").read_text())["what"]["steps"] == 20


@pytest.mark.slow
def test_images_keep_their_frames_when_training_goes_on(tmp_path: Path) -> None:
    out = str(tmp_path / "x")
    words = ["--networks", "mlp(width=4)", "--recipe", "wgan_gp(n_critic=1)", "--batch-size", "4"]
    main(["train", "--data", "digits", *words, "--steps", "5", "--out", out, "--quiet"])
    main(["resume", out, "--steps", "10", "--quiet"])
    record = load_record(tmp_path / "x" / "wgan_gp" / "seed-0")
    assert record is not None
    assert record.series["samples"].steps.tolist() == [0, 1, 2, 3, 4, 5, 6, 8, 10]


@pytest.mark.parametrize(("channels", "pictures"), [(1, 5), (2, 1), (3, 5), (4, 1)])
def test_only_gray_and_color_images_have_pictures(
    channels: int, pictures: int, tmp_path: Path
) -> None:
    images = str(tmp_path / "images.npz")
    np.savez(images, images=np.zeros((9, 8, 8, channels), np.uint8))
    found = unjudged(images, "wgan_gp", "mlp(width=4)", steps=1, batch_size=4).pictures
    assert len(found) == pictures
    assert "curves.png" in [picture.file for picture in found]


def test_fewer_steps_than_the_state_has_are_refused(run: Path) -> None:
    before = (run / "run.json").read_text()
    assert "has 10 steps, more than steps=4" in fails("resume", run, "--steps", "4")
    assert (run / "run.json").read_text() == before
    assert "has 10 steps, more than steps=3" in fails(*WORDS[:-1], "3", "--out", run)
    assert study.read_results(run).cells["wgan_gp"].settings["generator steps"] == "10"


def test_default_folders_differ_if_the_arguments_do() -> None:
    def folder(command: str = "train", **changed: Any) -> str:
        usual = {"data": "digits", "recipe": "wgan_gp", "networks": "mlp", "objective": None}
        usual |= {"penalty": None, "steps": 2000, "batch_size": 64}
        return str(_folder({"command": command, "what": _what(**(usual | changed))}))

    assert folder() == "runs/wgan_gp-digits-mlp"
    assert folder(steps=5) == folder()  # more steps are the same run, further
    changed = [
        folder(),
        folder(networks="dcgan"),
        folder(networks="mlp(width=8)"),
        folder(recipe="wgan_gp(weight=0.1)"),
        folder(recipe="mine:wgan_gp"),
        folder(data="a/mine.npz"),
        folder(data="b/mine.npz"),
        folder(objective="hinge"),
        folder(penalty="r1"),
        folder(batch_size=32),
        folder("sweep"),
    ]
    assert len(set(changed)) == len(changed)
    assert all(name.count("/") == 1 for name in changed)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("sets/mine.npz", "mine"),
        ("sets/faces", "faces"),
        ("./cifar-10.tar.gz", "cifar_10"),
        ("train-images-idx3-ubyte.gz", "train_images_idx3_ubyte"),
        ("folder(path='sets/faces', size=64, crop='center')", "faces"),
        ('archive(split="train", path="sets/cifar.tar.xz")', "cifar"),
        ("tfds(name='mnist', split='train[:10%]')", "mnist"),
        ("tfds:lsun/bedroom", "lsun_bedroom"),
        ("mine.sets:faces(size=64)", "faces"),
    ],
)
def test_a_default_folder_names_the_data(data: str, name: str) -> None:
    what = _what(data, "wgan_gp", "mlp", None, None, 10, 64)
    folder = _folder({"command": "train", "what": what}).name
    assert re.fullmatch(rf"wgan_gp-{name}-mlp(-[0-9a-f]{{6}})?", folder)


def test_runs_are_compared(run: Path, tmp_path: Path, capsys: Any) -> None:
    faster = str(tmp_path / "faster")
    recipe = "wgan_gp(learning_rate=1e-3, n_critic=1)"
    main(["train", *TINY, "--recipe", recipe, "--steps", "12", "--out", faster, "--quiet"])
    table = says(capsys, "report", run, faster).splitlines()[-2:]
    first, second = ([cell.strip() for cell in row.split("|")[1:-1]] for row in table)
    optimizers = "`generator_optimizer=adam({0}, b1=0.0, b2=0.9); critic_optimizer=adam({0}, "
    assert first[:5] == [
        f"`{run}`",
        "`wgan_gp`",
        optimizers.format(0.0001) + "b1=0.0, b2=0.9)`",
        "10",
        "1",
    ]
    assert second[2:5] == [optimizers.format(0.001) + "b1=0.0, b2=0.9)`", "12", "1"]
    record = load_record(run / "wgan_gp" / "seed-0")
    assert record is not None
    assert first[5] == f"{record.series['critic/gap'].values[-1]:.4g}"


def test_other_data_of_the_same_shape_are_a_difference(tmp_path: Path, capsys: Any) -> None:
    for seed in (0, 1):
        points = np.asarray(jax.random.normal(jax.random.key(seed), (50, 2)))
        np.savez(tmp_path / f"{seed}.npz", x=points)
        words = ["--data", str(tmp_path / f"{seed}.npz"), *WORDS[3:]]
        main(["train", *words, "--out", str(tmp_path / str(seed)), "--quiet"])
    rows = says(capsys, "report", tmp_path / "0", tmp_path / "1").splitlines()[-2:]
    assert all("`data=(50, 2) float32" in row for row in rows)


def test_each_draw_seed_draws_other_samples(run: Path) -> None:
    for words in ([], ["--draw-seed", "1"], ["--draw-seed", "2"]):
        main(["sample", str(run), "--n", "6", *words])
    names = ("samples-6", "samples-6-draw-1", "samples-6-draw-2")
    drawn = [np.load(run / f"{name}.npy") for name in names]
    assert not np.allclose(drawn[0], drawn[1])
    assert not np.allclose(drawn[1], drawn[2])
    main(["sample", str(run), "--n", "6"])
    np.testing.assert_array_equal(np.load(run / "samples-6.npy"), drawn[0])


def test_several_devices_share_a_batch_by_default(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "x"
    main([*WORDS, "--devices", "2", "--out", str(out), "--quiet"])
    one, two = (load_record(f / "wgan_gp" / "seed-0") for f in (run, out))
    assert one is not None
    assert two is not None
    # A sum over two devices is in another order.
    gaps = [record.series["critic/gap"].values for record in (one, two)]
    np.testing.assert_allclose(*gaps, rtol=1e-4, atol=1e-6)


def test_quiet_prints_only_the_page(tmp_path: Path, capfd: Any) -> None:
    main([*WORDS[:-1], "2", "--out", str(tmp_path / "x"), "--quiet"])
    shown = capfd.readouterr()
    assert shown.out.splitlines() == [f"{tmp_path / 'x' / 'report.html'}"]
    assert "steps" not in shown.err


def test_debug_shows_the_traceback_and_version_the_version(capsys: Any) -> None:
    with pytest.raises(ValueError, match="unknown recipe"):
        main(["--debug", "train", "--recipe", "wgangp"])
    with pytest.raises(ValueError, match="unknown recipe"):
        main(["train", "--recipe", "wgangp", "--debug"])
    main(["--version"])
    import jaxgan

    assert capsys.readouterr().out == f"jaxgan {jaxgan.__version__}\n"
