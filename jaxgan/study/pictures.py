"""The standard pictures of experiments, as dataclasses with a few settings.

`__all__` is the registry: a report can draw each of these from the records of a run only.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from jaxgan import figures
from jaxgan.figures.fields import Field
from jaxgan.figures.surfaces import Surface
from jaxgan.study.comparisons import Overlay, Quantities, Scores, Successes, Texts
from jaxgan.study.picture import Metric, Picture
from jaxgan.study.plans import Plans
from jaxgan.study.records import Record, Records
from jaxgan.study.series import Panel, curves_of

__all__ = [
    "Curves",
    "Fields",
    "Interpolation",
    "Neighbors",
    "Overlay",
    "Plans",
    "Points",
    "Profile",
    "Progress",
    "Quantities",
    "SampleTable",
    "Samples",
    "Scores",
    "Successes",
    "Surfaces",
    "Texts",
]

REAL = "real"
LOSSES: tuple[Panel, ...] = (
    ("critic/gap", "critic gap: mean real score - mean fake score"),
    ("critic/gradient_norm", "gradient norm of the critic's parameters"),
    ("generator/loss", "generator loss"),
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Samples(Picture):
    """Images of the last moment beside real images; rows with names if records have them."""

    file: str = "samples.png"
    caption: str = (
        "Random samples at the last moment, not selected, beside real examples drawn at "
        "random; seed 0."
    )
    array: str = "samples"

    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """A block per cell."""
        names = {arm: x.tolist() for arm, x in _arrays(records, f"{self.array}/names").items()}
        return figures.sample_grid(_arrays(records, self.array), names=names)


@dataclasses.dataclass(frozen=True, kw_only=True)
class SampleTable(Picture):
    """Images of the last moment in a table, of cells named `ROW-COLUMN`, as in "tanh-wgan".

    Real images are in every column of the last row. A training that diverged has a note instead.

    Attributes:
        shown: images per cell.
    """

    file: str = "samples.png"
    caption: str = "Random samples at the last moment, not selected; seed 0."
    array: str = "samples"
    shown: int = 25

    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """A block per cell."""
        rows: dict[str, dict[str, np.ndarray | str]] = {}
        for cell, record in _first(records):
            row, named, column = cell.partition("-")
            if named and self.array in record.arrays:
                ended = f"diverged at {record.steps:,}" if record.ended == "diverged" else ""
                shown = ended or record.arrays[self.array][: self.shown]
                rows.setdefault(row, {})[column] = shown
        real = _arrays(records, self.array).get(REAL)
        if real is not None:
            columns = [column for row in rows.values() for column in row]
            rows[REAL] = dict.fromkeys(columns, real[: self.shown])
        return figures.sample_table(rows)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Progress(Picture):
    """Samples from the same latents at every moment."""

    file: str = "progress.png"
    caption: str = "Samples from the same latents after the given generator steps; seed 0."
    series: str = "samples"

    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """A row per cell, a column per moment."""
        rows = {
            _title(cell, record): list(zip(*map(_listed, record.series[self.series]), strict=True))
            for cell, record in _first(records)
            if self.series in record.series
        }
        return figures.progress_grid(rows)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Interpolation(Picture):
    """Images along straight lines in latent space."""

    file: str = "interpolation.png"
    caption: str = (
        "Straight lines between two latents: the images of a generator that fits the data change "
        "smoothly and stay plausible; seed 0."
    )
    array: str = "lines"

    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """A block per cell."""
        return figures.interpolation(_arrays(records, self.array))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Neighbors(Picture):
    """Samples of one cell beside their nearest training examples."""

    cell: str
    file: str = "neighbors.png"
    caption: str = (
        "Samples beside the nearest training example in pixel distance: a copy means "
        "memorization; seed 0."
    )

    def cells(self) -> Sequence[str]:
        """The cell whose samples are shown."""
        return (self.cell,)

    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """A sample and its nearest training example per pair."""
        arrays = records[self.cell][0].arrays
        return figures.nearest_neighbors(
            *(arrays[f"nearest/{part}"] for part in ("samples", "real", "distances"))
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Curves(Picture):
    """Every score and some losses over generator steps."""

    file: str = "curves.png"
    caption: str = (
        "Scores and losses over generator steps: the mean over seeds, with a band from the lowest "
        "to the highest. Dashed: the same score of real data."
    )
    losses: tuple[Panel, ...] = LOSSES

    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """A panel per quantity."""
        names = [(name, metric.label) for name, metric in metrics.items()]
        panels = {label: curves_of(records, name) for name, label in (*names, *self.losses)}
        real = records[REAL][0].scores if records.get(REAL) else {}
        references = {metrics[name].label: x for name, x in real.items() if name in metrics}
        falling = [metric.label for metric in metrics.values() if metric.better == "lower"]
        shown = {label: panel for label, panel in panels.items() if panel} or panels
        return figures.line_plots(shown, log=falling, references=references)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Points(Picture):
    """Points of the last moment over the density of the data."""

    file: str = "samples.png"
    caption: str = "Samples at the last moment over the density of the data; seed 0."
    array: str = "samples"

    def cells(self) -> Sequence[str]:
        """The real data."""
        return (REAL,)

    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """A panel per cell."""
        samples = _arrays(records, self.array)
        real = records[REAL][0].arrays
        return figures.density(real[self.array], samples, real.get("centers"))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Profile(Picture):
    """Quantities over a parameter, each an array of a cell, computed or measured.

    Attributes:
        x: name of the array `[n]` with the parameter's values, in every drawn cell.
        label: the parameter's label.
        panels: names of arrays `[n]` and their labels.
        lines: whether to draw every cell as a line with a band, as for densities, instead of dots.
    """

    x: str = "x"
    label: str = "x"
    panels: tuple[Panel, ...] = ()
    lines: bool = False
    file: str = "profile.png"
    caption: str = "The mean over seeds, with a band from the lowest to the highest."

    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """A panel per quantity, a line per cell."""
        panels = {}
        for name, label in self.panels:
            panels[label] = {
                cell: (found[0].arrays[self.x], np.stack([r.arrays[name] for r in found]))
                for cell, of_cell in records.items()
                if (found := [r for r in of_cell if name in r.arrays])
            }
        return figures.line_plots(panels, x=self.label, lines=self.lines)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Surfaces(Picture):
    """Functions on the plane, such as critics, one per cell.

    Cells are named `ROW-COLUMN`, as in "clipping-swiss_roll". Each has three arrays: `surface`,
    `[n, n]` on a square grid; `reach`, half the side of the square; and `points`, `[m, 2]`.
    """

    file: str = "surfaces.png"
    caption: str = "Contour lines of each trained critic; seed 0."

    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """A table of panels."""
        rows: dict[str, dict[str, Surface]] = {}
        for cell, record in _first(records):
            if "surface" in (x := record.arrays):
                row, _, column = cell.partition("-")
                surface = Surface(x["surface"], float(x["reach"]), x["points"])
                rows.setdefault(row, {})[column.replace("_", " ")] = surface
        return figures.contours(rows)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fields(Picture):
    """Vector fields, each with a path: the arrays `arrows`, `reach` and `path` of a cell."""

    axes: tuple[str, str] = ("x", "y")
    file: str = "fields.png"
    caption: str = "The direction of a step at every point, and one trajectory of many steps."

    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """A panel per cell."""
        panels = {
            cell: Field(x["arrows"], float(x["reach"]), x["path"])
            for cell, record in _first(records)
            if "arrows" in (x := record.arrays)
        }
        return figures.vector_fields(panels, self.axes)


def _first(records: Records) -> Iterator[tuple[str, Record]]:
    return ((cell, of_cell[0]) for cell, of_cell in records.items() if of_cell)


def _title(cell: str, record: Record) -> str:
    return f"{cell}: diverged at {record.steps:,}" if record.ended == "diverged" else cell


def _arrays(records: Records, name: str) -> dict[str, np.ndarray]:
    return {
        _title(cell, record): record.arrays[name]
        for cell, record in _first(records)
        if name in record.arrays
    }


def _listed(x: np.ndarray) -> list[Any]:
    return x.tolist() if x.ndim == 1 else list(x)
