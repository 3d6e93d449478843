"""Every experiment says its four words, runs for two steps and judges its claims."""

from __future__ import annotations

import ast
import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from jaxgan.report import write_report
from jaxgan.runner import compare

ROOT = Path(__file__).parent.parent
NAMES = sorted(path.stem for path in (ROOT / "experiments").glob("[a-z]*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_the_docstring_says_what_to_expect(name: str) -> None:
    text = (ROOT / "experiments" / f"{name}.py").read_text()
    about = ast.get_docstring(ast.parse(text)) or ""
    for word in ("Claim", "Paper", "Differs", "Expect"):
        assert f"\n{word}  " in about, word
    assert f"jaxgan run {name} --seeds 3" in about
    assert "https://" in about
    assert "jaxgan.training" not in text  # a specification and one call: no training code


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_for_two_steps_and_judges_its_claims(name: str, tmp_path: Path) -> None:
    comparison = import_module(f"experiments.{name}").COMPARISON
    results = compare(comparison, tmp_path, scale="smoke", seeds=1, name=name)
    assert json.loads((tmp_path / "results.json").read_text()) == json.loads(json.dumps(results))
    assert len(results["claims"]) == len(comparison.claims) > 0
    for claim in results["claims"]:
        assert claim["verdict"] == "not judged"
        assert np.isfinite(claim["values"]).all()
    for arm in comparison.arms:
        assert results["scores"][arm].keys() == comparison.metrics.keys()
        assert (tmp_path / arm / "seed-0" / "checkpoints" / "step-000000002").is_dir()
    for picture in results["pictures"]:
        assert (tmp_path / picture["file"]).stat().st_size > 1000
    assert write_report(tmp_path).is_file()


def test_a_finished_comparison_does_nothing_twice(tmp_path: Path) -> None:
    comparison = import_module("experiments.gaussians").COMPARISON
    first = compare(comparison, tmp_path, scale="smoke", seeds=1)
    states = sorted(tmp_path.rglob("state.safetensors"))
    written = [path.stat().st_mtime_ns for path in states]
    second = compare(comparison, tmp_path, scale="smoke", seeds=1)
    assert second["scores"] == first["scores"]
    assert [path.stat().st_mtime_ns for path in states] == written
