"""Recipes x seeds on the same data with the same networks: results, verdicts, provenance."""

from __future__ import annotations

import dataclasses
import datetime
import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxgan import checkpoint, figures
from jaxgan.loop import NotFinite, train
from jaxgan.names import unknown
from jaxgan.outcome import Metric, Outcome, Picture, Run
from jaxgan.parallel import Via
from jaxgan.provenance import provenance
from jaxgan.run_folder import CHECKPOINTS, METRICS, OBSERVED, read_rows
from jaxgan.training import Networks, Recipe, TrainState, create_state, sample
from jaxgan.types import Dataset
from jaxgan.verdict import Claim, Scores, judge

__all__ = ["Comparison", "Judge", "Metric", "Scale", "at_scale", "compare", "restore"]

RESULTS = "results.json"


@dataclasses.dataclass(frozen=True)
class Scale:
    """How long and how large: generator steps, batch size, samples per score.

    `judged` is False for a scale that only shows that everything runs; `networks` and `arms` stand
    for the comparison's where a scale has its own.
    """

    steps: int
    batch_size: int
    samples: int
    judged: bool = True
    networks: Networks | None = None
    arms: Mapping[str, Recipe] | None = None


class Judge(NamedTuple):
    """Scores of samples, and the same scores of real data where they can be had."""

    score: Callable[[jax.Array], Mapping[str, float]]
    references: Mapping[str, float]


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What a paper compared and how it is compared here.

    Attributes:
        title: of the report.
        paper: authors, title, year.
        url: of the paper.
        summary: what is compared, in a sentence or two.
        differs: what differs from the paper.
        protocol: how the scores are taken: samples, features, split, weights.
        networks: who plays, the same in every arm.
        arms: the recipes by name.
        data: makes the data set.
        judge: makes the scores for that data set.
        metrics: what the scores are.
        claims: what should hold.
        scales: by name.
        pictures: draws the outcome.
        moments: how many times a run is observed after its start.
    """

    title: str
    paper: str
    url: str
    summary: str
    differs: str
    protocol: str
    networks: Networks
    arms: Mapping[str, Recipe]
    data: Callable[[], Dataset]
    judge: Callable[[Dataset], Judge]
    metrics: Mapping[str, Metric]
    claims: tuple[Claim, ...]
    scales: Mapping[str, Scale]
    pictures: Callable[[Outcome], Iterable[Picture]]
    moments: int = 5


def compare(
    comparison: Comparison,
    folder: Path,
    *,
    scale: str = "small",
    seeds: int = 3,
    steps: int | None = None,
    name: str = "",
    command: str = "",
    devices: int = 1,
    via: Via = "jit",
) -> dict[str, Any]:
    """Runs every arm with every seed, judges the claims, draws the pictures.

    Started again with the same arguments it goes on where it was stopped, and does nothing twice.

    Args:
        comparison: what to run.
        folder: where results, pictures and one folder per run go.
        scale: one of the comparison's scales.
        seeds: how many, from 0; a claim is judged on at least three.
        steps: generator steps, if not the scale's.
        name: of the experiment, for the results.
        command: that makes it again, for the results.
        devices: over how many devices a batch is split.
        via: how, see `parallel`.

    Returns:
        What `results.json` holds, the schema of `report`.

    Raises:
        ValueError: unknown scale, or a folder of other settings.
    """
    begin, started = time.perf_counter(), datetime.datetime.now(datetime.UTC)
    if scale not in comparison.scales:
        raise unknown("scale", scale, comparison.scales)
    size = comparison.scales[scale]
    size = dataclasses.replace(size, steps=size.steps if steps is None else steps)
    comparison = at_scale(comparison, scale)
    data = comparison.data()
    judged = comparison.judge(data)
    runs: dict[str, list[Run]] = {}
    notes: list[str] = []
    for arm, recipe in comparison.arms.items():
        runs[arm] = []
        for seed in range(seeds):
            where = folder / arm / f"seed-{seed}"
            arguments = {"title": f"{arm}, seed {seed}", "devices": devices, "via": via}
            run, note = _run(comparison, recipe, data, judged, size, seed, where, **arguments)
            runs[arm].append(run)
            notes += [f"{arm}, seed {seed}: {note}"] if note else []
    outcome = Outcome(
        comparison.networks, data, comparison.metrics, judged.references, runs
    )
    pictures = list(comparison.pictures(outcome))
    for picture in pictures:
        figures.save(picture.figure, folder / picture.file)
    scores = _scores(outcome)
    results = {
        "experiment": name,
        "title": comparison.title,
        "paper": comparison.paper,
        "url": comparison.url,
        "summary": comparison.summary,
        "differs": " ".join([comparison.differs, *notes]),
        "protocol": comparison.protocol.format(samples=size.samples, steps=size.steps),
        "command": command,
        "scale": scale,
        "seeds": list(range(seeds)),
        "steps": size.steps,
        "batch_size": size.batch_size,
        "claims": [judge(claim, scores, judged=size.judged) for claim in comparison.claims],
        "metrics": {
            key: dataclasses.asdict(metric) | {"reference": judged.references.get(key)}
            for key, metric in comparison.metrics.items()
        },
        "scores": scores,
        "arms": {
            arm: {
                "recipe": repr(recipe),
                "networks": repr(comparison.networks),
                "seconds": [sum(row["seconds"] for row in run.metrics) for run in runs[arm]],
            }
            for arm, recipe in comparison.arms.items()
        },
        "pictures": [{"file": picture.file, "caption": picture.caption} for picture in pictures],
        "provenance": provenance()
        | {
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - begin, 1),
        },
    }
    _write_json(folder / RESULTS, results)
    return results


def at_scale(comparison: Comparison, scale: str) -> Comparison:
    """The comparison with the networks and arms of one of its scales.

    Args:
        comparison: what is compared.
        scale: one of its scales.

    Returns:
        The same comparison where the scale has none of its own.
    """
    size = comparison.scales[scale]
    return dataclasses.replace(
        comparison,
        networks=size.networks or comparison.networks,
        arms=size.arms or comparison.arms,
    )


def restore(
    comparison: Comparison, folder: Path, arm: str, seed: int, n: int
) -> tuple[TrainState, jax.Array | None]:
    """The last state of one run of a comparison, and labels for n samples of it.

    Args:
        comparison: what was run.
        folder: where.
        arm: which of its arms.
        seed: which of its seeds.
        n: how many labels.

    Returns:
        The state and `[n]` labels, None for data without.

    Raises:
        FileNotFoundError: there is no such run.
    """
    where = folder / arm / f"seed-{seed}"
    if not (where / CHECKPOINTS).is_dir():
        raise FileNotFoundError(f"{folder} has no run of {arm} with seed {seed}: run it first")
    data = comparison.data()
    like = create_state(comparison.networks, comparison.arms[arm], jax.random.key(0), data)
    state = checkpoint.restore(where / CHECKPOINTS, like)
    return state or like, _labels(data, n)


def _run(
    comparison: Comparison,
    recipe: Recipe,
    data: Dataset,
    judged: Judge,
    size: Scale,
    seed: int,
    folder: Path,
    **placement: Any,
) -> tuple[Run, str]:
    """One run with its observations; a run that left the finite numbers ends where it did."""
    snapshots = folder / "snapshots"
    snapshots.mkdir(parents=True, exist_ok=True)
    key = jax.random.key(2**31 - 1 - seed)  # the same latents at every moment, not the training's

    def observe(state: TrainState) -> Mapping[str, float]:
        samples = sample(comparison.networks, state, key, size.samples, _labels(data, size.samples))
        np.save(snapshots / f"{int(state.step):09d}.npy", np.asarray(samples[:256]))
        return judged.score(samples)

    every = max(1, size.steps // comparison.moments)
    note = ""
    arguments: dict[str, Any] = {
        "batch_size": size.batch_size,
        "seed": seed,
        "folder": folder,
        "settings": {"samples": size.samples},
        "log_every": max(1, min(100, every)),
        "save_every": every,
        "observe": observe,
        "observe_every": every,
        **placement,
    }
    try:
        state = train(comparison.networks, recipe, data, steps=size.steps, **arguments)
    except NotFinite as problem:
        note = str(problem)
        state = train(comparison.networks, recipe, data, steps=problem.step, **arguments)
    moments = [path for path in sorted(snapshots.glob("*.npy")) if int(path.stem) % every == 0]
    shown = {int(path.stem): np.load(path) for path in moments}
    return Run(state, read_rows(folder / METRICS), read_rows(folder / OBSERVED), shown), note


def _labels(data: Dataset, n: int) -> jax.Array | None:
    return None if data.labels is None else jax.numpy.resize(data.labels, n)


def _scores(outcome: Outcome) -> Scores:
    return {
        arm: {name: [run.observed[-1][name] for run in runs] for name in outcome.metrics}
        for arm, runs in outcome.runs.items()
    }


def _write_json(path: Path, value: Any) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(_finite(value), indent=1, allow_nan=False))
    partial.replace(path)


def _finite(value: Any) -> Any:
    """JSON has no NaN: a number that is not finite becomes null."""
    if isinstance(value, Mapping):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
