"""A claim and its verdict: the published statement beside what several seeds measured."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

__all__ = ["Claim", "Scores", "half_width", "judge"]

Scores = Mapping[str, Mapping[str, Sequence[float]]]
"""`scores[arm][metric][seed]`."""

SEEDS = 3
"""The fewest seeds on which a claim is judged."""


@dataclasses.dataclass(frozen=True)
class Claim:
    """Something that should come out above a threshold.

    Attributes:
        claim: the statement, as a sentence.
        published: what the paper says, with its numbers if it has any.
        measure: `scores -> [seeds]`, one number per seed, such as the difference of two arms.
        above: the threshold.
    """

    claim: str
    published: str
    measure: Callable[[Scores], Sequence[float]]
    above: float = 0.0


def judge(claim: Claim, scores: Scores, *, judged: bool = True) -> dict[str, Any]:
    """The verdict on a claim, from the 95 % interval of its measure over the seeds.

    mean +- t(0.975, n - 1) sd / sqrt(n), two-sided Student. The claim holds if the interval lies
    above the threshold, does not hold if it lies below, and is undecided in between.

    Args:
        claim: what should hold.
        scores: final scores of every arm and seed.
        judged: False for a run too short to judge anything.

    Returns:
        `claim`, `published`, `threshold`, `values`, `measured`, `interval`, `verdict`, `reason`.

    >>> better = Claim("a beats b", "", lambda s: [a - b for a, b in zip(s["a"]["x"], s["b"]["x"])])
    >>> scores = {"a": {"x": [3.0, 4.0, 5.0]}, "b": {"x": [1.0, 1.0, 1.0]}}
    >>> verdict = judge(better, scores)
    >>> verdict["verdict"], [round(end, 2) for end in verdict["interval"]]  # t(0.975, 2) = 4.303
    ('holds', [0.52, 5.48])
    """
    values = [float(value) for value in claim.measure(scores)]
    interval = _interval(values)
    verdict, reason = _verdict(values, interval, claim.above, judged)
    return {
        "claim": claim.claim,
        "published": claim.published,
        "threshold": claim.above,
        "values": values,
        "measured": float(np.mean(values)) if values else None,
        "interval": interval,
        "verdict": verdict,
        "reason": reason,
    }


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


def _interval(values: Sequence[float]) -> list[float] | None:
    if len(values) < 2 or not np.isfinite(values).all():
        return None
    mean, half = float(np.mean(values)), half_width(values)
    return [mean - half, mean + half]


def _verdict(
    values: Sequence[float], interval: list[float] | None, above: float, judged: bool
) -> tuple[str, str]:
    if not judged:
        return "not judged", "this scale only shows that everything runs"
    if len(values) < SEEDS:
        return "not judged", f"{len(values)} seeds; a claim is judged on at least {SEEDS}"
    if interval is None:
        return "does not hold", "a score is not finite"
    low, high = interval
    if low > above:
        return "holds", f"the 95 % interval lies above {above:g}"
    if high < above:
        return "does not hold", f"the 95 % interval lies below {above:g}"
    return "undecided", f"the 95 % interval contains {above:g}"
