"""Every experiment has its four paragraphs, valid shapes, and runs for two steps."""

from __future__ import annotations

import ast
import functools
import re
from importlib import import_module
from pathlib import Path

import msgspec
import numpy as np
import pytest

from jaxgan.report import write_report
from jaxgan.study import Experiment, check, classifiers, mixture, read_results, run
from tests.daily import daily_if
from tests.stand_in import with_stand_in

pytestmark = pytest.mark.usefixtures("unchecked_types")
ROOT = Path(__file__).parent.parent
PATHS = sorted((ROOT / "experiments").glob("*/[a-z]*.py"))
NAMES = [f"{path.parent.name}/{path.stem}" for path in PATHS]


def experiment_of(name: str) -> Experiment:
    return with_stand_in(import_module(f"experiments.{name.replace('/', '.')}").EXPERIMENT)


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_the_docstring_says_what_to_expect(path: Path) -> None:
    text = path.read_text()
    about = ast.get_docstring(ast.parse(text)) or ""
    for word in ("Claim", "Paper", "Differs", "Expect"):
        assert re.search(rf"^{word}\s+\S", about, re.MULTILINE), word
    assert re.search(rf"^    jaxgan run {path.stem}\b", about, re.MULTILINE)
    assert "https://" in about
    assert len(text.splitlines()) <= 200


LARGE = {
    "korotin_2022/w1_benchmark",
    "wgan_gp_2017/architectures",
    "wgan_gp_2017/cifar10",
    "wgan_gp_2017/random_architectures",
}
"""Tracing their trainings takes half a minute."""


@pytest.mark.parametrize("scale", [daily_if(True, "paper"), daily_if(False, "small")])
@pytest.mark.parametrize("name", [daily_if(name not in LARGE, name) for name in NAMES])
def test_it_fits_at_every_scale(name: str, scale: str) -> None:
    experiment = experiment_of(name)
    assert {"smoke", "small"} <= set(experiment.scales)
    assert not experiment.scales["smoke"].judged
    if scale in experiment.scales:  # a run checks its own scale
        check(experiment, scale, measure=False)


WHOLE = {
    "mescheder_2018/dirac",
    "rocca_2019/oracle_game",
    "su_2017/inverse_transform",
    "wgan_2017/earth_mover",
    "wgan_gp_2017/digits",
}
"""One of each kind runs every day: closed forms, densities, points, critics alone, images."""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """W1 of 100 points, and a brief classifier: both would take longer than the trainings."""
    monkeypatch.setattr(mixture, "PAIRED", 100)
    briefly = functools.partial(classifiers.train_classifier, steps=100)
    monkeypatch.setattr(classifiers, "train_classifier", briefly)
    monkeypatch.setattr(classifiers, "RECIPE", "100 steps")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", [name for name in NAMES if name not in WHOLE])
def test_it_is_measured_untrained(name: str) -> None:
    check(experiment_of(name), "smoke")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", [daily_if(name in WHOLE, name) for name in NAMES])
def test_it_runs_at_its_smallest_and_judges_nothing(name: str, tmp_path: Path) -> None:
    experiment = experiment_of(name)
    results = run(experiment, tmp_path, scale="smoke", seeds=1, name=name)
    assert msgspec.json.encode(read_results(tmp_path)) == msgspec.json.encode(results)
    assert len(results.claims) == len(experiment.claims) > 0
    for claim in results.claims:
        (verdict,) = claim.verdicts
        assert verdict.verdict == "not judged"
        assert verdict.values
        assert np.isfinite(verdict.values).all()
    for cell in results.cells.values():
        assert [one.ended for one in cell.seeds] == ["finished"]
    assert {name for cell in results.cells.values() for name in cell.seeds[0].scores} == set(
        experiment.metrics
    )
    assert "Not redrawn" not in write_report(tmp_path).read_text()
    for picture in results.pictures:
        assert (tmp_path / picture.file).stat().st_size > 1000
