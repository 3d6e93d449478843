"""The command that scores a run or a folder of samples against real data."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tyro.conf import Positional

if TYPE_CHECKING:
    from jaxgan.cli.sources import Trained
    from jaxgan.metrics import SampleMetric, StampedScore
    from jaxgan.study.scoring import Scorer

__all__ = ["score"]

BLOCK = 1000
"""Images that are generated at a time."""

LATER = 2**31
"""Where the keys of later blocks begin, above those of all draw seeds."""


def score(
    folder: Positional[Path],
    /,
    data: str | None = None,
    n: int | None = None,
    metrics: tuple[str, ...] = (),
    cell: str | None = None,
    seed: int | None = None,
    draws: int = 1,
    best: bool = False,
    part: Literal["held_out", "all"] = "held_out",
    inception: Path | None = None,
    source: str | None = None,
) -> None:
    """Score a run or a folder of samples: a table with floors and stamps, and scores.json.

    The floor is the score of as many further real images. Features are those of a classifier that
    is trained once on the data; they are not FID and IS, which need --inception.

    Args:
        folder: the folder of a run; or samples: a folder of .png, an .npz or an .npy.
        data: the real images, as for train; those of the run by default.
        n: generated images per draw; as many as there are real ones for the floor by default.
        metrics: names that `jaxgan list` shows, such as "manifolds(k=3)"; the usual ones if none.
        cell: name of a training of the experiment; the first by default.
        seed: the seed of one training; all seeds of the run by default.
        draws: sets of samples per seed, to tell the variance of draws from that of seeds.
        best: use the best checkpoint instead of the last.
        part: half of the held-out real images, or all of them (the papers' protocol, no floor).
        inception: the published weights, pt_inception-2015-12-05-6726825d.pth: FID, IS and KID.
        source: the Setup or Experiment of a run that Python code made, "package.module:NAME".
    """
    if draws < 1 or (n is not None and n < 2):
        raise ValueError(f"--draws must be at least 1 and --n at least 2, got {draws} and {n}")
    from jaxgan.cli.catalogue import build
    from jaxgan.report.score_table import score_table
    from jaxgan.runs.compile_cache import use_compile_cache
    from jaxgan.study.score_file import write_scores

    use_compile_cache()
    chosen = tuple(build("metric", text) for text in metrics)
    if _is_run(folder):
        found = _trainings(folder, source, cell, seed, best=best)
        by = _scorer(chosen, data, found[0].setup.data, part, inception)
        name, scores = found[0].name, _of_run(by, found, n, draws, _diverged(folder, found[0].name))
        file = folder / "scores.json"
    else:
        if data is None:
            raise ValueError("--data must name the real images with which samples are compared")
        by = _scorer(chosen, data, None, part, inception)
        name, scores = folder.stem, _of_files(by, folder, n)
        file = folder / "scores.json" if folder.is_dir() else folder.with_suffix(".scores.json")
    print(score_table(scores))
    write_scores(file, name, scores)
    print(file)


def _is_run(folder: Path) -> bool:
    from jaxgan.cli.settings import RUN
    from jaxgan.study.folder import is_training
    from jaxgan.study.results import RESULTS

    return any((folder / name).is_file() for name in (RUN, RESULTS)) or is_training(folder)


def _trainings(
    folder: Path, source: str | None, cell: str | None, seed: int | None, *, best: bool
) -> list[Trained]:
    """The trainings of a run that have a checkpoint, or the one of a seed."""
    from jaxgan.cli.sources import trained_in
    from jaxgan.study import read_results
    from jaxgan.study.folder import is_training

    if seed is not None or is_training(folder):
        return [trained_in(folder, source, cell, seed or 0, best=best)]
    seeds = [one for seeds in read_results(folder).sets for one in seeds]
    return [trained_in(folder, source, cell, one, best=best) for one in seeds]


def _scorer(
    metrics: tuple[SampleMetric, ...], data: str | None, own: Any, part: Any, inception: Path | None
) -> Scorer:
    from jaxgan.cli.setups import data_of
    from jaxgan.metrics import inception as extractor
    from jaxgan.study.scoring import scorer, usual_metrics

    network = None if inception is None else extractor(inception)
    real = own if data is None else data_of(data)
    return scorer(metrics or usual_metrics(), real, part, network)


def _diverged(folder: Path, cell: str) -> set[int]:
    """The seeds that diverged: their scores are NaN, not those of the last finite state."""
    from jaxgan.cli.streams import complain
    from jaxgan.study import read_run

    cells = read_run(folder).results.cells
    of_cell = cells.get(cell) or next(iter(cells.values()))  # a single training has one cell
    diverged = {one.seed for one in of_cell.seeds if one.ended == "diverged"}
    for seed in sorted(diverged):
        complain(f"{cell}, seed {seed}: diverged, so its scores are NaN")
    return diverged


def _of_run(
    by: Scorer, found: list[Trained], n: int | None, draws: int, diverged: set[int]
) -> list[StampedScore]:
    from jaxgan.study.scoring import origin_of

    count = n or len(by.other) or len(by.real)
    nan = dict.fromkeys((name for metric in by.metrics for name in metric.better), math.nan)
    values = [
        [nan if one.seed in diverged else by(_draw(one, count, draw)) for draw in range(draws)]
        for one in found
    ]
    return by.stamped(values, count, origin_of(found[0].state))


def _of_files(by: Scorer, path: Path, n: int | None) -> list[StampedScore]:
    import jax.numpy as jnp

    from jaxgan.study.sample_files import read_samples
    from jaxgan.study.scoring import FILES

    images = read_samples(path)
    if n is not None and n > len(images):
        raise ValueError(f"--n is {n}, but {path} has {len(images)} images")
    images = images[: n or len(by.other) or len(images)]
    return by.stamped([[by(jnp.asarray(images))]], len(images), FILES)


def _draw(found: Trained, n: int, draw: int) -> Any:
    """Samples in blocks; the first has those of `jaxgan sample --draw-seed`."""
    import jax
    import jax.numpy as jnp

    from jaxgan.cli.draws import draw_key
    from jaxgan.study.measures import draw_labels
    from jaxgan.training import sample

    key = draw_key(found, draw)
    setup, blocks = found.setup, []
    for index, start in enumerate(range(0, n, BLOCK)):
        size = min(BLOCK, n - start)
        own = jax.random.fold_in(key, LATER + index) if index else key
        labels = draw_labels(setup.data, jax.random.fold_in(own, 1), size)
        blocks.append(sample(setup.networks, found.state, own, size, labels))
    return jnp.concatenate(blocks)
