"""Committed results: enough seeds, a clean commit, and every table made from them."""

from __future__ import annotations

import copy
import dataclasses
import re
import shutil
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from experiments.tables import ROOT, committed, main, pages
from jaxgan.cli.experiments import experiments, load_experiment
from jaxgan.study import Results
from jaxgan.study.results import results_of
from jaxgan.types import Dataset

COMMITTED = committed()
CIFAR = Dataset(np.broadcast_to(np.uint8(0), (50_000, 32, 32, 3)), np.zeros(50_000, np.int32))
"""Black images in the place of the data that the package does not have."""
ABOUT = {"experiment": "", "command": "", "scale": "", "started": ""}


def without_numbers(results: Results) -> dict[str, Any]:
    """The claims, metrics and settings of results, without what was measured."""
    return {
        "claims": [msgspec.structs.replace(claim, verdicts=[]) for claim in results.claims],
        "metrics": {
            name: msgspec.structs.replace(metric, reference=None)
            for name, metric in results.metrics.items()
        },
        "cells": {name: cell.settings for name, cell in results.cells.items()},
    }


def seconds_of_a_seed(results: Results) -> float:
    """Seconds of one seed in all cells together."""
    return results.seconds / sum(map(len, results.sets))


def test_every_experiment_has_results_or_says_that_it_has_none() -> None:
    assert set(COMMITTED) <= set(experiments())
    for name in experiments():
        unjudged = "\nExpect    not judged yet: " in (load_experiment(name).about or "")
        assert unjudged == (name not in COMMITTED), name


@pytest.mark.parametrize("name", COMMITTED)
def test_they_are_those_of_the_experiment_as_it_is_now(name: str) -> None:
    results, experiment = COMMITTED[name], load_experiment(name)
    if experiment.data is not None:
        experiment = dataclasses.replace(experiment, data=CIFAR)
    scale, cells = experiment.scales[results.scale], experiment.cells(results.scale)
    assert results.experiment == name
    assert results.judged
    assert not results.provenance["dirty"]
    made = results_of(experiment, cells, {}, results.sets, judged=True, about=ABOUT)
    assert without_numbers(results) == without_numbers(made)
    assert {len(seeds) for seeds in results.sets} == {scale.seeds}


@pytest.mark.parametrize("name", COMMITTED)
def test_verdicts_are_repeated_on_enough_other_seeds(name: str) -> None:
    # docs/design.md: ten seeds where one costs under a minute, five under ten, three otherwise.
    results = COMMITTED[name]
    if all(claim.unit == "exact" for claim in results.claims):
        return
    first, second = results.sets
    assert not set(first) & set(second)
    seconds = seconds_of_a_seed(results)
    assert min(len(first), len(second)) >= (10 if seconds < 60 else 5 if seconds < 600 else 3)
    for claim in results.claims:
        assert len(claim.verdicts) == (1 if claim.unit == "exact" else 2)


@pytest.mark.parametrize("name", COMMITTED)
def test_they_name_no_machine(name: str) -> None:
    text = (ROOT / "results" / f"{name}.json").read_text()
    assert not re.search(r"(?<![\w.:])/(home|root|tmp|work|Users)\b", text)


def test_readme_and_docstrings_show_what_is_committed() -> None:
    for path, text in pages(COMMITTED):
        assert path.read_text() == text, f"{path}: make tables"


def test_another_result_changes_every_table(tmp_path: Path) -> None:
    name = "su_2017/inverse_transform"
    results = copy.deepcopy(COMMITTED[name])
    results.claims[0].verdicts[0].measured = 12.5
    results.claims[0].verdicts[0].interval = None
    results.claims[0].verdicts[0].verdict = "does not hold"
    shutil.copytree(ROOT / "experiments", tmp_path / "experiments")
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "README.md", tmp_path)
    files = [tmp_path / "README.md", tmp_path / "experiments" / "README.md"]
    files.append(tmp_path / "docs" / "from_noise_to_wgan_gp.md")
    files.append(tmp_path / "experiments" / f"{name}.py")
    changed = dict(pages({name: results}, tmp_path))
    assert list(changed) == files
    for path, text in changed.items():
        assert ("1 does not hold" if path == files[0] else "12.5") in text


def test_a_check_names_what_is_out_of_date(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    assert main(["--check"]) == 0
    monkeypatch.setattr("experiments.tables.pages", lambda found: [(ROOT / "README.md", "other")])
    assert main(["--check"]) == 1
    assert "README.md is out of date: run `make tables`" in capsys.readouterr().err
