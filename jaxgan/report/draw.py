"""The pictures of a run, drawn from its records."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from jaxgan import figures
from jaxgan.study.picture import Metric, Picture
from jaxgan.study.pictures import from_settings
from jaxgan.study.records import load_records
from jaxgan.study.results import REAL, Results

__all__ = ["draw"]


def draw(folder: Path, results: Results, own: Iterable[Picture] = ()) -> dict[str, str]:
    """Draws every picture of a run again.

    A picture that cannot be drawn leaves the others and the file that is there as they are.

    Args:
        folder: of the run.
        results: of the run.
        own: pictures of the experiment, for those that are not in `jaxgan.study.pictures`.

    Returns:
        By file, why a picture was not drawn.
    """
    given = {picture.file: picture for picture in own}
    seeds = [seed for seeds in results.sets for seed in seeds]
    records = load_records(folder, [REAL, *results.cells], seeds)
    metrics = {
        name: Metric(metric.label, metric.better, metric.note)
        for name, metric in results.metrics.items()
    }
    problems = {}
    for entry in results.pictures:
        picture = given.get(entry.file) or from_settings(entry.kind, entry.settings)
        if picture is None:
            problems[entry.file] = f"{entry.kind} is a picture of {results.experiment or 'its own'}"
            continue
        try:
            figures.save(picture.draw(records, metrics), folder / picture.file)
        except Exception as error:  # the run is done, and its numbers are worth a page
            problems[entry.file] = f"{type(error).__name__}: {error}"
    return problems
