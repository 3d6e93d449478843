"""Code that `run.json` names is imported only if it is the user's own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from jaxgan.cli.main import main
from jaxgan.cli.own_code import own_code
from jaxgan.cli.settings import RUN

WORDS = ("--networks", "mlp(width=4)", "--data", "digits", "--steps", "1", "--batch-size", "4")
MODULE = """
from jaxgan import recipes
recipe = recipes.wgan()
"""


def settings(**changed: Any) -> dict[str, Any]:
    what = {"data": "digits", "recipe": "wgan", "networks": "mlp", "steps": 1, "batch_size": 4}
    return {"command": "train", "what": what | changed, "arguments": {}}


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installed module, beside an empty working directory and an empty cache."""
    folder = tmp_path / "installed"
    folder.mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(folder)
    monkeypatch.chdir(tmp_path / "here")
    return folder


@pytest.mark.parametrize("command", ["resume", "sample", "export"])
@pytest.mark.parametrize("part", ["recipe", "data", "networks", "objective", "penalty", "scores"])
def test_a_received_folder_runs_nothing(
    command: str, part: str, installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (installed / "received_by_mail.py").write_text("raise SystemExit('imported')")
    word = "received_by_mail:run(command='rm')"
    made = settings() | {"scores": [word]} if part == "scores" else settings(**{part: word})
    Path("run").mkdir()
    (Path("run") / RUN).write_text(json.dumps(made))
    with pytest.raises(SystemExit) as stop:
        main([command, "run"])
    text = str(stop.value)
    assert "run names code to import, received_by_mail:run(command='rm')" in text
    assert "repeat the command: jaxgan train" in text
    assert "received_by_mail" not in sys.modules


def test_the_standard_library_is_not_taken_for_a_module_of_the_working_directory(
    installed: Path,
) -> None:
    Path("os.py").write_text("")  # Python would import its own
    Path("run").mkdir()
    (Path("run") / RUN).write_text(json.dumps(settings(recipe="os:system(command='true')")))
    with pytest.raises(SystemExit, match="names code to import, os:system"):
        main(["resume", "run"])


def test_code_that_this_user_has_named_is_imported_again(installed: Path) -> None:
    (installed / "my_installed_recipes.py").write_text(MODULE)
    main(["train", "--recipe", "my_installed_recipes:recipe", *WORDS, "--out", "run", "--quiet"])
    main(["resume", "run", "--steps", "2", "--quiet"])
    for note in Path("../cache/own_code").iterdir():
        assert note.read_text() == "my_installed_recipes:recipe"
        note.unlink()
    with pytest.raises(SystemExit, match="names code to import, my_installed_recipes:recipe"):
        main(["resume", "run", "--steps", "3"])


def test_words_of_jaxgan_and_paths_are_not_code() -> None:
    data = "folder(path='a:b', size=64)"
    assert own_code(settings(data=data) | {"scores": ["frechet_distance(n=1)"]}) == {}
    assert own_code(settings(data="tfds:mnist")) == {}
    assert own_code(settings(penalty=" my.module:term")) == {" my.module:term": "my"}
