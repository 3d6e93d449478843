"""A checkpoint is restored to the bit, and a damaged one is detected and skipped."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from jaxgan.runs import checkpoint
from jaxgan.training import TrainState, create_state
from tests.members import MEMBERS

SETTINGS = {"batch_size": 64, "recipe": "wgan_gp"}


def state_of(name: str, step: int = 0) -> TrainState:
    member = MEMBERS[name]
    state = create_state(member.networks, member.recipe, jax.random.key(step), member.data)
    return state._replace(step=state.step + step)


def equal(a: Any, b: Any) -> bool:
    assert jax.tree.structure(a) == jax.tree.structure(b)
    return all(bool((x == y).all()) for x, y in zip(*map(jax.tree.leaves, (a, b)), strict=True))


@pytest.mark.parametrize("name", MEMBERS)
def test_every_kind_of_state_comes_back_to_the_bit(name: str, tmp_path: Path) -> None:
    state = state_of(name, 7)
    checkpoint.save(tmp_path, state, SETTINGS)
    found = checkpoint.restore(tmp_path, state_of(name), SETTINGS)
    assert equal(found, state)


def test_a_step_may_be_saved_again(tmp_path: Path) -> None:
    for seed in (1, 2):
        checkpoint.save(tmp_path, state_of("penalized", seed)._replace(step=1), SETTINGS)
    found = checkpoint.restore(tmp_path, state_of("penalized"), SETTINGS)
    assert equal(found, state_of("penalized", 2)._replace(step=1))
    assert [path.name for path in tmp_path.iterdir()] == ["step-000000001"]


def test_the_last_ones_and_the_best_are_kept(tmp_path: Path) -> None:
    losses = {1: 3.0, 2: 0.5, 3: 2.0, 4: 1.0, 5: None}
    for step, loss in losses.items():
        checkpoint.save(tmp_path, state_of("penalized", step), SETTINGS, keep=2, loss=loss)
    assert checkpoint.steps_of(tmp_path) == [2, 4, 5]
    assert not list(tmp_path.glob(".*"))
    best = checkpoint.restore(tmp_path, state_of("penalized"), best=True)
    last = checkpoint.restore(tmp_path, state_of("penalized"))
    assert best is not None
    assert last is not None
    assert (int(best.step), int(last.step)) == (2, 5)


@pytest.mark.parametrize("file", ["state.safetensors", "manifest.json"])
@pytest.mark.parametrize("damage", ["truncated", "flipped", "missing", "empty"])
def test_a_damaged_file_is_found_and_the_one_before_is_used(
    file: str, damage: str, tmp_path: Path
) -> None:
    for step in (1, 2):
        checkpoint.save(tmp_path, state_of("penalized", step), SETTINGS)
    path = tmp_path / "step-000000002" / file
    content = path.read_bytes()
    if damage == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "flipped":
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
    with pytest.warns(UserWarning, match=r"step-000000002 is damaged .*; trying the one before"):
        found = checkpoint.restore(tmp_path, state_of("penalized"), SETTINGS)
    assert equal(found, state_of("penalized", 1))


def test_without_a_whole_one_nothing_is_invented(tmp_path: Path) -> None:
    assert checkpoint.restore(tmp_path / "none", state_of("penalized"), SETTINGS) is None
    checkpoint.save(tmp_path, state_of("penalized", 1), SETTINGS)
    (tmp_path / "step-000000001" / "state.safetensors").unlink()
    with (
        pytest.warns(UserWarning, match="damaged"),
        pytest.raises(checkpoint.Damaged, match=r"all checkpoints in .* are damaged"),
    ):
        checkpoint.restore(tmp_path, state_of("penalized"), SETTINGS)


def test_a_damaged_loss_does_not_choose_the_best(tmp_path: Path) -> None:
    for step, loss in {1: 0.5, 2: 3.0}.items():
        checkpoint.save(tmp_path, state_of("penalized", step), SETTINGS, loss=loss)
    manifest = tmp_path / "step-000000002" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"loss": 3.0', '"loss": 0.0'))
    with pytest.warns(UserWarning, match=r"step-000000002 is damaged .*; it is not taken for the"):
        checkpoint.save(tmp_path, state_of("penalized", 3), SETTINGS, keep=1)
    assert checkpoint.steps_of(tmp_path) == [1, 3]


def test_the_best_one_stays_if_the_disk_fails_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step, loss in {1: 0.5, 2: 1.0}.items():
        checkpoint.save(tmp_path, state_of("penalized", step), SETTINGS, keep=1, loss=loss)
    read = Path.read_bytes

    def fails(path: Path) -> bytes:
        if path.parent.name == "step-000000001":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", fails)
    with pytest.warns(UserWarning, match="Input/output error"):
        checkpoint.save(tmp_path, state_of("penalized", 3), SETTINGS, keep=1, loss=2.0)
    monkeypatch.undo()
    checkpoint.save(tmp_path, state_of("penalized", 4), SETTINGS, keep=1, loss=3.0)
    assert checkpoint.steps_of(tmp_path) == [1, 4]


def test_a_partial_checkpoint_does_not_count(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, state_of("penalized", 1), SETTINGS)
    partial = tmp_path / ".step-000000002.123.partial"
    partial.mkdir()
    (partial / "state.safetensors").write_bytes(b"half")
    found = checkpoint.restore(tmp_path, state_of("penalized"), SETTINGS)
    assert equal(found, state_of("penalized", 1))


def test_damaged_checkpoints_of_later_steps_do_not_count_as_kept(tmp_path: Path) -> None:
    state, losses = state_of("penalized"), {1: 0.5, 2: None, 7: 0.1, 8: None, 9: 0.7}
    for step, loss in losses.items():
        checkpoint.save(tmp_path, state._replace(step=step), SETTINGS, keep=9, loss=loss)
    for step in (7, 8):
        (tmp_path / f"step-{step:09d}" / "state.safetensors").write_bytes(b"")
    checkpoint.save(tmp_path, state._replace(step=3), SETTINGS, keep=1)
    # 7 had the lowest loss, but it is damaged; 9 may be from a loop of your own.
    assert checkpoint.steps_of(tmp_path) == [1, 3, 9]


def test_a_checkpoint_whose_removal_was_interrupted_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    def interrupted(path: Path, **_: Any) -> None:
        (path / "manifest.json").unlink(missing_ok=True)

    monkeypatch.setattr(shutil, "rmtree", interrupted)
    for step in (1, 2, 3):
        checkpoint.save(tmp_path, state_of("penalized", step), SETTINGS, keep=1, loss=1.0 / step)
    assert checkpoint.steps_of(tmp_path) == [3]
    assert not recwarn.list
    monkeypatch.undo()
    checkpoint.save(tmp_path, state_of("penalized", 4), SETTINGS, keep=1)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("name", ["step-000000001.bak", "step-old", "step-1"])
def test_a_copy_beside_a_checkpoint_is_not_a_checkpoint(name: str, tmp_path: Path) -> None:
    state = state_of("penalized", 1)
    shutil.copytree(checkpoint.save(tmp_path, state, SETTINGS), tmp_path / name)
    checkpoint.save(tmp_path, state._replace(step=2), SETTINGS, keep=1)
    assert checkpoint.steps_of(tmp_path) == [2]
    assert (tmp_path / name / "manifest.json").is_file()


@pytest.mark.parametrize("steps", [(1, 2), (1, 1)])
def test_of_a_linked_checkpoint_only_the_link_is_removed(
    steps: tuple[int, int], tmp_path: Path
) -> None:
    state = state_of("penalized", steps[0])
    path = checkpoint.save(tmp_path / "run", state, SETTINGS)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    state = state._replace(step=steps[1])
    last = checkpoint.save(tmp_path / "run", state, SETTINGS, keep=1)
    assert list((tmp_path / "run").iterdir()) == [last]
    assert not last.is_symlink()
    assert (tmp_path / "elsewhere" / "manifest.json").is_file()


def test_other_settings_and_other_networks_are_refused(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, state_of("penalized", 1), SETTINGS)
    with pytest.raises(ValueError, match=r"batch_size was 64, is 32\. Resume with the same"):
        checkpoint.restore(tmp_path, state_of("penalized"), SETTINGS | {"batch_size": 32})
    with pytest.raises(ValueError, match="other networks or optimizers"):
        checkpoint.restore(tmp_path, state_of("tokens"), SETTINGS)


def test_the_manifest_says_where_the_state_comes_from(tmp_path: Path) -> None:
    path = checkpoint.save(tmp_path, state_of("penalized", 3), SETTINGS)
    manifest = json.loads((path / "manifest.json").read_text())
    assert manifest["step"] == 3
    assert manifest["settings"] == SETTINGS
    assert manifest["provenance"]["versions"]["jax"] == jax.__version__
    assert set(manifest["sha256"]) == {"state.safetensors", "manifest.json"}
    assert np.all([len(digest) == 64 for digest in manifest["sha256"].values()])
