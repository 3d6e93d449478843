"""Trackers get the lines of a run's files, and cannot stop or change a training."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jaxgan import recipes, study
from jaxgan.cli.main import main
from jaxgan.cli.settings import check_folder, claim_folder
from jaxgan.runs import train, train_population
from jaxgan.runs.folder import METRICS, OBSERVED
from jaxgan.runs.lines import read_rows
from jaxgan.runs.members import Program, Way
from jaxgan.runs.trackers import tracking
from jaxgan.training import TrainState
from tests.members import MEMBERS, MLP

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
    cells = {"a": cell, "b": study.Sweep({0.5: cell}, lambda x, found: {})}
    experiment = study.Experiment(
        "Two seeds.", scales={"small": study.Scale(lambda: cells, seeds=2)}
    )
    study.run(experiment, tmp_path, track=Listed, progress=False)
    titles = ["a seed-0", "b seed-0 0.5", "a seed-1", "b seed-1 0.5"]
    assert [tracker.about[1] for tracker in MADE] == titles


def test_each_member_of_a_population_has_a_tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def steps_only(self: Program, way: Way, states: list[TrainState], length: int) -> Any:
        after = [state._replace(step=state.step + length) for state in states]
        return after, {"critic/gap": np.full((2, length), [[0.5], [2.5]])}

    monkeypatch.setattr(Program, "__call__", steps_only)
    MADE.clear()
    arguments: Any = {"steps": 2, "batch_size": 4, "seeds": [0, 7], "folder": tmp_path}
    settings = {"learning_rate": [1e-4, 0.001]}
    populate = functools.partial(
        train_population, MLP, recipes.wgan_gp, SETUP.data, settings=settings, **arguments
    )
    populate(way="serial", track=Listed)
    assert [tracker.about[:2] for tracker in MADE] == [
        (tmp_path / "member-0", "member-0 seed-0 learning_rate=0.0001"),
        (tmp_path / "member-1", "member-1 seed-7 learning_rate=0.001"),
    ]
    for tracker in MADE:
        folder, _, about = tracker.about
        assert folder is not None
        assert tracker.lines == read_rows(folder / METRICS)
        assert (about["way"], tracker.closed) == ("serial", True)
    assert [tracker.lines[0]["critic/gap"] for tracker in MADE] == [0.5, 2.5]
    with pytest.raises(ValueError, match="unknown tracker 'tensorbord': did you mean"):
        populate(track="tensorbord")


@pytest.mark.parametrize("command", ["train", "sweep"])
def test_the_command_line_keeps_the_tracker_out_of_the_identity(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []

    def launch(folder: Path, settings: dict[str, Any], quiet: bool) -> None:
        check_folder(folder, settings)  # refuses the settings of another run
        claim_folder(folder, settings)
        seen.append(settings["arguments"])

    for module in ("trainings", "resumed"):
        monkeypatch.setattr(f"jaxgan.cli.{module}.launch", launch)
    main([command, "--out", str(tmp_path)])
    main([command, "--out", str(tmp_path), "--track", "tensorboard"])
    main(["resume", str(tmp_path)])
    main(["resume", str(tmp_path), "--track", "wandb"])
    named = [None, "tensorboard", "tensorboard", "wandb"]
    assert [arguments.get("track") for arguments in seen] == named


def test_weights_and_biases_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    wandb = pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    with contextlib.ExitStack() as stack:  # two runs at once, as of a population
        for title in ("a", "b"):
            (tmp_path / title).mkdir()
            tracker = stack.enter_context(tracking("wandb", tmp_path / title, f"of {title}", {}))
            tracker.log(1, {"critic/gap": 0.5})
            stack.callback(tracker.log, 2, {"generator/loss": 0.5})
    wandb.teardown()  # as at the end of a process: its service writes the rest of the file
    assert "the tracker failed" not in capsys.readouterr().err
    for title in ("a", "b"):
        name = (tmp_path / title / "wandb-id").read_text()
        (file,) = (tmp_path / title / "wandb").glob(f"offline-run-*/run-{name}.wandb")
        found = file.read_bytes()
        assert all(
            part in found for part in (b"critic/gap", b"generator/loss", b"of " + title.encode())
        )


def test_trackers_that_cannot_be_used_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="unknown tracker 'tensorbord': did you mean"):
        train(SETUP, track="tensorbord", **OPTIONS)
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(ValueError, match=r"tensorboardX.*pip install 'jaxgan\[track\]'"):
        train(SETUP, track="tensorboard", folder=tmp_path / "run", **OPTIONS)
    assert not (tmp_path / "run").exists()
