"""The commands of the command line."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from jaxgan.cli.experiments import full_name, load_experiment
from jaxgan.cli.main import main
from jaxgan.runs import progress
from jaxgan.runs.lines import read_rows
from jaxgan.study import read_results
from tests.kill_and_resume import at_the_first, in_peace, killed_at

pytestmark = pytest.mark.usefixtures("unchecked_types")
TINY = ["--recipe", "wgan_gp(n_critic=1)", "--networks", "mlp(width=8)", "--batch-size", "16"]


def fails(arguments: list[str]) -> str:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    return str(stop.value.code)


def test_help_does_not_import_jax() -> None:
    code = (
        "import sys; from jaxgan.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert 'jax' not in sys.modules and 'numpy' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    trained = ("sample", "interpolate", "neighbors", "export", "score", "report")
    for command in ("list", "run", "train", "sweep", "resume", *trained, "data", "doctor"):
        assert command in done.stdout


def test_list_names_everything(capsys: Any) -> None:
    main(["list"])
    shown = capsys.readouterr().out
    for name in ("digits", "gaussians", "wgan_gp", "dcgan", "non_saturating", "swiss_roll"):
        assert name in shown


def test_data_are_counted_and_drawn(tmp_path: Path, capsys: Any) -> None:
    images = np.arange(6 * 4, dtype=np.uint8).reshape(6, 2, 2, 1).repeat(2, axis=0)
    np.savez(tmp_path / "mine.npz", x=images, y=np.repeat([0, 1], [8, 4]))
    words = ["data", str(tmp_path / "mine.npz"), "--out"]
    for name, seed in (("a", "0"), ("b", "0"), ("c", "1")):
        main([*words, str(tmp_path / f"{name}.png"), "--seed", seed])
    shown = capsys.readouterr().out
    # 12 images of 4 bytes with labels of 4 bytes; 6 are there twice.
    facts = ("12", "2 x 2 x 1", "uint8", "0 to 23", r"2 \(0: 8, 1: 4\)", "6", "96 bytes")
    assert re.search(r"\s+.*".join(facts), shown.split("a.png")[0], re.DOTALL)
    a, b, c = ((tmp_path / f"{name}.png").read_bytes() for name in "abc")
    assert a == b != c
    main(
        [
            "data",
            f"npz(path='{tmp_path}/mine.npz', classes=['cat', 'dog'])",
            *words[2:],
            str(tmp_path / "d.png"),
        ]
    )
    assert "2 (cat: 8, dog: 4)" in capsys.readouterr().out
    assert (tmp_path / "d.png").read_bytes() != a


def test_train_resume_sample_and_report(tmp_path: Path, capsys: Any) -> None:
    folder = tmp_path / "mine"
    main(["train", "--data", "swiss_roll", *TINY, "--steps", "3", "--out", str(folder)])
    for file in ("results.json", "report.html", "report.md", "samples.png", "curves.png"):
        assert (folder / file).is_file(), file
    main(["resume", str(folder), "--steps", "5"])
    (run,) = (folder / "wgan_gp").iterdir()
    assert read_rows(run / "metrics.jsonl")[-1]["step"] == 5
    main(["sample", str(folder), "--n", "7"])
    assert np.load(folder / "samples-7.npy").shape == (7, 2)
    assert (folder / "samples-7.png").is_file()
    assert "has no best_by" in fails(["sample", str(folder), "--best"])
    main(["report", str(folder)])
    assert f"| `{folder}` | `wgan_gp` | – | 5 | 1 |" in capsys.readouterr().out


def test_another_run_is_not_written_over(tmp_path: Path) -> None:
    out = ["--steps", "1", "--out", str(tmp_path)]
    main(["train", "--data", "swiss_roll", *TINY, *out])
    before = (tmp_path / "run.json").read_text()
    assert "holds another run: jaxgan train" in fails(["train", "--data", "digits", *TINY, *out])
    assert (tmp_path / "run.json").read_text() == before


def test_train_on_your_own_images(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    np.savez(tmp_path / "mine.npz", images=images, labels=np.arange(40) % 4)
    out = tmp_path / "run"
    main(["train", "--data", str(tmp_path / "mine.npz"), *TINY, "--steps", "2", "--out", str(out)])
    for file in ("progress.png", "interpolation.png", "neighbors.png"):
        assert (out / file).is_file(), file


def test_outside_a_checkout_any_module_will_do(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    assert f"any module importable from {tmp_path}" in fails(["run", "digits"])
    main(["list"])
    shown = capsys.readouterr().out
    assert "in a checkout of the repository" in shown
    assert "wgan_gp" in shown


def test_a_killed_run_ends_in_the_same_bits(tmp_path: Path) -> None:
    # This is one moment; `python -m tests.kill_and_resume` tries twenty.
    wanted, _ = in_peace(tmp_path / "peace", steps=300)
    found, step = killed_at(tmp_path / "killed", 300, at_the_first("checkpoints/step-*"))
    assert 0 < step < 300  # it was killed during the training
    assert found == wanted


def test_a_training_that_diverges_has_a_status_of_its_own_and_says_so(
    tmp_path: Path, capsys: Any
) -> None:
    out = tmp_path / "run"
    recipe = "dcgan(learning_rate=1e12)"
    words = ["train", "--data", "swiss_roll", "--recipe", recipe, "--networks", "mlp(width=8)"]
    with pytest.raises(SystemExit) as stop:
        main([*words, "--steps", "50", "--out", str(out)])
    assert stop.value.code == 3
    shown = capsys.readouterr()
    assert "jaxgan: dcgan, seed 0: diverged at step" in shown.err
    rows = read_rows(out / "dcgan" / "seed-0" / "metrics.jsonl")
    # The steps before it are written, then the step that diverged.
    assert rows[-1]["diverged"] is True
    assert None in rows[-1].values()
    taken = read_results(out).cells["dcgan"].seeds[0].steps
    assert rows[-1]["step"] == taken + 1
    assert taken == 0 or rows[-2]["step"] == taken
    page = (out / "report.html").read_text()
    assert f"diverged at step {taken}" in page


def test_an_experiment_is_found_by_either_name_and_a_module_by_its_own(
    tmp_path: Path, monkeypatch: Any
) -> None:
    assert full_name("digits") == full_name("wgan_gp_2017/digits") == "wgan_gp_2017/digits"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for paper in ("a_2017", "b_2018"):
        (tmp_path / "experiments" / paper).mkdir(parents=True)
        (tmp_path / "experiments" / paper / "__init__.py").write_text("")
        (tmp_path / "experiments" / paper / "lines.py").write_text("")
    (tmp_path / "experiments" / "__init__.py").write_text("")
    (tmp_path / "number.py").write_text("EXPERIMENT = 3")
    with pytest.raises(ValueError, match="'lines' could be a_2017/lines or b_2018/lines"):
        full_name("lines")
    assert full_name("a_2017/lines") == "a_2017/lines"
    assert full_name("number") == "number"
    with pytest.raises(ValueError, match=r"number has no EXPERIMENT .*, it has 3: define one"):
        load_experiment("number")


@pytest.mark.parametrize("columns", [80, 160])
def test_gap_speed_and_time_left_are_seen_in_the_bar(columns: int, monkeypatch: Any) -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=columns, force_terminal=True, color_system=None)
    monkeypatch.setattr(progress, "Console", lambda stderr: console)
    metrics = {"critic/gap": -0.123456, "critic/gradient_norm": 1.0, "critic/loss": 2.0}
    with progress.watching("wgan_gp_one_sided, seed 12", steps=100_000) as watch:
        for step in (50_000, 99_000):
            time.sleep(0.02)
            watch(step, metrics)
    bars = stream.getvalue().replace("\r", "\n").splitlines()
    bar = next(line for line in reversed(bars) if "99000/100000" in line)
    assert re.search(r"\d+ steps/s", bar)
    assert re.search(r"\d:\d\d", bar)
    assert "gap -0.123" in bar
    assert ("gradient 1" in bar) == (columns == 160)
    assert len(re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", "", bar)) <= columns


def test_a_redirected_run_prints_a_line_now_and_then(monkeypatch: Any) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(progress, "Console", lambda stderr: Console(file=stream, width=80))
    now = iter([0.0, 10.0, 25.0, 30.0, 50.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(now))
    with progress.watching("wgan_gp, seed 0", steps=400) as watch:
        for step in (100, 200, 300, 400):
            watch(step, {"critic/gap": 0.5, "critic/loss": 2.0})
    # The first line is due after 20 s; the last step always has one.
    assert stream.getvalue().splitlines() == [
        "wgan_gp, seed 0: 200/400 steps, 8.00 steps/s, 0:00:25 left, gap 0.5",
        "wgan_gp, seed 0: 400/400 steps, 8.00 steps/s, 0:00:00 left, gap 0.5",
    ]
