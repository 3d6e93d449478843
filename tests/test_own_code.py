"""Code that `run.json` names is imported only if a command on this machine has named it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jaxgan import study
from jaxgan.cli.main import main
from jaxgan.cli.own_code import own_code
from jaxgan.cli.settings import RUN

pytestmark = pytest.mark.usefixtures("unchecked_types")
WORDS = ("--networks", "mlp(width=4)", "--data", "swiss_roll", "--steps", "1", "--batch-size", "4")
MODULE = """
from jaxgan import recipes
recipe = recipes.wgan()
"""
MARK = "open('imported', 'w')"


def settings(command: str = "train", **changed: Any) -> dict[str, Any]:
    what = {"data": "digits", "recipe": "wgan", "networks": "mlp", "steps": 1, "batch_size": 4}
    return {"command": command, "what": what | changed, "arguments": {}}


def received(made: dict[str, Any], folder: str = "run") -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / RUN).write_text(json.dumps(made))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of installed modules, beside an empty working directory and an empty cache."""
    folder = tmp_path / "installed"
    folder.mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(folder)
    monkeypatch.chdir(tmp_path / "here")
    return folder


def refused(*words: str) -> str:
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert not Path("imported").exists()
    return str(stop.value)


@pytest.mark.parametrize("command", ["resume", "sample", "export", "score --seed 0"])
@pytest.mark.parametrize("part", ["recipe", "data", "networks", "objective", "penalty"])
def test_a_received_folder_runs_nothing(command: str, part: str, installed: Path) -> None:
    (installed / "sent_by_mail.py").write_text(MARK)
    word = "sent_by_mail:run(command='rm')"
    received(settings(**{part: word}))
    text = refused(*command.split(), "run")
    assert "run names code to import, sent_by_mail:run(command='rm')" in text
    assert "repeat: jaxgan train" in text


@pytest.mark.parametrize(
    "word",
    [
        "os:system(command='touch imported')",
        "run.code_:recipe",  # a module inside the received folder
        "here:recipe",  # a module of the working directory
        "jaxgan.cli.catalogue:build(kind='recipe', text='sent_by_mail:recipe')",
        " sent_by_mail:recipe",
        "tfds:recipe",
    ],
)
@pytest.mark.parametrize("command", ["train", "sweep"])
def test_no_module_is_imported_by_its_place(word: str, command: str, installed: Path) -> None:
    (installed / "sent_by_mail.py").write_text(MARK)
    received(settings(command, recipe=word))
    for file in ("run/code_.py", "here.py", "tfds.py"):
        Path(file).write_text(MARK)
    assert f"names code to import, {word}" in refused("resume", "run")


def test_no_experiment_is_taken_from_a_received_folder(installed: Path) -> None:
    (installed / "sent_by_mail.py").write_text(MARK)
    made = {"command": "run", "arguments": {"scale": "smoke"}}
    received(made | {"experiment": "sent_by_mail"})
    assert "names code to import, sent_by_mail" in refused("resume", "run")
    for folder in ("experiments", "experiments/evil"):
        received(made | {"experiment": "evil/found"}, folder)
        (Path(folder) / "__init__.py").touch()
        Path("experiments/evil").mkdir(exist_ok=True)
        Path("experiments/evil/found.py").write_text(MARK)
        assert "names code to import, evil/found" in refused("resume", folder)
        (Path(folder) / RUN).unlink()


def test_scores_are_metrics_of_jaxgan(installed: Path) -> None:
    (installed / "sent_by_mail.py").write_text(MARK)
    received(settings() | {"scores": ["recall(k=3)", "sent_by_mail:metric"]})
    for words in (["resume", "run"], ["train", *WORDS, "--out", "run"]):
        assert "run.json has no valid scores: start in a new folder" in refused(*words)


def test_code_that_this_user_has_named_is_imported_again(installed: Path) -> None:
    (installed / "my_installed_recipes.py").write_text(MODULE)
    words = ("--recipe", "my_installed_recipes:recipe", *WORDS, "--out", "run", "--quiet")
    main(["train", *words])
    main(["resume", "run", "--steps", "2", "--quiet"])
    for note in Path("../cache/own_code").iterdir():
        assert note.read_text() == "my_installed_recipes:recipe"
        note.unlink()
    assert "names code to import, my_installed" in refused("resume", "run", "--steps", "3")
    main(["train", *words[:-2], "run", "--quiet", "--steps", "2"])  # the remedy
    main(["resume", "run", "--steps", "3", "--quiet"])


def test_words_of_jaxgan_and_paths_are_not_code() -> None:
    for data in ("tfds:mnist", "sets:2024/faces", "a:b.npz", "folder(path='a:b', size=64)"):
        assert own_code(settings(data=data)) == []
    assert own_code(settings(data="mine:data(n=3)")) == ["mine:data(n=3)"]


@pytest.mark.parametrize("data", ["points.npz", "npz(path='points.npz')"])
def test_a_run_finds_its_data_from_elsewhere(
    data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, points in (("there", np.arange(18.0)), ("here", np.zeros(18))):
        (tmp_path / name).mkdir()
        np.savez(tmp_path / name / "points.npz", x=points.reshape(9, 2).astype(np.float32))
    monkeypatch.chdir(tmp_path / "there")
    words = ["--networks", "mlp(width=4)", "--recipe", "wgan", "--batch-size", "4", "--steps", "1"]
    main(["train", "--data", data, *words, "--out", "run", "--quiet"])
    monkeypatch.chdir(tmp_path / "here")  # other data of the same name
    main(["resume", "../there/run", "--steps", "2", "--quiet"])
    assert study.read_results(Path("../there/run")).cells["wgan"].seeds[0].steps == 2
    (tmp_path / "there" / "points.npz").unlink()
    assert "the run was made with other settings: data was" in refused(
        "resume", "../there/run", "--steps", "3"
    )
