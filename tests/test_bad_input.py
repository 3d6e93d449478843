"""Bad input, case by case: one line names the argument, the value and the remedy, before any work.

The cases are rows of `bad_commands.txt`, `bad_calls` and `bad_folders`; the values that members of
the registries do not take are enumerated in `test_refused_values`.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from jaxgan.cli import main as commands
from jaxgan.cli.main import main
from jaxgan.metrics.torch_file import read_torch_file
from jaxgan.report import write_report
from jaxgan.runs import compile_cache
from jaxgan.runs.compile_cache import cache_folder, use_compile_cache
from jaxgan.study import read_results
from jaxgan.study.results import write_results
from tests import bad_files
from tests.bad_calls import CALLS, FUNCTIONS
from tests.bad_folders import DAMAGED, PICKLED, SENT, Received

pytestmark = pytest.mark.usefixtures("unchecked_types", "no_work")
TABLE = Path(__file__).with_name("bad_commands.txt")
PLAIN = (int, float, str, bytes, type(None))


def compiled(*args: Any, **options: Any) -> Any:
    raise AssertionError("work was done before the input was refused")


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """What trains, samples and fits fails, so that nothing is refused after it."""
    for work in (
        "jaxgan.runs.loop.compile_chunk",
        "jaxgan.runs.members.compile_members",
        "jaxgan.training.sample",
        "jaxgan.study.measures.sample",
        "jaxgan.study.classifiers.train_classifier",
        "jaxgan.metrics.classifier._fit",
        "jaxgan.doctor.subject.quick",
    ):
        monkeypatch.setattr(work, compiled)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("here")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        bad_files.build(folder)
    return folder


@pytest.fixture
def here(built: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working directory, from which modules are imported anew."""
    monkeypatch.chdir(built)
    monkeypatch.syspath_prepend(built)
    yield built
    for module in built.glob("*.py"):
        sys.modules.pop(module.stem, None)


def listed(folder: Path) -> dict[str, tuple[int, int]]:
    found = (path for path in folder.rglob("*") if "__pycache__" not in path.parts)
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in found}


