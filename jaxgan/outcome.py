"""What a comparison leaves in memory, for its pictures to be drawn from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from jaxgan.training import Networks, TrainState
from jaxgan.types import Dataset

__all__ = ["Metric", "Outcome", "Picture", "Run"]


@dataclasses.dataclass(frozen=True)
class Metric:
    """What a score is called, which way is better, and how it is measured."""

    label: str
    better: Literal["higher", "lower"]
    note: str


class Run(NamedTuple):
    """One arm with one seed: its last state and what it left on the way."""

    state: TrainState
    metrics: list[dict[str, Any]]
    observed: list[dict[str, Any]]
    snapshots: dict[int, np.ndarray]


class Outcome(NamedTuple):
    """Everything that the pictures of a comparison are drawn from."""

    networks: Networks
    data: Dataset
    metrics: Mapping[str, Metric]
    references: Mapping[str, float]
    runs: Mapping[str, list[Run]]


class Picture(NamedTuple):
    """A figure, the name of its file and what it shows."""

    file: str
    figure: Figure
    caption: str
