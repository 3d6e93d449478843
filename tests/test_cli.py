"""The commands as a user types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jaxgan.cli import main
from jaxgan.run_folder import read_rows
from tests.kill_and_resume import in_peace, killed_at

TINY = ["--recipe", "wgan_gp(n_critic=1)", "--networks", "mlp(width=8)", "--batch-size", "16"]


def fails(arguments: list[str]) -> str:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    return str(stop.value.code)


def test_help_does_not_import_jax() -> None:
    code = (
        "import sys; from jaxgan.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert 'jax' not in sys.modules and 'numpy' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for command in ("list", "run", "train", "resume", "sample", "report"):
        assert command in done.stdout


def test_list_names_everything(capsys: Any) -> None:
    main(["list"])
    shown = capsys.readouterr().out
    for name in ("digits", "gaussians", "wgan_gp", "dcgan", "non_saturating", "swiss_roll"):
        assert name in shown


def test_train_resume_sample_and_report(tmp_path: Path, capsys: Any) -> None:
    folder = tmp_path / "mine"
    main(["train", "--data", "swiss_roll", *TINY, "--steps", "3", "--out", str(folder)])
    for file in ("results.json", "report.html", "report.md", "samples.png", "curves.png"):
        assert (folder / file).is_file(), file
    settings = json.loads((folder / "run.json").read_text())
    settings["arguments"]["steps"] = 5
    (folder / "run.json").write_text(json.dumps(settings))
    main(["resume", str(folder)])
    (run,) = (folder / "wgan_gp").iterdir()
    assert read_rows(run / "metrics.jsonl")[-1]["step"] == 5
    main(["sample", str(folder), "--n", "7"])
    assert np.load(folder / "samples-7.npy").shape == (7, 2)
    assert (folder / "samples-7.png").is_file()
    main(["report", str(folder)])
    assert "train" in capsys.readouterr().out


def test_another_run_is_not_written_over(tmp_path: Path) -> None:
    out = ["--steps", "1", "--out", str(tmp_path)]
    main(["train", "--data", "swiss_roll", *TINY, *out])
    before = (tmp_path / "run.json").read_text()
    assert "holds another run: jaxgan train" in fails(["train", "--data", "digits", *TINY, *out])
    assert (tmp_path / "run.json").read_text() == before


def test_train_on_images_of_ones_own(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    np.savez(tmp_path / "mine.npz", images=images, labels=np.arange(40) % 4)
    out = tmp_path / "run"
    main(["train", "--data", str(tmp_path / "mine.npz"), *TINY, "--steps", "2", "--out", str(out)])
    for file in ("progress.png", "interpolation.png", "neighbors.png"):
        assert (out / file).is_file(), file


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "digitz"], "unknown experiment 'digitz': did you mean 'digits'"),
        (["train", "--data", "swissroll"], "did you mean 'swiss_roll'"),
        (["train", "--recipe", "wgangp"], "did you mean 'wgan_gp'"),
        (["train", "--objective", "hing"], "unknown objective 'hing'"),
        (["train", "--networks", "dcgan", "--data", "swiss_roll"], "use mlp"),
        (["train", "--batch-size", "5000"], "batch_size=5000 with 1797 examples"),
        (["resume", "nowhere"], "give the folder of a run"),
        (["report", "nowhere"], "nowhere"),
    ],
)
def test_errors_are_a_line_and_not_a_traceback(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: Any
) -> None:
    out = ["--out", str(tmp_path)] if arguments[0] in ("run", "train") else []
    assert message in fails([*arguments, *out])


def test_outside_a_checkout_it_says_where_the_experiments_live(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "a folder of the repository" in fails(["run", "digits"])
    main(["list"])
    shown = capsys.readouterr().out
    assert "a folder of the repository" in shown
    assert "wgan_gp" in shown


def test_an_unwritable_folder_is_said_before_the_training(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "choose another --out" in fails(["train", *TINY, "--out", str(tmp_path / "file" / "x")])


def test_a_killed_run_ends_in_the_same_bits(tmp_path: Path) -> None:
    # One moment here; `python -m tests.kill_and_resume` tries twenty.
    wanted, seconds = in_peace(tmp_path / "peace", steps=500)
    found, _ = killed_at(tmp_path / "killed", 500, 0.7 * seconds)
    assert found == wanted
