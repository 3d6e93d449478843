"""Code that `run.json` names is imported only if a command on this machine has named it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from jaxgan import study
from jaxgan.cli.main import main
from jaxgan.cli.own_code import own_code

pytestmark = pytest.mark.usefixtures("unchecked_types")
WORDS = ("--networks", "mlp(width=4)", "--data", "swiss_roll", "--steps", "1", "--batch-size", "4")
MODULE = """
from jaxgan import recipes
recipe = recipes.wgan()
"""


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
    return str(stop.value)


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
        assert own_code({"what": {"data": data}}) == []
    assert own_code({"what": {"data": "mine:data(n=3)"}}) == ["mine:data(n=3)"]


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
