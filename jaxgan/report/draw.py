"""The pictures of a run, drawn from its records."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from jaxgan import figures
from jaxgan.report.files import inside
from jaxgan.study.folder import Run
from jaxgan.study.picture import Metric, Picture
from jaxgan.study.redraw import from_settings

__all__ = ["draw"]


def draw(folder: Path, run: Run, own: Iterable[Picture] = ()) -> dict[str, str]:
    """Redraws every picture of a run.

    If a picture cannot be drawn, its old file is kept and the other pictures are still drawn.

    Args:
        folder: the run's folder.
        run: its results and records.
        own: the experiment's pictures whose classes are not in `jaxgan.study.pictures`.

    Returns:
        By file, the reason why a picture was not drawn.
    """
    given = {picture.file: picture for picture in own}
    results, records = run.results, run.records
    metrics = {
        name: Metric(metric.label, metric.better, metric.note)
        for name, metric in results.metrics.items()
    }
    problems = {}
    for entry in results.pictures:
        try:
            picture = given.get(entry.file) or from_settings(entry.kind, entry.settings)
            if picture is None:
                module = results.experiment or "the experiment"
                problems[entry.file] = f"{entry.kind} needs the module of {module}"
                continue
            file = inside(folder, picture.file)
            figures.save(picture.draw(records, metrics), file)
        except Exception as error:  # a failed picture must not prevent the report
            problems[entry.file] = f"{type(error).__name__}: {error}"
    return problems
