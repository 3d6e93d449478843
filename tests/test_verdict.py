"""Verdicts: what an interval says, and that too little says nothing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from jaxgan.verdict import Claim, judge


def verdict(values: list[float], above: float = 0.0, *, judged: bool = True) -> dict:
    claim = Claim("x is large", "x = 5", lambda scores: scores["arm"]["x"], above)
    return judge(claim, {"arm": {"x": values}}, judged=judged)


@pytest.mark.parametrize(
    ("values", "above", "wanted"),
    [
        ([1.0, 1.1, 0.9], 0.0, "holds"),
        ([1.0, 1.1, 0.9], 2.0, "does not hold"),
        ([1.0, -1.0, 0.5], 0.0, "undecided"),
        ([1.0, 1.0], 0.0, "not judged"),
        ([1.0, 1.0, 1.0], 0.0, "holds"),
        ([1.0, float("nan"), 1.0], 0.0, "does not hold"),
    ],
)
def test_verdicts(values: list[float], above: float, wanted: str) -> None:
    assert verdict(values, above)["verdict"] == wanted


def test_a_scale_that_only_runs_judges_nothing() -> None:
    assert verdict([1.0, 1.0, 1.0], judged=False)["verdict"] == "not judged"


def test_the_interval_is_students() -> None:
    # Oracle: scipy's own confidence interval of a one-sample t test.
    values = [0.3, 0.9, 0.5, 0.7]
    wanted = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    found = verdict(values)
    np.testing.assert_allclose(found["interval"], [wanted.low, wanted.high], rtol=1e-12)
    assert found["values"] == values
    np.testing.assert_allclose(found["measured"], 0.6)
