"""The command that scores a run or a folder of samples against real data."""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tyro.conf import Positional

from jaxgan.cli.draws import check_draw
from jaxgan.cli.places import check_place

if TYPE_CHECKING:
    import numpy as np

    from jaxgan.cli.sources import Trained
    from jaxgan.data import Stream
    from jaxgan.metrics import Extractor, SampleMetric, StampedScore
    from jaxgan.study.scoring import Scorer
    from jaxgan.training import Setup
    from jaxgan.types import Dataset

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
    check_draw(0, draws=draws, n=2 if n is None else n)
    if n == 1:
        raise ValueError("--n must be at least 2, got 1: scores compare sets of images")
    from jaxgan.cli.catalogue import build
    from jaxgan.metrics import inception as extractor
    from jaxgan.report.score_table import score_table
    from jaxgan.runs.compile_cache import use_compile_cache
    from jaxgan.study.score_file import SCORES, read_scores, write_scores

    use_compile_cache()
    chosen = tuple(build("metric", text) for text in metrics)
    by = functools.partial(_scorer, chosen, None if inception is None else extractor(inception))
    file = folder / SCORES if folder.is_dir() else folder.with_suffix(f".{SCORES}")
    read_scores(file)
    check_place(file.parent)
    real = None if data is None else _images(data)
    if _is_run(folder):
        found = _trainings(folder, source, cell, seed, real, best=best)
        name, lost = found[0].name, _diverged(folder, found[0].name)
        own = found[0].setup.data if real is None else real
        scores = _of_run(by(own, part), found, n, draws, lost)
    else:
        samples = _samples(folder, real, n)
        name, scores = folder.stem, _of_files(by(real, part), samples, n)
    print(score_table(scores))
    write_scores(file, name, scores)
    print(file)


def _is_run(folder: Path) -> bool:
    from jaxgan.cli.settings import RUN
    from jaxgan.study.folder import is_training
    from jaxgan.study.results import RESULTS

    return any((folder / name).is_file() for name in (RUN, RESULTS)) or is_training(folder)


def _images(data: str) -> Dataset | Stream:
    """The real images that `--data` names."""
    from jaxgan.cli.setups import data_of
    from jaxgan.study.scoring import check_images

    found = data_of(data)
    check_images(found.real.shape)
    return found


def _trainings(
    folder: Path,
    source: str | None,
    cell: str | None,
    seed: int | None,
    real: Dataset | Stream | None,
    *,
    best: bool,
) -> list[Trained]:
    """The trainings of a run that have a checkpoint, or the one of a seed."""
    from jaxgan.cli.sources import trained_in
    from jaxgan.study import read_results
    from jaxgan.study.folder import is_training
    from jaxgan.study.scoring import check_images

    def check(setup: Setup) -> None:
        check_images(setup.data.real.shape, None if real is None else real.real.shape)

    seeds = [seed or 0]
    if seed is None and not is_training(folder):
        seeds = [one for seeds in read_results(folder).sets for one in seeds]
    return [trained_in(folder, source, cell, one, best=best, check=check) for one in seeds]


def _scorer(
    metrics: tuple[SampleMetric, ...], network: Extractor | None, real: Any, part: Any
) -> Scorer:
    from jaxgan.study.scoring import scorer, usual_metrics

    return scorer(metrics or usual_metrics(), real, part, network)


def _diverged(folder: Path, cell: str) -> set[int]:
    """The seeds that diverged: their scores are NaN, not those of the last finite state."""
    from jaxgan.cli.usage import complain
    from jaxgan.study import read_run

    cells = read_run(folder).results.cells
    of_cell = cells.get(cell) or next(iter(cells.values()), None)  # a training has one cell
    seeds = of_cell.seeds if of_cell else []
    diverged = {one.seed for one in seeds if one.ended == "diverged"}
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


def _samples(path: Path, real: Dataset | Stream | None, n: int | None) -> np.ndarray:
    """Samples from files, which fit the real images."""
    from jaxgan.study.sample_files import read_samples
    from jaxgan.study.scoring import check_images

    images = read_samples(path)
    if real is None:
        raise ValueError(f"{path} has samples: give --data, the real images to compare them with")
    if n is not None and n > len(images):
        raise ValueError(f"--n is {n}, but {path} has {len(images)} images: give at most as many")
    check_images(images.shape, real.real.shape)
    return images


def _of_files(by: Scorer, images: np.ndarray, n: int | None) -> list[StampedScore]:
    import jax.numpy as jnp

    from jaxgan.study.scoring import FILES

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
