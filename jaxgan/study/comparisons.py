"""Pictures that compare cells: quantities, scores over settings, successes, and texts."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from jaxgan import figures
from jaxgan.figures.style import REAL
from jaxgan.study.picture import Metric, Picture
from jaxgan.study.records import Record, Records
from jaxgan.study.series import Panel, curves_of

__all__ = ["Overlay", "Quantities", "Scores", "Successes", "Texts"]

SHIFT = 0.12
"""The distance of the dots of two arms, where that of two settings is 1."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Overlay(Picture):
    """Several quantities over generator steps in one panel per cell, such as gaps on two sets.

    Attributes:
        series: names of series and their labels; cells without one of them are skipped.
    """

    series: tuple[Panel, ...]
    file: str = "overlay.png"
    caption: str = "The mean over seeds, with a band from the lowest to the highest."

    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """A panel per cell, a line per quantity."""
        found = {label: curves_of(records, name) for name, label in self.series}
        shared = [cell for cell in records if all(cell in curves for curves in found.values())]
        return figures.line_plots(
            {cell: {label: curves[cell] for label, curves in found.items()} for cell in shared}
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Quantities(Picture):
    """Some quantities over generator steps, or over the seconds of training.

    Attributes:
        series: names of series and their labels.
        pace: name of the score that is the time of a generator step, in seconds: the horizontal
            axis is then the step times its mean over the seeds, and cells without it are skipped.
            Generator steps if empty.
    """

    series: tuple[Panel, ...]
    pace: str = ""
    file: str = "quantities.png"
    caption: str = "The mean over seeds, with a band from the lowest to the highest."

    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """A panel per quantity, a line per cell."""
        panels = {label: curves_of(records, name) for name, label in self.series}
        lower = {name for name, metric in metrics.items() if metric.better == "lower"}
        falling = [label for name, label in self.series if name in lower]
        if not self.pace:
            return figures.line_plots(panels, log=falling)
        paces = {
            cell: np.mean([record.scores[self.pace] for record in of_cell])
            for cell, of_cell in records.items()
            if of_cell and all(self.pace in record.scores for record in of_cell)
        }
        timed = {
            label: {
                cell: (paces[cell] * panel[cell][0], panel[cell][1])
                for cell in panel
                if cell in paces
            }
            for label, panel in panels.items()
        }
        return figures.line_plots(timed, log=falling, x="seconds of training", lines=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scores(Picture):
    """Scores at the last moment of cells that are named `ARM-SETTING`, as in "spectral-A".

    Attributes:
        scores: names of the scores.
        label: what the settings are.
    """

    scores: tuple[str, ...]
    label: str = "setting"
    file: str = "scores.png"
    caption: str = (
        "Scores at the last moment for each setting: the mean over seeds, with a bar from the "
        "lowest to the highest. Dashed: the same score of real data."
    )

    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """A panel per score, a color per arm, and the settings from left to right."""
        arms: dict[str, dict[str, Sequence[Record]]] = {}
        for cell, found in records.items():
            arm, dash, setting = cell.partition("-")
            if dash and found:
                arms.setdefault(arm, {})[setting] = found
        settings = list(dict.fromkeys(setting for of_arm in arms.values() for setting in of_arm))
        shifts = SHIFT * (np.arange(len(arms)) - (len(arms) - 1) / 2)
        panels = {
            metrics[name].label: {
                arm: (at + np.arange(len(settings)), _table(name, map(of_arm.get, settings)))
                for (arm, of_arm), at in zip(arms.items(), shifts, strict=True)
            }
            for name in self.scores
        }
        real = records[REAL][0].scores if records.get(REAL) else {}
        return figures.line_plots(
            panels,
            log=[metrics[name].label for name in self.scores if metrics[name].better == "lower"],
            references={metrics[name].label: real[name] for name in self.scores if name in real},
            x=self.label,
            ticks=settings,
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Successes(Picture):
    """The seeds with which one cell, the other, both or none have a score above a threshold.

    Attributes:
        pair: names of the two cells.
        score: name of the score.
        thresholds: the thresholds, in order.
    """

    pair: tuple[str, str]
    score: str
    thresholds: tuple[float, ...]
    file: str = "successes.png"
    caption: str = (
        "Number of seeds with which only one method, both or neither have a score above each "
        "threshold, and the p-value of a two-sided exact sign test on those with only one."
    )

    def cells(self) -> Sequence[str]:
        """The two cells."""
        return self.pair

    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """A stacked bar per threshold."""
        both = zip(*(records[cell] for cell in self.pair), strict=False)
        scores = [[record.scores[self.score] for record in pair] for pair in both]
        found = dict(zip(self.pair, np.asarray(scores).T, strict=True))
        return figures.successes(found, self.thresholds, metrics[self.score].label)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Texts(Picture):
    """Texts of the last moment, an array of strings `[n]` of each cell."""

    array: str = "texts"
    file: str = "texts.png"
    caption: str = "Random texts at the last moment, not selected; seed 0."

    def draw(self, records: Records, metrics: Mapping[str, Metric]) -> Figure:
        """A block per cell."""
        found = {
            cell: of_cell[0].arrays[self.array].tolist()
            for cell, of_cell in records.items()
            if of_cell and self.array in of_cell[0].arrays
        }
        return figures.text_blocks(found)


def _table(name: str, cells: Iterable[Sequence[Record] | None]) -> np.ndarray:
    """A score `[seeds, cells]`; NaN where there is none."""
    columns = [[record.scores.get(name, np.nan) for record in found or ()] for found in cells]
    return np.array(list(itertools.zip_longest(*columns, fillvalue=np.nan)))
