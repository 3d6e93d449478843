"""What a paper compared: recipes on the same data with the same networks, claims, scores."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import jax

from jaxgan.outcome import Metric, Outcome, Picture
from jaxgan.training import Networks, Recipe
from jaxgan.types import Dataset
from jaxgan.verdict import Claim

__all__ = ["Comparison", "Judge", "Scale", "at_scale"]


@dataclasses.dataclass(frozen=True)
class Scale:
    """How long and how large: generator steps, batch size, samples per score.

    `judged` is False for a scale that only shows that everything runs; `networks` and `arms` stand
    for the comparison's where a scale has its own.
    """

    steps: int
    batch_size: int
    samples: int
    judged: bool = True
    networks: Networks | None = None
    arms: Mapping[str, Recipe] | None = None


class Judge(NamedTuple):
    """Scores of samples, and the same scores of real data where they can be had."""

    score: Callable[[jax.Array], Mapping[str, float]]
    references: Mapping[str, float]


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What a paper compared and how it is compared here.

    Attributes:
        title: of the report.
        paper: authors, title, year.
        url: of the paper.
        summary: what is compared, in a sentence or two.
        differs: what differs from the paper.
        protocol: how the scores are taken: samples, features, split, weights.
        networks: who plays, the same in every arm.
        arms: the recipes by name.
        data: makes the data set.
        judge: makes the scores for that data set.
        metrics: what the scores are.
        claims: what should hold.
        scales: by name.
        pictures: draws the outcome.
        moments: how many times a run is observed after its start.
        best_by: the score, lower is better, by which a run's best checkpoint is kept.
    """

    title: str
    paper: str
    url: str
    summary: str
    differs: str
    protocol: str
    networks: Networks
    arms: Mapping[str, Recipe]
    data: Callable[[], Dataset]
    judge: Callable[[Dataset], Judge]
    metrics: Mapping[str, Metric]
    claims: tuple[Claim, ...]
    scales: Mapping[str, Scale]
    pictures: Callable[[Outcome], Iterable[Picture]]
    moments: int = 5
    best_by: str | None = None


def at_scale(comparison: Comparison, scale: str) -> Comparison:
    """The comparison with the networks and arms of one of its scales.

    Args:
        comparison: what is compared.
        scale: one of its scales.

    Returns:
        The same comparison where the scale has none of its own.
    """
    size = comparison.scales[scale]
    return dataclasses.replace(
        comparison,
        networks=size.networks or comparison.networks,
        arms=size.arms or comparison.arms,
    )
