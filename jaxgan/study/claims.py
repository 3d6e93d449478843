"""Claims of a paper and their verdicts from measured values."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args

import msgspec
import numpy as np
from scipy import stats

from jaxgan.study.records import Records
from jaxgan.types import check_number, unknown

__all__ = ["Claim", "Unit", "Verdict", "advantage", "half_width", "judge", "threshold"]

Unit = Literal["seeds", "draws", "set", "exact"]
"""What one number of a claim belongs to: a training seed, a draw of the data, a whole set of seeds
(such as the p-value of a test over them), or (exact) a deterministic computation. The last two have
no interval."""

PLAIN = "set", "exact"
"""Units whose numbers are compared with the threshold as they are, without an interval."""

SEEDS = 3
"""The smallest number of values on which a claim is judged, unless it is exact."""


@dataclasses.dataclass(frozen=True)
class Claim:
    """A statement that numbers lie above or below a threshold.

    Attributes:
        sentence: the statement.
        published: the paper's result, with its numbers if it has any.
        measure: function from the records to the judged numbers; for unit "seeds" one per seed,
            such as the difference of two cells. It can use `scores` and `ended` of the records.
        above: the numbers should lie above this threshold.
        below: the numbers should lie below this threshold; give either `above` or `below`.
        unit: what one number belongs to, see `Unit`.

    Raises:
        ValueError: no threshold or two, or an unknown unit.
    """

    sentence: str
    published: str
    measure: Callable[[Records], Sequence[float]]
    above: float | None = None
    below: float | None = None
    unit: Unit = "seeds"

    def __post_init__(self) -> None:
        if len(given := [x for x in (self.above, self.below) if x is not None]) != 1:
            raise ValueError(
                f"claim {self.sentence!r} has above={self.above} and below={self.below}: give one"
            )
        check_number(f"limit of claim {self.sentence!r}", given[0], "finite", "give a number")
        if self.unit not in get_args(Unit):
            raise unknown("unit of a claim", self.unit, get_args(Unit))


def advantage(
    sentence: str,
    published: str,
    metric: str,
    cell: str,
    over: str,
    better: Literal["higher", "lower"] = "higher",
) -> Claim:
    """The claim that one cell has a better score than another, seed by seed.

    Args:
        sentence: the statement.
        published: the paper's result.
        metric: name of the compared score.
        cell: name of the cell that should be better.
        over: name of the cell that should be worse.
        better: whether higher or lower scores are better.

    Returns:
        A claim on the differences, positive where `cell` is better.

    >>> from jaxgan.study.records import Record
    >>> claim = advantage("a is quicker", "", "seconds", "a", over="b", better="lower")
    >>> claim.measure({"a": [Record({"seconds": 1.0})], "b": [Record({"seconds": 3.0})]})
    [2.0]
    """
    sign = 1.0 if better == "higher" else -1.0

    def measure(records: Records) -> list[float]:
        pairs = zip(records[cell], records[over], strict=True)
        return [sign * (one.scores[metric] - other.scores[metric]) for one, other in pairs]

    return Claim(sentence, published, measure, above=0.0)


def threshold(
    sentence: str,
    published: str,
    metric: str,
    cell: str,
    *,
    above: float | None = None,
    below: float | None = None,
    unit: Unit = "seeds",
) -> Claim:
    """The claim that a score of one cell lies above or below a threshold.

    Args:
        sentence: the statement.
        published: the paper's result.
        metric: name of the judged score.
        cell: name of the cell.
        above: the score should lie above this threshold.
        below: the score should lie below this threshold; give either `above` or `below`.
        unit: what one number belongs to; an exact score is read once, from the first seed.

    Returns:
        A claim on the scores, one per seed.

    Raises:
        ValueError: no threshold or two, or an unknown unit.

    >>> from jaxgan.study.records import Record
    >>> claim = threshold("a is quick", "", "seconds", "a", below=2.0)
    >>> claim.measure({"a": [Record({"seconds": 1.0}), Record({"seconds": 3.0})]})
    [1.0, 3.0]
    """

    def measure(records: Records) -> list[float]:
        of_cell = records[cell][:1] if unit == "exact" else records[cell]
        return [record.scores[metric] for record in of_cell]

    return Claim(sentence, published, measure, above, below, unit)


class Verdict(msgspec.Struct):
    """The verdict on a claim for one set of seeds, with its numbers.

    Attributes:
        seeds: the set of seeds.
        values: the numbers, None where one is not finite.
        measured: their mean; for exact numbers, the one nearest to the wrong side.
        interval: 95 % interval of the mean; None for exact numbers and those of a set.
        verdict: "holds", "does not hold", "undecided" or "not judged".
        reason: the reason for the verdict.
    """

    seeds: list[int]
    values: list[float | None]
    measured: float | None
    interval: tuple[float, float] | None
    verdict: Literal["holds", "does not hold", "undecided", "not judged"]
    reason: str


def judge(claim: Claim, records: Records, seeds: Sequence[int], *, judged: bool = True) -> Verdict:
    """The verdict on a claim.

    For numbers per seed or draw, the verdict follows from the 95 % interval of their mean,
    mean +- t(0.975, n - 1) sd / sqrt(n), two-sided Student. The claim holds if the interval lies
    on the claimed side of the threshold, does not hold if it lies on the other side, and is
    undecided if it contains the threshold. Exact numbers and those of a set have no interval: the
    claim holds if all lie on the claimed side. A claim that uses a missing score, such as one of a
    diverged training, does not hold.

    Args:
        claim: the claim.
        records: records of every cell, one per seed.
        seeds: the seeds of the records.
        judged: False for a run that is too short to judge claims.

    Returns:
        The verdict with its numbers.

    >>> from jaxgan.study.records import Record
    >>> better = advantage("a beats b", "", "x", "a", "b")
    >>> a, b = ([Record({"x": x}) for x in values] for values in ((3.0, 4, 5), (1.0, 1, 1)))
    >>> verdict = judge(better, {"a": a, "b": b}, [0, 1, 2])
    >>> verdict.verdict, [round(end, 2) for end in verdict.interval]  # t(0.975, 2) = 4.303
    ('holds', [0.52, 5.48])
    """
    missing: list[str] = []
    values = [float(value) for value in claim.measure(_noting(records, missing))]
    if missing and np.isfinite(values).all():  # a comparison or a minimum has hidden it
        values = [math.nan] * len(values)
    interval = None if claim.unit in PLAIN else _interval(values)
    if not judged:
        verdict = "not judged", "this scale only shows that everything runs"
    elif not values or not np.isfinite(values).all():
        verdict = "does not hold", _missing(records, seeds, missing)
    elif claim.unit in PLAIN:
        verdict = _plain(claim, values)
    elif len(values) < SEEDS:
        what = f"{len(values)} {claim.unit[:-1] if len(values) == 1 else claim.unit}"
        verdict = "not judged", f"{what}; a claim is judged on at least {SEEDS}"
    else:
        verdict = _from_interval(claim, interval or (math.nan, math.nan))
    finite = [value if math.isfinite(value) else None for value in values]
    measured = _summary(claim)(values) if values and None not in finite else None
    return Verdict(list(seeds), finite, measured, interval, *verdict)  # pyright: ignore[reportArgumentType]


def half_width(values: Sequence[float]) -> float:
    """Half of the two-sided 95 % Student interval of a mean, t(0.975, n - 1) sd / sqrt(n).

    Args:
        values: two or more, one per seed.

    Returns:
        The half-width, in the units of the values.

    >>> round(half_width([1.0, 2.0, 3.0]), 2)  # 4.303 / sqrt(3)
    2.48
    """
    error = np.std(values, ddof=1) / math.sqrt(len(values))
    return float(stats.t.ppf(0.975, len(values) - 1) * error)


def _summary(claim: Claim) -> Callable[[Sequence[float]], float]:
    if claim.unit not in PLAIN:
        return lambda values: float(np.mean(values))
    return max if claim.above is None else min


def _interval(values: Sequence[float]) -> tuple[float, float] | None:
    if len(values) < 2 or not np.isfinite(values).all():
        return None
    mean, half = float(np.mean(values)), half_width(values)
    return mean - half, mean + half


class _Scores(dict[str, float]):
    """Scores that note the name of each one that is used and is missing or not finite."""

    def __init__(self, scores: Mapping[str, Any], missing: list[str]) -> None:
        super().__init__({name: float(score) for name, score in scores.items()})
        self._missing = missing

    def __getitem__(self, name: str) -> float:
        value = self.get(name, math.nan)
        if not math.isfinite(value):
            self._missing.append(name)
        return value


def _noting(records: Records, missing: list[str]) -> Records:
    """The records, which note the scores that are used and missing."""
    return {
        cell: [record._replace(scores=_Scores(record.scores, missing)) for record in of_cell]
        for cell, of_cell in records.items()
    }


def _missing(records: Records, seeds: Sequence[int], missing: Sequence[str]) -> str:
    """Why a claim has no finite number: the cells that diverged, or the scores."""
    lost = {
        cell: [seed for seed, record in zip(seeds, of_cell, strict=False) if _diverged(record)]
        for cell, of_cell in records.items()
    }
    said = [
        f"{cell} diverged with {len(which)} of {len(records[cell])} seeds"
        for cell, which in lost.items()
        if which
    ]
    if said:
        return f"no score, since {', '.join(said)}"
    return f"{missing[0]} is missing or not finite" if missing else "a number is not finite"


def _diverged(record: object) -> bool:
    return getattr(record, "ended", "") == "diverged"


def _plain(claim: Claim, values: Sequence[float]) -> tuple[str, str]:
    if claim.above is not None:
        holds, side = min(values) > claim.above, f"above {claim.above:g}"
    else:
        holds, side = max(values) < (claim.below or 0.0), f"below {claim.below:g}"
    numbers = "the number lies" if len(values) == 1 else f"all {len(values)} numbers lie"
    if holds:
        return "holds", f"{numbers} {side}"
    return "does not hold", f"not {numbers} {side}"


def _from_interval(claim: Claim, interval: tuple[float, float]) -> tuple[str, str]:
    low, high = interval
    threshold = claim.below if claim.above is None else claim.above
    assert threshold is not None
    for apart, side, wanted in (
        (low > threshold, "above", claim.above is not None),
        (high < threshold, "below", claim.below is not None),
    ):
        if apart:
            verdict = "holds" if wanted else "does not hold"
            return verdict, f"the 95 % interval lies {side} {threshold:g}"
    return "undecided", f"the 95 % interval contains {threshold:g}"
