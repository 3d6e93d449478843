"""The campaign of faults: it finds what a run does not survive, and its short form passes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.campaign.damage import FAULTS
from tests.campaign.ground import Ground

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.usefixtures("unchecked_types")


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return Ground(tmp_path_factory.mktemp("campaign"), quick=True)


def a_number(folder: Path) -> None:
    path = folder / "training" / "seed-0" / "record.json"
    content = json.loads(path.read_text())
    del content["sha256"]
    content["scores"]["size"] += 1e-9
    path.write_text(json.dumps(content))


def a_line(folder: Path) -> None:
    path = folder / "training" / "seed-0" / "observed.jsonl"
    path.write_text(path.read_text() * 2)


def a_file(folder: Path) -> None:
    (folder / "training" / "seed-0" / "metrics.jsonl").unlink()


@pytest.mark.parametrize(
    ("change", "outcome"),
    [(a_number, "wrong"), (a_line, "wrong"), (a_file, "lost"), (None, "survived")],
)
def test_a_complete_run_with_other_contents_did_not_survive(
    change: Callable[[Path], None] | None, outcome: str, ground: Ground
) -> None:
    with ground.folder() as folder:
        shutil.copytree(ground.whole("experiment"), folder)
        if change is not None:
            change(folder)
        assert ground.resumed("experiment", folder)[0] == outcome


def test_what_is_not_expected_of_an_error_is_found(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.campaign import ground as module

    def fails(folder: Path) -> None:
        raise KeyError(folder)

    monkeypatch.setitem(module.RUNS, "fails", fails)
    with ground.folder() as folder:
        assert ground.resumed("fails", folder)[0] == "lost"
        assert ground.resumed("fails", folder, damaged="run.json")[0] == "lost"


def test_flipped_bits_of_the_settings_are_all_found(ground: Ground) -> None:
    fault = next(fault for fault in FAULTS if fault.name == "a flipped bit in run.json")
    assert {outcome for outcome, _ in fault.cases(ground)} == {"survived"}


@pytest.mark.slow
def test_a_few_cases_of_every_fault_survive() -> None:
    command = [sys.executable, "-m", "tests.campaign", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
