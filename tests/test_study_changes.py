"""What experiments do when something changed, failed or diverged."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jaxgan import study
from jaxgan.runs import train
from jaxgan.study import Claim, Measurement, Moment, Record, Sweep, Training
from tests.test_study import DIVERGING, experiment, setup, trained


def test_a_diverged_sweep_has_no_score(tmp_path: Path) -> None:
    # Python's min would ignore the NaN of the second training.
    def least(x: np.ndarray, found: Mapping[str, np.ndarray]) -> Mapping[str, float]:
        return {"spread": min(found["spread"].tolist())}

    sweep = Sweep({1.0: trained(steps=40), 2.0: trained(of=DIVERGING, steps=40)}, least)
    low = Claim("it is low", "low", lambda r: [one.scores["spread"] for one in r["a"]], below=1e9)
    results = study.run(experiment({"a": sweep}, claims=(low,), pictures=()), tmp_path)
    assert np.isnan(results.cells["a"].seeds[0].scores["spread"])
    assert results.claims[0].verdicts[0].verdict == "does not hold"
    assert results.cells["a"].settings["trainings at"] == "1, 2"


def test_a_changed_sweep_is_computed_again(tmp_path: Path) -> None:
    def run(steps: int, factor: float) -> tuple[int, float | None]:
        def summarize(x: np.ndarray, found: Mapping[str, np.ndarray]) -> Mapping[str, float]:
            return {"spread": factor * x.sum()}

        cells = {"a": Sweep({1.0: trained(steps=steps), 2.5: trained(steps=steps)}, summarize)}
        results = study.run(experiment(cells, claims=(), pictures=()), tmp_path, seeds=1)
        (one,) = results.cells["a"].seeds
        return one.steps, one.scores["spread"]

    assert run(2, 1.0) == (4, 3.5)
    assert run(3, 1.0) == (6, 3.5)
    assert run(3, 2.0) == (6, 7.0)


def test_a_measure_with_another_body_is_another_measure(tmp_path: Path) -> None:
    def cell(factor: float) -> Training:
        return Training(setup(2), lambda moment: Measurement({"spread": factor}))

    cell(1.0)(0, tmp_path)
    assert cell(1.0)(0, tmp_path).scores == {"spread": 1.0}
    with pytest.raises(ValueError, match="code of the measure was"):
        cell(2.0)(0, tmp_path)


def test_provenance_is_that_of_the_records(tmp_path: Path, monkeypatch: Any) -> None:
    def run(commit: str, seeds: int) -> dict[str, Any]:
        def made() -> dict[str, Any]:
            return {"commit": commit, "dirty": commit == "old", "versions": {"jax": "1"}}

        for module in ("study.run", "study.training_log", "study.results", "runs.identity"):
            monkeypatch.setattr(sys.modules[f"jaxgan.{module}"], "provenance", made)
        cells = {"a": trained(), "b": lambda seed, folder: Record({"spread": 1.0})}
        return study.run(
            experiment(cells, claims=(), pictures=()), tmp_path, seeds=seeds
        ).provenance

    first = run("old", 1)
    assert (first["commit"], first["dirty"]) == ("old", True)
    assert run("new", 1) == first  # nothing was computed
    both = run("new", 2)
    assert (both["commit"], both["dirty"]) == ("old, new", True)


def test_a_cell_that_fails_is_named_and_one_that_diverges_is_recorded(tmp_path: Path) -> None:
    def fails(seed: int, folder: Path) -> Record:
        if seed == 1:
            raise ValueError("no such thing")
        return Record()

    def alone(seed: int, folder: Path) -> Record:
        train(setup(40, of=DIVERGING), seed=seed)
        return Record()

    with pytest.raises(ValueError, match="no such thing") as failure:
        study.run(experiment({"a": fails}, claims=(), pictures=()), tmp_path / "a")
    assert failure.value.__notes__ == ["in cell 'a' with seed 1"]
    nothing = experiment({"a": lambda seed, folder: None}, claims=(), pictures=())
    with pytest.raises(TypeError, match="a cell must return a Record, got NoneType"):
        study.run(nothing, tmp_path / "b")
    cells = {"a": alone}
    results = study.run(experiment(cells, claims=(), pictures=()), tmp_path / "c", seeds=1)
    assert results.cells["a"].seeds[0].ended == "diverged"


def test_a_record_that_went_missing_is_named(tmp_path: Path) -> None:
    first = trained()(0, tmp_path)
    (tmp_path / "record.json").unlink()
    with pytest.warns(UserWarning, match="the record in .* is missing: what was measured before"):
        again = trained()(0, tmp_path)
    assert again.scores == first.scores
    assert again.series["spread"].steps.tolist() == [4]


def test_results_keep_earlier_records_while_a_run_is_repeated(tmp_path: Path) -> None:
    made = experiment({"a": trained(), "b": trained()}, pictures=())
    study.run(made, tmp_path)
    seen: list[str] = []

    def look(folder: Path) -> None:
        seen.append(study.read_results(folder).claims[0].verdicts[0].verdict)

    study.run(made, tmp_path, report=look)
    assert "not judged" not in seen


def test_two_experiments_do_not_share_a_folder(tmp_path: Path) -> None:
    cells = {"a": lambda seed, folder: Record()}
    study.run(experiment(cells, claims=(), pictures=()), tmp_path, seeds=1)
    other = experiment(cells, claims=(), pictures=(), about="Another one.")
    with pytest.raises(ValueError, match="holds results of 'How far samples spread' at scale"):
        study.run(other, tmp_path, seeds=1)


def test_a_measure_may_read_the_losses_before_it(tmp_path: Path) -> None:
    def gap(moment: Moment) -> Measurement:
        return Measurement({"spread": float(moment.series["critic/gap"].values[-1])})

    cells = {"a": Training(setup(4), gap, (4,))}
    made = experiment(cells, claims=(), pictures=())
    results = study.run(made, tmp_path, seeds=1)
    assert np.isfinite(results.cells["a"].seeds[0].scores["spread"])


def test_a_claim_that_needs_other_numbers_than_the_trial_s_is_not_refused(tmp_path: Path) -> None:
    def measure(records: Any) -> list[float]:
        return [math.sqrt(math.log(one.scores["spread"])) for one in records["a"]]

    cells = {"a": lambda seed, folder: Record({"spread": 2.0 + seed})}
    claim = Claim("x", "y", measure, above=0.0)
    results = study.run(experiment(cells, claims=(claim,), pictures=()), tmp_path)
    assert results.claims[0].verdicts[0].verdict == "holds"