Refused = Callable[[str], tuple[int, str]]


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    """A function of words: the exit status, and the only line that was printed."""

    def refuse(words: str) -> tuple[int, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main(shlex.split(words))
        printed = capsys.readouterr()
        code: Any = stop.value.code
        status, said = (1, code) if isinstance(code, str) else (code, printed.err)
        (line,) = said.splitlines()
        assert not printed.out
        assert line.startswith("jaxgan: ")
        return status, line

    return refuse


@pytest.mark.parametrize("row", TABLE.read_text().splitlines(), ids=lambda row: row.split(" | ")[0])
def test_a_command_names_argument_value_and_remedy(row: str, here: Path, refused: Refused) -> None:
    words, *texts = row.split(" | ")
    before = listed(here)
    status, line = refused(words)
    assert status in (1, 2)
    assert len(texts) == 3
    for text in texts:
        assert text in line
    assert listed(here) == before


def shown(value: Any) -> list[str]:
    """How an error may show a value: itself, or the shape, size, type or content of it."""
    forms = [f"got {type(value).__name__}"]
    if isinstance(value, (*PLAIN, Path)):
        forms += [repr(value), str(value) or "''"]
    elif isinstance(value, (np.ndarray, jax.Array)):
        forms += [str(value.shape), str(value.shape[1:]), str(value.dtype), "values that are not"]
    elif isinstance(value, (list, tuple, dict)):
        inside = [*value, *value.values()] if isinstance(value, dict) else value
        forms += [text for one in inside for text in shown(one)] or [str(value), "empty"]
    return forms


def calls() -> Iterator[Any]:
    for function, rejected in FUNCTIONS.items():
        for argument, value, texts in rejected:
            kind = repr(value) if isinstance(value, (*PLAIN, list)) else type(value).__name__
            name = f"{function}({argument}={kind[:30]})"
            yield pytest.param(function, argument, value, texts, id=name)


@pytest.mark.parametrize(("function", "argument", "value", "texts"), list(calls()))
def test_a_function_names_argument_value_and_remedy(
    function: str,
    argument: str,
    value: Any,
    texts: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    call, usual = CALLS[function]
    value = value() if isinstance(value, partial) else value
    with pytest.raises((TypeError, ValueError, OSError)) as refusal:
        call(**{**usual, argument: value})
    said = str(refusal.value)
    for text in (words := texts.split(" | ")):
        assert text in said
    if len(words) == 1:
        assert re.search(rf"(?i)(^|\W){argument.rstrip('s')}", said)
        assert any(form in said for form in shown(value)), said
    assert not list(tmp_path.iterdir())


@pytest.fixture
def mailed(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Received], str]:
    """Puts a received folder beside code that must not be imported; the command that meets it."""
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "installed").mkdir()
    (tmp_path / "installed" / "sent_by_mail.py").write_text("open('imported', 'w')")
    monkeypatch.syspath_prepend(tmp_path / "installed")
    shutil.copytree(built, tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")

    def mail(case: Received) -> str:
        if case.base:
            shutil.copytree(case.base, "received")
        else:
            Path("received").mkdir()
        Path("experiments/evil").mkdir(parents=True)
        for file in ("received/code_", "here", "tfds", "experiments/evil/found"):
            Path(f"{file}.py").write_text("open('imported', 'w')")
        for package in ("experiments", "experiments/evil"):
            Path(package, "__init__.py").touch()
        case.change(Path("received"))
        return case.words.replace("@", "received")

    return mail


@pytest.mark.parametrize("name", [*DAMAGED, *SENT])
@pytest.mark.filterwarnings("ignore:checkpoint .* is damaged")
def test_a_received_folder_is_refused_and_no_code_of_it_is_run(
    name: str, mailed: Callable[[Received], str], refused: Refused
) -> None:
    case = {**DAMAGED, **SENT}[name]
    words = mailed(case)
    before = listed(Path.cwd())
    status, line = refused(words)
    assert status == 1
    for text in case.texts.split(" | "):
        assert text in line
    assert listed(Path.cwd()) == before
    assert not list(Path.cwd().parent.rglob("imported"))


def test_an_experiment_of_the_same_name_elsewhere_is_other_code(
    mailed: Callable[[Received], str], refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jaxgan.cli.own_code import check_own_code, note_own_code

    words = mailed(SENT["an experiment here"])
    made = {"command": "run", "experiment": "evil/found", "arguments": {}}
    note_own_code(made)
    check_own_code(Path("received"), made)
    shutil.copytree("experiments", "../elsewhere/experiments")
    shutil.copytree("received", "../elsewhere/received")
    monkeypatch.chdir("../elsewhere")
    assert "names code to import, evil/found" in refused(words)[1]
    assert not Path("imported").exists()


def test_nothing_outside_a_received_folder_is_written_or_shown_by_its_report(here: Path) -> None:
    folder = here.parent / "received"
    shutil.copytree(here / "run", folder)
    results = read_results(folder)
    results.title = results.url = results.paper = "<script>alert(1)</script>"
    results.url = "javascript:alert(1)"
    for picture, file in zip(
        results.pictures, ("../out.png", str(here.parent / "out.png")), strict=True
    ):
        picture.file = picture.settings["file"] = file
    write_results(folder, results)
    before = listed(here.parent)
    notes: list[str] = []
    page = write_report(folder, notify=notes.append).read_text()
    written = {Path(path).name for path in listed(here.parent).keys() - before.keys()}
    assert written == {"report.html", "report.md"}
    assert len(notes) == 2
    assert all("is not in the folder" in note for note in notes)
    assert "<script" not in page
    assert "javascript:" not in page


def test_a_pickle_of_another_kind_is_not_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"names _?io\.open, which is not permitted"):
        read_torch_file(PICKLED)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("words", ["run code_", "train --recipe code_:recipe"])
def test_no_code_is_imported_from_the_folder_of_a_run(
    words: str,
    mailed: Callable[[Received], str],
    refused: Refused,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mailed(SENT["an experiment"])
    monkeypatch.chdir("received")
    assert "is the folder of a run, from which no code is imported" in refused(words)[1]
    assert not Path("imported").exists()


def test_an_error_of_ours_has_a_status_of_its_own_and_debug_shows_where(
    refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise KeyError("of ours\nin two lines")

    monkeypatch.setattr(commands, "read", lambda app, words, about: broken)
    status, line = refused("list")
    assert status == commands.UNEXPECTED == 4
    assert "unexpected KeyError" in line
    assert "--debug shows where" in line
    with pytest.raises(KeyError):
        main(["list", "--debug"])


def test_a_backend_that_jax_does_not_have_is_one_line() -> None:
    words = [sys.executable, "-m", "jaxgan", "data", "digits", "--out", "nowhere/x.png"]
    environment = {"JAX_PLATFORMS": "abacus", "PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": ""}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == commands.UNEXPECTED
    (line,) = done.stderr.splitlines()
    assert "abacus" in line


def no_home() -> Path:
    raise RuntimeError("Could not determine home directory.")


def test_the_cache_is_bounded_and_never_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name, folder in {
        "": tmp_path / ".cache",
        "here": tmp_path / ".cache",
        "/x": Path("/x"),
    }.items():
        monkeypatch.setenv("XDG_CACHE_HOME", name)
        assert cache_folder() == folder / "jaxgan"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", no_home)
    assert cache_folder().name.startswith("jaxgan-")
    found = {}
    monkeypatch.setattr(jax.config, "update", found.__setitem__)
    use_compile_cache()
    assert found["jax_compilation_cache_dir"] == str(cache_folder() / "programs")
    assert found["jax_compilation_cache_max_size"] == compile_cache.BYTES > 0


def test_there_are_at_least_150_cases() -> None:
    rows = TABLE.read_text().splitlines()
    assert len(rows) == len(set(rows))
    assert len(rows) >= 150
