"""The results of an experiment in one file: schema, assembly, reading and writing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from jaxgan.data.paths import check_path
from jaxgan.metrics import Stamp
from jaxgan.runs.identity import printed
from jaxgan.runs.provenance import Provenance, merged, provenance
from jaxgan.runs.whole import replacing
from jaxgan.study.about import read_about
from jaxgan.study.claims import Claim, Unit, Verdict, judge
from jaxgan.study.experiment import Cell, Cells, Experiment
from jaxgan.study.identity import described
from jaxgan.study.picture import Picture
from jaxgan.study.records import Ended, Record
from jaxgan.study.redraw import settings_of
from jaxgan.study.sweep import Sweep, trainings_of

__all__ = [
    "REAL",
    "RESULTS",
    "CellResult",
    "ClaimResult",
    "MetricResult",
    "PictureResult",
    "Results",
    "SeedResult",
    "picture_result",
    "read_results",
    "results_of",
    "write_results",
]

RESULTS, REAL = "results.json", "real"


class ClaimResult(msgspec.Struct):
    """A claim, and a verdict for each set of seeds."""

    sentence: str
    published: str
    unit: Unit
    above: float | None
    below: float | None
    verdicts: list[Verdict]

    def __post_init__(self) -> None:
        if (self.above is None) == (self.below is None):
            raise ValueError(f"above is {self.above} and below is {self.below}, but one is needed")


class MetricResult(msgspec.Struct, omit_defaults=True):
    """A metric, its value for real data, and its stamp if it has one."""

    label: str
    better: Literal["higher", "lower"]
    note: str
    reference: float | None
    stamp: Stamp | None = None


class SeedResult(msgspec.Struct):
    """How a cell ended with one seed."""

    seed: int
    ended: Ended
    steps: int
    seconds: float
    note: str
    scores: dict[str, float | None]


class CellResult(msgspec.Struct):
    """A cell: its settings as text, and the result of each seed."""

    settings: dict[str, str]
    seeds: list[SeedResult]


class PictureResult(msgspec.Struct):
    """A picture: its file, its caption, and the settings to redraw it."""

    file: str
    caption: str
    kind: str
    settings: dict[str, Any]


class Results(msgspec.Struct):
    """The contents of a report, except the pictures, which are drawn from the records.

    Attributes:
        sets: disjoint sets of seeds, each with its own verdicts.
        seconds: total time of all cells.
    """

    experiment: str
    title: str
    claim: str
    paper: str
    url: str
    differs: str
    protocol: str
    command: str
    scale: str
    judged: bool
    sets: list[list[int]]
    claims: list[ClaimResult]
    metrics: dict[str, MetricResult]
    cells: dict[str, CellResult]
    pictures: list[PictureResult]
    seconds: float
    provenance: Provenance

    def __post_init__(self) -> None:
        if not self.sets or not all(self.sets):
            raise ValueError(f"sets is {self.sets}, but each set needs a seed")


def results_of(
    experiment: Experiment,
    cells: Cells,
    records: Mapping[str, Mapping[int, Record]],
    sets: Sequence[Sequence[int]],
    *,
    judged: bool,
    about: Mapping[str, Any],
) -> Results:
    """The results so far.

    Args:
        experiment: the experiment.
        cells: the cells of the scale.
        records: records by cell and seed; seeds that have not started are missing.
        sets: disjoint sets of seeds.
        judged: whether claims are judged at this scale.
        about: `experiment` (its name), `command`, `scale`, and when it was `started`.

    Returns:
        The results; a claim is judged on a set of seeds when all of them have ended.
    """
    text = read_about(experiment.about or "")
    real = records.get(REAL, {}).get(sets[0][0], Record())
    of_all = [record for of_cell in records.values() for record in of_cell.values()]
    return Results(
        experiment=about["experiment"],
        command=about["command"],
        scale=about["scale"],
        provenance=merged([record.provenance for record in of_all] or [provenance()])
        | {"started": about["started"]},
        title=text.title,
        claim=text.claim,
        paper=text.paper,
        url=text.url,
        differs=text.differs,
        protocol=experiment.protocol,
        judged=judged,
        sets=[list(seeds) for seeds in sets],
        claims=[
            _claim(claim, [_verdict(claim, cells, records, seeds, judged) for seeds in of_claim])
            for claim in experiment.claims
            # Exact numbers are the same for all seeds.
            for of_claim in [sets[:1] if claim.unit == "exact" else sets]
        ],
        metrics={
            name: MetricResult(
                metric.label, metric.better, metric.note, real.scores.get(name), metric.stamp
            )
            for name, metric in experiment.metrics.items()
        },
        cells={
            name: CellResult(
                _settings(cell), [_of_seed(*one) for one in records.get(name, {}).items()]
            )
            for name, cell in cells.items()
            if name != REAL
        },
        pictures=[picture_result(picture) for picture in experiment.pictures],
        seconds=sum(record.seconds for record in of_all),
    )


def write_results(folder: Path, results: Results) -> None:
    """Writes `results.json` atomically; non-finite numbers become null.

    Args:
        folder: the run's folder; created if needed.
        results: the results.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / RESULTS) as file:
        file.write(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")


def read_results(path: str | os.PathLike[str]) -> Results:
    """The results of a run.

    Args:
        path: the folder of a run, or a results file.

    Returns:
        The results.

    Raises:
        ValueError: the file does not exist, or does not fit the schema.

    >>> read_results("nowhere")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ValueError: nowhere/results.json does not exist: give a folder that ...
    """
    file = check_path("path", path)
    file = file if file.suffix == ".json" else file / RESULTS
    remedy = "give a folder that `jaxgan run` or `jaxgan train` has written"
    try:
        return msgspec.json.decode(file.read_bytes(), type=Results)
    except FileNotFoundError:
        raise ValueError(f"{file} does not exist: {remedy}") from None
    except (OSError, msgspec.MsgspecError) as error:
        raise ValueError(f"{file} cannot be read ({error}): {remedy} with this version") from error


def picture_result(picture: Picture) -> PictureResult:
    """The entry of a picture in the results."""
    return PictureResult(
        picture.file, picture.caption, type(picture).__name__, settings_of(picture)
    )


def _claim(claim: Claim, verdicts: list[Verdict]) -> ClaimResult:
    texts = claim.sentence, claim.published, claim.unit
    return ClaimResult(*texts, claim.above, claim.below, verdicts)


def _verdict(
    claim: Claim,
    cells: Cells,
    records: Mapping[str, Mapping[int, Record]],
    seeds: Sequence[int],
    judged: bool,
) -> Verdict:
    def ended(cell: str, seed: int) -> bool:
        record = records.get(cell, {}).get(seed)
        return record is not None and record.ended != "unfinished"

    done = [seed for seed in seeds if all(ended(cell, seed) for cell in cells if cell != REAL)]
    if len(done) < len(seeds) or (REAL in cells and not records.get(REAL)):
        reason = f"{len(done)} of {len(seeds)} seeds have ended so far"
        return Verdict(list(seeds), [], None, None, "not judged", reason)
    chosen: dict[str, list[Record]] = {
        cell: [records[cell][seed] for seed in seeds] for cell in cells if cell != REAL
    }
    if REAL in cells:
        chosen[REAL] = list(records[REAL].values())
    return judge(claim, chosen, seeds, judged=judged)


def _settings(cell: Cell) -> dict[str, str]:
    trainings = trainings_of(cell)
    if not trainings:
        return {"computed by": described(cell)}
    if isinstance(cell, Sweep):
        values = ", ".join(f"{value:g}" for value in cell.trainings)
        sweep = {"trainings at": values, "summarized by": described(cell.summarize)}
        return sweep | _settings(trainings[0])
    setup = trainings[0].setup
    return {
        "recipe": printed(setup.recipe),
        "networks": printed(setup.networks),
        "data": repr(setup.data),
        "batch size": f"{setup.batch_size:,}",
        "generator steps": f"{setup.steps:,}",
        "measured by": described(trainings[0].measure),
    }


def _of_seed(seed: int, record: Record) -> SeedResult:
    scores: dict[str, float | None] = {name: float(score) for name, score in record.scores.items()}
    return SeedResult(seed, record.ended, record.steps, record.seconds, record.note, scores)
