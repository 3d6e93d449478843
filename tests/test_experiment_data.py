"""Experiments whose data are not in the package: named by the module, replaced by `--data`."""

from __future__ import annotations

import dataclasses
import json
import shlex
from pathlib import Path

import numpy as np
import pytest

from jaxgan.cli.main import main
from jaxgan.cli.settings import RUN
from jaxgan.data import from_arrays, load
from jaxgan.study import Experiment, MissingData, Record, Scale, check, read_results, run
from tests.test_own_code import installed, refused

__all__ = ["installed"]

pytestmark = pytest.mark.usefixtures("unchecked_types")
MODULE = '''"""The mean of the data.

Claim     it is a number.
Paper     Doe, Numbers, 2017. https://example.org/numbers
Differs   nothing.
"""

from jaxgan.data import load
from jaxgan.study import Experiment, Metric, Record, Scale


def cells(data):
    return {{"one": lambda seed, folder: Record({{"x": float(data.real.mean())}})}}


EXPERIMENT = Experiment(
    about=__doc__,
    protocol="It is written down.",
    metrics={{"x": Metric("the mean", "higher")}},
    scales={{"small": Scale({cells}, seeds=3)}},
    data={data!r},
)
'''
NEEDS = MODULE.format(cells="cells", data="tfds:nowhere")
OWN = MODULE.format(cells="lambda: cells(load('digits'))", data=None)
WORDS = ("--seeds", "1", "--quiet", "--out", "run")


def mean_in(folder: str) -> float | None:
    return read_results(folder).cells["one"].seeds[0].scores["x"]


@pytest.fixture(autouse=True)
def here(installed: Path) -> None:
    """Two modules, and files of which the first has the mean 1, the second 2."""
    (installed / "needs_data.py").write_text(NEEDS)
    (installed / "has_data.py").write_text(OWN)
    for value in (1, 2):
        np.savez(f"{value}.npz", x=np.full((9, 2), value, np.float32))


@pytest.fixture(autouse=True)
def no_tfds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))


def test_cells_are_built_from_the_data_of_the_experiment(tmp_path: Path) -> None:
    seen = Scale(lambda data: {"one": lambda seed, folder: Record({"x": float(data.real.sum())})})
    experiment = Experiment("The sum.", {"small": seen}, data="digits")
    other = dataclasses.replace(experiment, data=from_arrays(np.full((3, 2), 2.0)))
    digits = load("digits").real.sum()
    assert experiment.cells("small")["one"](0, tmp_path).scores["x"] == digits
    assert check(other, "small")["one"](0, tmp_path).scores["x"] == 3 * 2 * 2.0
    with pytest.raises(ValueError, match="unknown scale 'large'"):
        other.cells("large")


@pytest.mark.parametrize("data", ["1.npz", "npz(path='1.npz')"])
def test_data_are_replaced_stored_and_shown(data: str) -> None:
    main(["run", "needs_data", "--data", data, *WORDS])
    assert mean_in("run") == 1.0
    made = json.loads(Path("run", RUN).read_text())
    assert (made["what"], made["begun_in"]) == ({"data": data}, str(Path.cwd()))
    words = ["jaxgan", "run", "needs_data", "--data", data, "--seeds", "1", "--sets", "1"]
    assert shlex.split(read_results("run").command)[:9] == words
    for page in ("report.html", "report.md"):
        assert "jaxgan run needs_data --data" in Path("run", page).read_text()


def test_a_run_finds_the_data_of_an_experiment_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["run", "needs_data", "--data", "1.npz", *WORDS])
    (tmp_path / "elsewhere").mkdir()
    np.savez(tmp_path / "elsewhere" / "1.npz", x=np.zeros((9, 2), np.float32))
    monkeypatch.chdir(tmp_path / "elsewhere")
    folder = tmp_path / "here" / "run"
    (folder / "one" / "seed-0" / "record.json").unlink()  # so that the cell runs again
    main(["resume", str(folder), "--quiet"])
    assert mean_in(str(folder)) == 1.0
    assert "the steps of an experiment are part of its scale" in refused(
        "resume", str(folder), "--steps", "5"
    )


def test_other_data_are_another_run() -> None:
    main(["run", "needs_data", "--data", "1.npz", *WORDS])
    text = refused("run", "needs_data", "--data", "2.npz", *WORDS)
    assert "run holds another run: jaxgan run needs_data --data 1.npz" in text
    assert mean_in("run") == 1.0


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("needs_data",), "Or give them as a file, --data FILE"),
        (("needs_data", "--data", "3.npz"), "no file '3.npz': give the path of a .npz file"),
        (("needs_data", "--data", "swissroll"), "did you mean 'swiss_roll'"),
        (("has_data", "--data", "1.npz"), "has_data has its own data: leave out --data"),
        (("--all", "--data", "1.npz"), "give its name instead of --all"),
    ],
)
def test_data_that_cannot_be_used_are_refused_before_the_run(
    words: tuple[str, ...], remedy: str
) -> None:
    assert remedy in refused("run", *words, *WORDS)
    assert not Path("run").exists()


def test_in_python_missing_data_have_an_error_of_their_own(tmp_path: Path) -> None:
    experiment = Experiment("Nothing.", {"small": Scale(lambda data: {})}, data="tfds:nowhere")
    with pytest.raises(MissingData, match="needs the data 'tfds:nowhere': TFDS has not prepared"):
        run(experiment, tmp_path / "run")


def test_a_received_run_of_an_experiment_imports_no_data(installed: Path) -> None:
    for name in ("needs_data", "sent_by_mail"):
        (installed / f"{name}.py").write_text(NEEDS + "open('imported', 'w')\n")
    made = {"command": "run", "arguments": {"scale": "small"}, "experiment": "needs_data"}
    Path("run").mkdir()
    for data in ("sent_by_mail:data", "sent_by_mail:data(n=3)"):
        Path("run", RUN).write_text(json.dumps(made | {"what": {"data": data}}))
        for command in ("resume", "sample"):
            assert f"names code to import, {data}" in refused(command, "run")
    for what in ("1.npz", ["1.npz"]):
        Path("run", RUN).write_text(json.dumps(made | {"what": what}))
        assert "run.json cannot be read" in refused("resume", "run")


def test_all_experiments_but_those_without_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("jaxgan.cli.experiments.FOLDER", "of_data")
    for name, module in {"needs": NEEDS, "own": OWN}.items():
        path = tmp_path / "of_data" / "doe_2017" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in (path.parent, path.parent.parent):
            (folder / "__init__.py").touch()
        path.write_text(module)
    monkeypatch.chdir(tmp_path)
    main(["run", "--all", "--seeds", "1", "--quiet"])
    shown = capsys.readouterr().err
    assert "doe_2017/needs skipped: the experiment needs the data 'tfds:nowhere'" in shown
    assert "failed" not in shown
    assert Path("runs/all/doe_2017/own/results.json").is_file()
    assert not Path("runs/all/doe_2017/needs").exists()
