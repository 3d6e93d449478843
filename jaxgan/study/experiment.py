"""The definition of an experiment: cells at several scales, metrics, claims and pictures."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from jaxgan.data import load
from jaxgan.data.stream import Stream
from jaxgan.study.claims import Claim
from jaxgan.study.picture import Metric, Picture
from jaxgan.study.records import Record
from jaxgan.types import Dataset, unknown

__all__ = ["Cell", "Cells", "Experiment", "MissingData", "Scale"]


class MissingData(FileNotFoundError):
    """The data that an experiment names are not on this machine."""


@runtime_checkable
class Cell(Protocol):
    """A function of a seed: a training, a critic without a generator, a closed form."""

    def __call__(self, seed: int, folder: Path) -> Record:
        """The record for this seed; the folder belongs to this cell and seed."""
        ...


Cells = Mapping[str, Cell]
"""Cells by name. The cell "real" is the real data: it runs once, and its scores are the reference
values."""


@dataclasses.dataclass(frozen=True)
class Scale:
    """The size of an experiment: its cells and its number of seeds.

    Attributes:
        cells: builds the cells, from the experiment's data if it has any, else from data that it
            loads.
        seeds: default number of seeds of each cell.
        judged: False for a scale that only shows that everything runs.
    """

    cells: Callable[[], Cells] | Callable[[Any], Cells]
    seeds: int = 10
    judged: bool = True


@dataclasses.dataclass(frozen=True)
class Experiment:
    """An experiment: its description, cells, metrics, claims and pictures.

    Attributes:
        about: the docstring of the module, see `read_about`.
        scales: scales by name; "small" is the default.
        metrics: descriptions of the scores, by name.
        claims: the claims to judge.
        pictures: the pictures to draw from the records.
        protocol: how the scores are measured: samples, features, split, weights.
        data: a data set that is not in the package, or its name, see `data.load`. `jaxgan run
            --data` replaces it, in Python `dataclasses.replace`. None if the cells load their own.
    """

    about: str | None
    scales: Mapping[str, Scale]
    metrics: Mapping[str, Metric] = dataclasses.field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    pictures: tuple[Picture, ...] = ()
    protocol: str = ""
    data: str | Dataset | Stream | None = None

    def cells(self, scale: str) -> Cells:
        """The cells of a scale.

        Args:
            scale: the name of the scale.

        Returns:
            The cells by name.

        Raises:
            ValueError: the scale is unknown.
            MissingData: the experiment's data are not on this machine.

        >>> from jaxgan import study
        >>> scale = study.Scale(lambda data: {"real": study.Real(data)})
        >>> study.Experiment("Images.", {"small": scale}, data="digits").cells("small")["real"].data
        Dataset(real=uint8[1797, 8, 8, 1], labels=int32[1797])
        """
        if scale not in self.scales:
            raise unknown("scale", scale, self.scales)
        build: Callable[..., Cells] = self.scales[scale].cells
        return build() if self.data is None else build(_loaded(self.data))


def _loaded(data: str | Dataset | Stream) -> Dataset | Stream:
    if not isinstance(data, str):
        return data
    try:
        return load(data)
    except FileNotFoundError as error:
        raise MissingData(
            f"the experiment needs the data {data!r}: {error}. Or give them as a file, --data FILE"
        ) from error
