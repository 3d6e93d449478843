"""Checks an experiment for mistakes before its first step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import jax

from jaxgan.study.about import read_about
from jaxgan.study.claims import Claim
from jaxgan.study.experiment import Cells, Experiment
from jaxgan.study.records import Record
from jaxgan.study.results import REAL
from jaxgan.study.training import Moment, Training, latent_key
from jaxgan.training import Setup, create_state, make_train_step, sample_batch
from jaxgan.types import unknown

__all__ = ["check", "check_scores"]

SEEDS = 3
"""Number of records per cell on which a claim is tested."""


def check(experiment: Experiment, scale: str, *, measure: bool = True) -> Cells:
    """Builds the cells of a scale and checks the experiment for mistakes.

    Args:
        experiment: the experiment to check.
        scale: name of one of its scales.
        measure: also apply each measure to one untrained state, to check that it returns only
            scores that the experiment describes.

    Returns:
        The cells.

    Raises:
        ValueError: an unknown scale, a missing text, shapes that do not fit, or an unknown metric
            or cell in a claim or measure.
    """
    if scale not in experiment.scales:
        raise unknown("scale", scale, experiment.scales)
    _check_texts(experiment)
    cells = experiment.scales[scale].cells()
    _check_names(cells)
    for name, cell in cells.items():
        if isinstance(cell, Training):
            _check_shapes(name, cell.setup)
    for claim in experiment.claims:
        _check_claim(claim, cells, experiment.metrics)
    if measure:
        _check_measures(cells, experiment.metrics)
    return cells


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
    empty = [name for name, text in texts.items() if not text.strip()]
    if empty:
        raise ValueError(f"the experiment has no {' and no '.join(empty)}: write it")
    files = [picture.file for picture in experiment.pictures]
    twice = sorted({file for file in files if files.count(file) > 1})
    if twice:
        raise ValueError(f"two pictures have the file {twice[0]}: give one of them another file")


def _check_names(cells: Cells) -> None:
    if not cells:
        raise ValueError("this scale has no cells: give at least one")
    for name, cell in cells.items():
        if not re.fullmatch(r"[\w.=+-]+", name):
            raise ValueError(
                f"the cell name {name!r} cannot be the name of a folder: use letters, "
                "digits and . _ = + -"
            )
        if not callable(cell):
            raise TypeError(
                f"cell {name!r} is {cell!r}: give a Training, or a function of (seed, folder) that "
                "returns a Record"
            )


def _check_shapes(name: str, setup: Setup) -> None:
    """Traces a setup's initial state and train step without computing anything."""
    key, recipe = jax.random.key(0), setup.recipe

    def one_step(key: jax.Array) -> Any:
        state = create_state(setup.networks, recipe, key, setup.data)
        size = {"batch_size": setup.batch_size, "generator_batches": recipe.generator_batches}
        batch = sample_batch(setup.data, key, n_critic=recipe.critic_steps(0), **size)
        return make_train_step(setup.networks, recipe)(state, batch)

    try:
        jax.eval_shape(one_step, key)
    except (TypeError, ValueError) as error:
        raise ValueError(f"cell {name!r}: {error}") from error


class _Named(dict[str, Any]):
    """A dictionary that names its keys in the error for a missing key."""

    def __init__(self, kind: str, items: Mapping[str, Any]) -> None:
        super().__init__(items)
        self._kind = kind

    def __missing__(self, name: str) -> Any:
        raise unknown(self._kind, name, self or ["none"])


def _check_claim(claim: Claim, cells: Cells, metrics: Mapping[str, Any]) -> None:
    """Evaluates a claim on records in which every score is 0.5."""
    where = f"claim {claim.sentence!r}"
    scores = _Named(f"metric in {where}", dict.fromkeys(metrics, 0.5))
    records = {name: [Record(scores)] * (1 if name == REAL else SEEDS) for name in cells}
    numbers = list(claim.measure(_Named(f"cell in {where}", records)))
    if claim.unit == "seeds" and len(numbers) != SEEDS:
        raise ValueError(
            f"{where} returns {len(numbers)} numbers for {SEEDS} seeds: a claim of unit 'seeds' "
            "returns one per seed"
        )


def _check_measures(cells: Cells, metrics: Mapping[str, Any]) -> None:
    for name, training in _one_of_each_measure(cells):
        setup, key = training.setup, latent_key(0)
        state = create_state(setup.networks, setup.recipe, jax.random.key(0), setup.data)
        scores = training.measure(Moment(setup, state, key, {})).scores
        check_scores(name, scores, metrics)
        if training.best_by is not None and training.best_by not in scores:
            raise unknown(f"score in best_by of {name}", training.best_by, scores)


def _one_of_each_measure(cells: Cells) -> Iterator[tuple[str, Training]]:
    seen: list[Any] = []
    for name, cell in cells.items():
        if isinstance(cell, Training) and not any(cell.measure is one for one in seen):
            seen.append(cell.measure)
            yield name, cell
