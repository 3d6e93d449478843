"""Trackers get the lines of a run's files, and cannot stop or change a training."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jaxgan import study
from jaxgan.cli.main import main
from jaxgan.cli.settings import check_folder, claim_folder
from jaxgan.runs import train
from jaxgan.runs.folder import METRICS, OBSERVED, read_rows
from tests.members import MEMBERS

SETUP = dataclasses.replace(MEMBERS["penalized"], steps=6)
OPTIONS: dict[str, Any] = {"log_every": 2, "save_every": 4, "progress": False}
OBSERVE: dict[str, Any] = {"observe": lambda state: {"seen": float(state.step)}, "observe_at": [3]}


class Listed:
    """A tracker that keeps what it receives."""

    def __init__(self, folder: Path | None, title: str, settings: Mapping[str, Any]) -> None:
        self.about, self.lines, self.closed = (folder, title, settings), [], False
        MADE.append(self)

    def log(self, step: int, numbers: Mapping[str, float]) -> None:
        self.lines.append({"step": step, **numbers})

    def close(self) -> None:
        self.closed = True


MADE: list[Listed] = []


class Broken(Listed):
    """A tracker that fails at its second line."""

    def log(self, step: int, numbers: Mapping[str, float]) -> None:
        super().log(step, numbers)
        if len(self.lines) == 2:
            raise ConnectionError("no route to host")


def test_a_tracker_gets_the_lines_of_the_files(tmp_path: Path, capsys: Any) -> None:
    MADE.clear()
    train(SETUP, folder=tmp_path, title="mine", track=Listed, **OPTIONS, **OBSERVE)
    (tracker,) = MADE
    found = sorted(tracker.lines, key=lambda line: (line["step"], "seen" in line))
    files = [*read_rows(tmp_path / METRICS), *read_rows(tmp_path / OBSERVED)]
    assert found == sorted(files, key=lambda line: (line["step"], "seen" in line))
    folder, title, settings = tracker.about
    assert (folder, title, settings["batch_size"]) == (tmp_path, "mine", 8)
    assert tracker.closed
    # Another tracker does not make another run; one that fails is left after one message.
    longer = dataclasses.replace(SETUP, steps=12)
    state = train(longer, folder=tmp_path, track=Broken, **OPTIONS)
    assert [line["step"] for line in MADE[1].lines] == [8, 10]
    assert int(state.step) == read_rows(tmp_path / METRICS)[-1]["step"] == 12
    assert capsys.readouterr().err.count("ConnectionError: no route to host") == 1


def test_tensorboard_has_the_numbers_of_the_file(tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX")
    from tensorboardX.proto.event_pb2 import Event

    train(SETUP, folder=tmp_path, track="tensorboard", **OPTIONS)
    (file,) = (tmp_path / "tensorboard").iterdir()
    found, content = {}, file.read_bytes()
    while content:  # a record: its length in 8 bytes, a checksum in 4, the event, a checksum in 4
        length = int.from_bytes(content[:8], "little")
        event = Event.FromString(content[12 : 12 + length])
        found |= {(value.tag, event.step): value.simple_value for value in event.summary.value}
        content = content[16 + length :]
    for row in read_rows(tmp_path / METRICS):
        np.testing.assert_allclose(found["critic/gap", row["step"]], row["critic/gap"], rtol=1e-6)


def test_each_training_of_an_experiment_has_a_tracker(tmp_path: Path) -> None:
    MADE.clear()
    cell = study.Training(SETUP, lambda moment: study.Measurement(), moments=[6], progress=False)
    experiment = study.Experiment(
        "Two seeds.", scales={"small": study.Scale(lambda: {"a": cell}, seeds=2)}
    )
    study.run(experiment, tmp_path, track=Listed, progress=False)
    assert [tracker.about[1] for tracker in MADE] == ["a seed-0", "a seed-1"]


def test_the_command_line_keeps_the_tracker_out_of_the_identity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []

    def launch(folder: Path, settings: dict[str, Any], quiet: bool) -> None:
        check_folder(folder, settings)  # refuses the settings of another run
        claim_folder(folder, settings)
        seen.append(settings["arguments"])

    monkeypatch.setattr("jaxgan.cli.trainings.launch", launch)
    main(["train", "--out", str(tmp_path)])
    main(["train", "--out", str(tmp_path), "--track", "tensorboard"])
    main(["resume", str(tmp_path)])
    main(["resume", str(tmp_path), "--track", "wandb"])
    named = [None, "tensorboard", "tensorboard", "wandb"]
    assert [arguments.get("track") for arguments in seen] == named


def test_weights_and_biases_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wandb = pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    train(SETUP, folder=tmp_path, title="mine", track="wandb", **OPTIONS)
    wandb.teardown()  # as at the end of a process: its service writes the rest of the file
    name = (tmp_path / "wandb-id").read_text()
    (file,) = (tmp_path / "wandb").glob(f"offline-run-*/run-{name}.wandb")
    assert b"critic/gap" in file.read_bytes()


def test_trackers_that_cannot_be_used_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="unknown tracker 'tensorbord': did you mean"):
        train(SETUP, track="tensorbord", **OPTIONS)
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(ValueError, match=r"tensorboardX.*pip install 'jaxgan\[track\]'"):
        train(SETUP, track="tensorboard", folder=tmp_path / "run", **OPTIONS)
    assert not (tmp_path / "run").exists()
