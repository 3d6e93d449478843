"""Copies runs of experiments to `results/`: the numbers, and pictures scaled down.

python -m experiments.publish RUN...     then `make tables`

A run with two sets of seeds replaces the committed numbers. A run with one set must have the same
numbers as the committed ones (to nine digits, as sums round differently on other processors), and
only its pictures are copied.
"""

from __future__ import annotations

import math
import shutil
import sys
from pathlib import Path

from experiments.tables import ROOT
from jaxgan.report.thumbnail import thumbnail
from jaxgan.study import Results, read_results


def publish(run: Path, target: Path = ROOT / "results") -> str:
    """Copies one run.

    Args:
        run: the run's folder.
        target: the folder of the committed results.

    Returns:
        The experiment's name.

    Raises:
        ValueError: the run is not judged, is not from a clean commit, has fewer than two sets of
            seeds and other numbers than the committed results, or lacks a picture.
    """
    found = read_results(run)
    place = target / found.experiment
    file = place.with_suffix(".json")
    if not found.judged or found.provenance["dirty"]:
        why = "has uncommitted changes" if found.judged else f"has scale {found.scale}"
        raise ValueError(f"{run} {why}: publish a judged run of a clean commit")
    if len(found.sets) < 2:
        _check_same(run, found, file)
    place.mkdir(parents=True, exist_ok=True)
    for picture in found.pictures:
        (place / picture.file).write_bytes(thumbnail(run / picture.file, width=1000))
    if len(found.sets) > 1:
        shutil.copy(run / "results.json", file)
    return found.experiment


def _check_same(run: Path, found: Results, file: Path) -> None:
    """Raises ValueError if a cell and seed of a run has other scores than the committed ones."""
    known = _scores(read_results(file)) if file.is_file() else {}
    for place, value in _scores(found).items():
        if not math.isclose(value, known.get(place, math.nan), rel_tol=1e-9, abs_tol=1e-12):
            cell, seed, score = place
            raise ValueError(
                f"{run} has {score}={value} in cell {cell!r} with seed {seed}, {file} has "
                f"{known.get(place)}: run it with --sets 2"
            )


def _scores(results: Results) -> dict[tuple[str, int, str], float]:
    """Every score; that of a diverged training is infinite, so that it equals itself."""
    return {
        (name, one.seed, score): math.inf if value is None else value
        for name, cell in results.cells.items()
        for one in cell.seeds
        for score, value in one.scores.items()
    }


if __name__ == "__main__":
    for folder in sys.argv[1:]:
        print(publish(Path(folder)))
