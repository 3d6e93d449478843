"""Files that cannot be read, and folders whose code is not run, are refused in one line."""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import pytest

from jaxgan.cli.named import import_from_here
from jaxgan.cli.settings import read_settings
from jaxgan.data.npz import from_npz
from jaxgan.runs import compile_cache
from jaxgan.runs.compile_cache import cache_folder, use_compile_cache
from jaxgan.study.records import Record, load_record, save_record


def broken(file: Path, damage: str) -> None:
    content = file.read_bytes()
    middle = len(content) // 3
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    file.write_bytes({"empty": b"", "half": content[: len(content) // 2], "flip": flipped}[damage])


@pytest.mark.parametrize("damage", ["empty", "half", "flip"])
def test_a_broken_npz_is_named(damage: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", x=np.zeros((9, 8)))
    broken(tmp_path / "mine.npz", damage)
    with pytest.raises(ValueError, match=r"mine.npz' cannot be read as .npz"):
        from_npz(tmp_path / "mine.npz")
    save_record(tmp_path, Record(arrays={"x": np.arange(99)}), {})
    broken(tmp_path / "record.npz", damage)
    with pytest.raises(ValueError, match=r"the record in .* cannot be read .*: remove it"):
        load_record(tmp_path)


def test_a_file_of_another_kind_is_named(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((9, 8)))
    (tmp_path / "x.npy").rename(tmp_path / "x.npz")
    with pytest.raises(ValueError, match="it is a single array"):
        from_npz(tmp_path / "x.npz")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}", "no valid arguments"),
        ("[]", "cannot be read"),
        ("", "cannot be read"),
        ('{"command": "train", "arguments": {}}', "no valid what"),
        ('{"command": "train", "arguments": {}, "what": 3}', "no valid what"),
        ('{"command": "run", "arguments": 5, "experiment": "x"}', "no valid arguments"),
        ('{"command": "run", "arguments": {}}', "no valid experiment"),
    ],
)
def test_settings_that_nobody_wrote_are_refused(text: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(ValueError, match=f"run.json .*{problem}.*: start in a new folder"):
        read_settings(tmp_path)


def test_no_code_of_a_run_folder_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run.json").write_text("{}")
    (tmp_path / "received.py").write_text("raise SystemExit('imported')")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="is the folder of a run, from which no code is imported"):
        import_from_here("received")


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
