"""Checks an experiment for mistakes before its first step."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from jaxgan.runs.devices import check_placement
from jaxgan.runs.identity import metric_names
from jaxgan.study.about import read_about
from jaxgan.study.claims import Claim
from jaxgan.study.experiment import Cells, Experiment, Scale
from jaxgan.study.moment import Measure, Moment, latent_key
from jaxgan.study.records import Record, Series
from jaxgan.study.results import REAL
from jaxgan.study.sweep import trainings_of, with_options
from jaxgan.study.training import Training
from jaxgan.training import create_state
from jaxgan.types import unknown

__all__ = ["check", "check_measures", "check_scores"]

SEEDS = 3
"""Number of records per cell on which a claim is tested."""
TRIALS = 100
"""Random scores on which a claim may fail, since it may need positive or ordered ones."""


def check(experiment: Experiment, scale: str, *, measure: bool = True, **options: Any) -> Cells:
    """Builds the cells of a scale and checks the experiment for mistakes.

    Args:
        experiment: the experiment to check.
        scale: name of one of its scales.
        measure: also apply each measure, see `check_measures`.
        **options: options of all trainings, see `with_options`.

    Returns:
        The cells.

    Raises:
        TypeError: the experiment, a scale or a cell has another type.
        ValueError: an unknown scale, a missing text, shapes that do not fit, or an unknown metric
            or cell in a claim or measure.
        MissingData: the experiment's data are not on this machine.
    """
    if not isinstance(experiment, Experiment):
        raise TypeError(
            f"experiment must be a study.Experiment, got {experiment!r}: give the EXPERIMENT of a "
            "module, or study.Experiment(...)"
        )
    if scale not in experiment.scales:
        raise unknown("scale", scale, experiment.scales or ["none: give scales"])
    _check_texts(experiment)
    cells = _cells_of(experiment, scale, options)
    _check_names(cells)
    _check_pictures(experiment, cells)
    for name, cell in cells.items():
        _check_shapes(name, trainings_of(cell))
    scores = dict.fromkeys(cells, frozenset(experiment.metrics))
    for claim in experiment.claims:
        _check_claim(claim, scores)
    if measure:
        check_measures(experiment, cells)
    return cells


def check_measures(experiment: Experiment, cells: Cells) -> None:
    """Applies each measure to one untrained state: its scores are those that are described.

    Args:
        experiment: the experiment.
        cells: its cells.

    Raises:
        ValueError: an unknown metric in a claim or measure.
    """
    scores = dict.fromkeys(cells, frozenset(experiment.metrics))
    scores |= _check_measures(cells, experiment.metrics)
    for claim in experiment.claims:
        _check_claim(claim, scores)


def check_scores(name: str, scores: Mapping[str, float], metrics: Mapping[str, Any]) -> None:
    """Checks that the experiment describes all scores of a cell.

    Args:
        name: the cell's name.
        scores: the cell's scores.
        metrics: the experiment's metrics.

    Raises:
        ValueError: a score that is not a metric of the experiment.
    """
    for score in scores:
        if score not in metrics:
            raise unknown(f"metric in the scores of {name}", score, metrics or ["none"])


def _check_texts(experiment: Experiment) -> None:
    texts = {"first line in its docstring": read_about(experiment.about or "").title}
    for number, claim in enumerate(experiment.claims):
        texts |= {f"sentence in claim {number}": claim.sentence}
        texts |= {f"published result in claim {number}": claim.published}
    if experiment.metrics:
        texts |= {"protocol of its metrics": experiment.protocol}
    empty = [name for name, text in texts.items() if not text.strip()]
    if empty:
        raise ValueError(f"the experiment has no {' and no '.join(empty)}: write it")
    files = [picture.file for picture in experiment.pictures]
    twice = sorted({file for file in files if files.count(file) > 1})
    if twice:
        raise ValueError(f"two pictures have the file {twice[0]}: give one of them another file")


def _cells_of(experiment: Experiment, scale: str, options: Mapping[str, Any]) -> Cells:
    size = experiment.scales[scale]
    if not isinstance(size, Scale):
        raise TypeError(f"scales[{scale!r}] must be a study.Scale, got {size!r}: give Scale(cells)")
    return {name: with_options(cell, **options) for name, cell in experiment.cells(scale).items()}


def _check_names(cells: Cells) -> None:
    if not cells:
        raise ValueError("this scale has no cells: give at least one")
    for name, cell in cells.items():
        if not re.fullmatch(r"(?!\.+$)[\w.=+-]+", name):
            raise ValueError(
                f"the cell name {name!r} cannot be the name of a folder: use letters, "
                "digits and . _ = + -"
            )
        if not callable(cell):
            raise TypeError(
                f"cell {name!r} is {cell!r}: give a Training, or a function of (seed, folder) that "
                "returns a Record"
            )


def _check_pictures(experiment: Experiment, cells: Cells) -> None:
    for picture in experiment.pictures:
        for cell in picture.cells():
            if cell not in cells:
                raise unknown(f"cell in the picture {picture.file}", cell, cells)


def _check_shapes(name: str, trainings: Sequence[Training]) -> None:
    """Traces initial states and train steps without computing anything."""
    try:
        for one in trainings:
            check_placement(one.setup.batch_size, one.devices, one.via)
            metric_names(one.setup)
    except (TypeError, ValueError) as error:
        raise ValueError(f"cell {name!r}: {error}") from error


class _Unknown(ValueError):
    """A claim uses a cell or a metric that does not exist."""


class _Named(dict[str, Any]):
    """A dictionary that names its keys in the error for a missing key."""

    def __init__(self, kind: str, items: Mapping[str, Any]) -> None:
        super().__init__(items)
        self._kind = kind

    def __missing__(self, name: str) -> Any:
        raise _Unknown(str(unknown(self._kind, name, self or ["none"])))


def _check_claim(claim: Claim, scores: Mapping[str, Collection[str]]) -> None:
    where = f"claim {claim.sentence!r}"
    numbers = _numbers(claim, scores, where)
    if claim.unit == "seeds" and len(numbers) != SEEDS:
        raise ValueError(
            f"{where} returns {len(numbers)} numbers for {SEEDS} seeds: a claim of unit 'seeds' "
            "returns one per seed"
        )


def _numbers(claim: Claim, scores: Mapping[str, Collection[str]], where: str) -> list[float]:
    """The numbers of a claim for the first random scores between -1 and 2 that it accepts."""
    draw = random.Random(0)

    def record(cell: str, low: int) -> Record:
        drawn = {name: low + draw.random() for name in sorted(scores[cell])}
        return Record(_Named(f"metric of {cell} in {where}", drawn))

    problem = None
    for trial in range(TRIALS):
        low = trial % 3 - 1
        records = {
            cell: [record(cell, low) for _ in range(1 if cell == REAL else SEEDS)]
            for cell in scores
        }
        try:
            return list(claim.measure(_Named(f"cell in {where}", records)))
        except _Unknown:
            raise
        except (ArithmeticError, ValueError) as error:
            problem = error
    raise ValueError(f"{where} fails on random scores: {problem}") from problem


def _check_measures(cells: Cells, metrics: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Measures an untrained state with each measure; the names of the scores of each training."""
    measured: list[tuple[Measure, Mapping[str, float]]] = []
    found = {}
    for name, cell in cells.items():
        for training in trainings_of(cell):
            known = [scores for measure, scores in measured if measure is training.measure]
            series = [*metric_names(training.setup), *metrics]
            scores = known[0] if known else _untrained(training, series)
            measured.append((training.measure, scores))
            if training.best_by is not None and training.best_by not in scores:
                raise unknown(f"score in best_by of {name}", training.best_by, scores)
            if isinstance(cell, Training):
                check_scores(name, scores, metrics)
                found[name] = frozenset(scores)
    return found


def _untrained(training: Training, series: Sequence[str]) -> Mapping[str, float]:
    """The scores of an untrained state at the last moment, with series of one value, 0.5."""
    setup = training.setup
    state = create_state(setup.networks, setup.recipe, jax.random.key(0), setup.data)
    state = state._replace(step=state.step + setup.steps)
    flat = Series(np.asarray([setup.steps]), np.asarray([0.5]))
    return training.measure(Moment(setup, state, latent_key(0), dict.fromkeys(series, flat))).scores
