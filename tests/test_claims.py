"""Verdicts: from intervals, for exact numbers, and for too few numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from jaxgan.study import Claim, Record, Verdict, advantage, judge

NAN = float("nan")


def of(values: list[float]) -> list[Record]:
    """Records whose score x has these values; NaN is the score of a training that diverged."""
    return [Record({"x": x}, ended="diverged" if np.isnan(x) else "finished") for x in values]


def verdict(values: list[float], judged: bool = True, **options: Any) -> Verdict:
    options = options or {"above": 0.0}
    claim = Claim("x", "5", lambda records: [r.scores["x"] for r in records["arm"]], **options)
    return judge(claim, {"arm": of(values)}, list(range(len(values))), judged=judged)


@pytest.mark.parametrize(
    ("values", "options", "wanted"),
    [
        ([1.0, 1.1, 0.9], {"above": 0.0}, "holds"),
        ([1.0, 1.1, 0.9], {"above": 2.0}, "does not hold"),
        ([1.0, 1.1, 0.9], {"below": 2.0}, "holds"),
        ([1.0, 1.1, 0.9], {"below": 0.0}, "does not hold"),
        ([1.0, -1.0, 0.5], {"above": 0.0}, "undecided"),
        ([1.0, -1.0, 0.5], {"below": 0.0}, "undecided"),
        ([1.0, 1.0], {"above": 0.0}, "not judged"),
        ([1.0, 1.0, 1.0], {"above": 0.0}, "holds"),
        ([1.0, NAN, 1.0], {"above": 0.0}, "does not hold"),
        ([1.0, 1.1, 0.9], {"above": 0.0, "unit": "draws"}, "holds"),
        ([1e-9], {"below": 1e-6, "unit": "exact"}, "holds"),
        ([1e-9, 2e-6], {"below": 1e-6, "unit": "exact"}, "does not hold"),
        ([1.0, 0.5], {"above": 0.4, "unit": "exact"}, "holds"),
        ([1.0, 0.3], {"above": 0.4, "unit": "exact"}, "does not hold"),
        ([NAN], {"above": 0.4, "unit": "exact"}, "does not hold"),
        ([], {"above": 0.4, "unit": "exact"}, "does not hold"),
        ([0.01], {"below": 0.05, "unit": "set"}, "holds"),
        ([0.06], {"below": 0.05, "unit": "set"}, "does not hold"),
    ],
)
def test_verdicts(values: list[float], options: dict, wanted: str) -> None:
    assert verdict(values, **options).verdict == wanted


def test_nothing_is_drawn_around_what_is_exact() -> None:
    found = verdict([3.0, 1.0, 2.0], above=0.5, unit="exact")
    assert (found.interval, found.measured) == (None, 1.0)  # the number nearest to the wrong side
    assert verdict([3.0, 1.0, 2.0], below=5.0, unit="exact").measured == 3.0
    assert verdict([0.01], below=0.05, unit="set").interval is None


def test_a_scale_that_only_runs_judges_nothing() -> None:
    assert verdict([1.0, 1.0, 1.0], judged=False).verdict == "not judged"


def test_the_interval_is_students() -> None:
    # Oracle: scipy's own confidence interval of a one-sample t test.
    values = [0.3, 0.9, 0.5, 0.7]
    wanted = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    found = verdict(values)
    np.testing.assert_allclose(found.interval, [wanted.low, wanted.high], rtol=1e-12)
    assert found.values == values
    np.testing.assert_allclose(found.measured, 0.6)


def test_a_cell_that_diverged_is_named_and_has_no_number() -> None:
    claim = advantage("a beats b", "", "x", "a", over="b")
    records = {"a": of([1.0, 2.0, 3.0]), "b": of([0.0, NAN, NAN])}
    found = judge(claim, records, [0, 1, 2])
    assert found.verdict == "does not hold"
    assert found.reason == "no score, since b diverged with 2 of 3 seeds"
    assert (found.values, found.measured, found.interval) == ([1.0, None, None], None, None)


def test_divergence_can_be_what_a_claim_is_about() -> None:
    def survived(records: Any) -> list[float]:
        return [float(record.ended == "finished") for record in records["a"]]

    claim = Claim("a survives", "it does", survived, above=0.5)
    assert judge(claim, {"a": of([1.0, 1.0, NAN])}, [0, 1, 2]).verdict == "undecided"
    assert judge(claim, {"a": of([1.0, 1.0, 1.0])}, [0, 1, 2]).verdict == "holds"


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_an_advantage_is_a_difference_seed_by_seed(better: Any) -> None:
    claim = advantage("a beats b", "", "x", "a", "b", better)
    found = claim.measure({"a": of([1.0, 5.0]), "b": of([4.0, 3.0])})
    assert found == ([-3.0, 2.0] if better == "higher" else [3.0, -2.0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "above=None and below=None: give one"),
        ({"above": 1.0, "below": 0.0}, "give one"),
    ],
)
def test_a_claim_needs_one_threshold(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Claim("x", "", lambda records: [], **options)


def test_an_unknown_unit_is_refused() -> None:
    claim = Claim("x", "", lambda records: [], above=0.0)
    object.__setattr__(claim, "unit", "seed")  # avoids the suite's type checks
    with pytest.raises(ValueError, match="unknown unit of a claim 'seed': did you mean 'seeds'"):
        claim.__post_init__()


def test_a_comparison_or_a_minimum_does_not_hide_a_missing_score() -> None:
    records = {"a": of([1.0, 2.0, 3.0]), "b": of([NAN, NAN, NAN])}
    why = "no score, since b diverged with 3 of 3 seeds"
    never = Claim(
        "b is never low", "", lambda r: [float(x.scores["x"] < 0) for x in r["b"]], None, 0.5
    )
    least = Claim(
        "the least is low",
        "",
        lambda r: [min(a.scores["x"], b.scores["x"]) for a, b in zip(r["a"], r["b"], strict=True)],
        below=5.0,
    )
    for claim in (never, least):
        found = judge(claim, records, [0, 1, 2])
        assert (found.verdict, found.measured) == ("does not hold", None)
        assert found.reason == why
    absent = Claim("y is low", "", lambda r: [x.scores["y"] for x in r["a"]], below=5.0)
    assert (
        judge(absent, records, [0, 1, 2]).reason == "no score, since b diverged with 3 of 3 seeds"
    )
    del records["b"]
    assert judge(absent, records, [0, 1, 2]).reason == "y is missing or not finite"
