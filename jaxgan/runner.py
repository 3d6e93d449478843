"""Runs a comparison: recipes x seeds to results, verdicts, pictures, provenance."""

from __future__ import annotations

import dataclasses
import datetime
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Key

from jaxgan import checkpoint, figures
from jaxgan.comparison import Comparison, Judge, Scale, at_scale
from jaxgan.loop import NotFinite, train
from jaxgan.names import unknown
from jaxgan.outcome import Outcome, Run
from jaxgan.parallel import Via
from jaxgan.provenance import provenance
from jaxgan.run_folder import CHECKPOINTS, METRICS, OBSERVED, printed, read_rows
from jaxgan.training import Recipe, TrainState, create_state, sample
from jaxgan.types import Dataset
from jaxgan.verdict import Scores, judge

__all__ = ["compare", "latent_key", "restore"]

RESULTS = "results.json"
SNAPSHOT = 250_000
"""About how many numbers of samples are kept at each moment."""


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
    training = time.perf_counter()
    for arm, recipe in comparison.arms.items():
        runs[arm] = []
        for seed in range(seeds):
            where = folder / arm / f"seed-{seed}"
            arguments = {"title": f"{arm}, seed {seed}", "devices": devices, "via": via}
            run, note = _run(comparison, recipe, data, judged, size, seed, where, **arguments)
            runs[arm].append(run)
            notes += [f"{arm}, seed {seed}: {note}"] if note else []
    looped = time.perf_counter() - training
    trained = {
        arm: [sum(row["seconds"] for row in run.metrics) for run in of_arm]
        for arm, of_arm in runs.items()
    }
    earlier = max(0.0, sum(map(sum, trained.values())) - looped)  # by processes before this one
    outcome = Outcome(comparison.networks, data, comparison.metrics, judged.references, runs)
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
                "recipe": printed(recipe),
                "networks": printed(comparison.networks),
                "seconds": trained[arm],
            }
            for arm, recipe in comparison.arms.items()
        },
        "pictures": [{"file": picture.file, "caption": picture.caption} for picture in pictures],
        "provenance": provenance()
        | {
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - begin + earlier, 1),
        },
    }
    _write_json(folder / RESULTS, results)
    return results


def restore(
    comparison: Comparison, folder: Path, arm: str, seed: int, n: int, *, best: bool = False
) -> tuple[TrainState, jax.Array | None]:
    """The state of one run of a comparison, and labels for n samples of it.

    Args:
        comparison: what was run.
        folder: where.
        arm: which of its arms.
        seed: which of its seeds.
        n: how many labels.
        best: the best checkpoint by the comparison's `best_by` instead of the last.

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
    state = checkpoint.restore(where / CHECKPOINTS, like, best=best)
    return state or like, _labels(data, n)


def latent_key(seed: int) -> Key[Array, ""]:
    """The key of the latents that a run's pictures and scores show: never one of its training.

    Args:
        seed: of the run.

    Returns:
        The same key at every moment of the run.
    """
    return jax.random.key(2**31 - 1 - seed)


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
    key = latent_key(seed)

    def observe(state: TrainState) -> Mapping[str, float]:
        samples = sample(comparison.networks, state, key, size.samples, _labels(data, size.samples))
        kept = samples[: max(64, SNAPSHOT // samples[0].size)]
        np.save(snapshots / f"{int(state.step):09d}.npy", np.asarray(kept))
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
        "best_by": comparison.best_by,
        "observe_every": every,
        **placement,
    }
    try:
        state = train(comparison.networks, recipe, data, steps=size.steps, **arguments)
    except NotFinite as problem:
        note = str(problem)
        state = train(comparison.networks, recipe, data, steps=problem.step, **arguments)
    moments = {*range(0, size.steps, every), int(state.step)}
    files = {int(path.stem): path for path in sorted(snapshots.glob("*.npy"))}
    shown = {step: np.load(path) for step, path in files.items() if step in moments}
    return Run(state, read_rows(folder / METRICS), read_rows(folder / OBSERVED), shown), note


def _labels(data: Dataset, n: int) -> jax.Array | None:
    return None if data.labels is None else jax.numpy.resize(data.labels, (n,))


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
