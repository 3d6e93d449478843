"""The commands that read a run: draw samples, write reports."""

from __future__ import annotations

from pathlib import Path

from tyro.conf import Positional

__all__ = ["report", "sample"]


def sample(
    folder: Positional[Path],
    /,
    n: int = 64,
    draw_seed: int = 0,
    cell: str | None = None,
    seed: int = 0,
    best: bool = False,
    source: str | None = None,
) -> None:
    """Draw samples from a run, saved in its folder as samples-N.png and samples-N.npy.

    A cell, seed, draw seed or the best checkpoint, if given, are part of the name.

    Args:
        folder: the folder of the run.
        n: number of samples.
        draw_seed: seed of the latents.
        cell: name of a training of the experiment; the first by default.
        seed: the seed of the training.
        best: use the best checkpoint instead of the last.
        source: the Setup or Experiment of a run that Python code made, "package.module:NAME".
    """
    import jax
    import numpy as np

    from jaxgan import figures
    from jaxgan.cli.sources import trained_in
    from jaxgan.study.measures import draw_labels
    from jaxgan.study.moment import latent_key
    from jaxgan.training import sample

    if n < 1:
        raise ValueError(f"--n must be at least 1, got {n}")
    if not 0 <= draw_seed < 2**31:
        raise ValueError(f"--draw-seed must be from 0 to 2^31 - 1, got {draw_seed}")
    found = trained_in(folder, source, cell, seed, best=best)
    key = latent_key(found.seed)
    key = jax.random.fold_in(key, 1 + draw_seed) if draw_seed else key
    labels = draw_labels(found.setup.data, jax.random.fold_in(key, 1), n)
    samples = np.asarray(sample(found.setup.networks, found.state, key, n, labels))
    given = {"": cell, "seed-": seed, "best": "" if best else None, "draw-": draw_seed}
    parts = [f"{name}{value}" for name, value in given.items() if value not in (None, 0)]
    stem = "-".join([f"samples-{n}", *parts])
    np.save(folder / f"{stem}.npy", samples)
    picture = folder / f"{stem}.png"
    if samples.ndim == 4:
        figures.save(figures.sample_grid({found.name: samples}), picture)
    elif samples.shape[1:] == (2,):
        real = np.asarray(found.setup.data.real)
        figures.save(figures.density(real, {found.name: samples}), picture)
    else:
        picture = picture.with_suffix(".npy")
    print(picture)


def report(folders: Positional[tuple[Path, ...]], /) -> None:
    """Redraw the pictures of runs, rewrite their reports, and compare the runs.

    Nothing is trained; the runs may be finished, interrupted or still in progress. Prints a table
    of their claims, and for several runs, or runs without claims, a table of their cells with the
    settings in which they differ, steps, the last gap and the scores. Scores of `jaxgan score`
    are compared too. Scores with different stamps are not compared; a line says what differs.

    Args:
        folders: the folders of the runs, or that of `jaxgan run --all`.
    """
    from jaxgan.cli.everything import runs_of
    from jaxgan.cli.launch import complain
    from jaxgan.report import compare, summarize, write_index, write_report
    from jaxgan.report.score_table import score_comparison
    from jaxgan.study import read_run
    from jaxgan.study.score_file import SCORES, read_scores

    found = {folder: runs_of(folder) for folder in folders}
    inside = [one for runs in found.values() for one in runs]
    for folder in inside:
        print(write_report(folder, notify=complain))
    for folder, runs in found.items():
        if runs != [folder]:
            print(write_index(folder))
    runs = {str(folder): read_run(folder) for folder in inside}
    scores = {str(folder): read_scores(folder / SCORES) for folder in inside}
    claims = [run.results for run in runs.values() if run.results.claims]
    if claims:
        print(summarize(claims))
    if len(runs) > 1 or not claims:
        print(compare(runs))
    if compared := score_comparison(scores):
        print(f"\n{compared}")
