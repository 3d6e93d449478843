"""The commands that read a run: draw samples, write reports."""

from __future__ import annotations

from pathlib import Path

from tyro.conf import Positional

from jaxgan.cli.settings import read_settings

__all__ = ["report", "sample"]


def sample(
    folder: Positional[Path],
    /,
    n: int = 64,
    cell: str | None = None,
    seed: int = 0,
    best: bool = False,
) -> None:
    """Draw samples from a run, saved in its folder as samples-N.png and samples-N.npy.

    Args:
        folder: the folder of the run.
        n: number of samples.
        cell: name of a training of the experiment; the first by default.
        seed: the seed of the training.
        best: use the best checkpoint instead of the last.
    """
    import jax
    import numpy as np

    from jaxgan import figures
    from jaxgan.cli.launch import experiment_of
    from jaxgan.study.measures import draw_labels
    from jaxgan.study.records import place
    from jaxgan.study.training import Training, latent_key
    from jaxgan.training import sample
    from jaxgan.types import unknown

    settings = read_settings(folder)
    scale = settings["arguments"].get("scale", "small")
    cells = experiment_of(settings).scales[scale].cells()
    found = {name: cell for name, cell in cells.items() if isinstance(cell, Training)}
    if not found:
        raise ValueError(f"{folder} has no training to sample from: it has {', '.join(cells)}")
    cell = cell or next(iter(found))
    if cell not in found:
        raise unknown("cell", cell, found)
    setup = found[cell].setup
    state = found[cell].restore(seed, place(folder, cell, seed), best=best)
    key = latent_key(seed)
    labels = draw_labels(setup.data, jax.random.fold_in(key, 1), n)
    samples = np.asarray(sample(setup.networks, state, key, n, labels))
    np.save(folder / f"samples-{n}.npy", samples)
    picture = folder / f"samples-{n}.png"
    if samples.ndim == 4:
        figures.save(figures.sample_grid({cell: samples}), picture)
    else:
        figures.save(figures.density(np.asarray(setup.data.real), {cell: samples}), picture)
    print(picture)


def report(folders: Positional[tuple[Path, ...]], /) -> None:
    """Redraw the pictures of runs, rewrite their reports, and print one table of their claims.

    Nothing is trained; the runs may be finished, interrupted or still in progress.

    Args:
        folders: the folders of the runs.
    """
    from jaxgan.cli.launch import complain
    from jaxgan.report import summarize, write_report
    from jaxgan.study import read_results

    for folder in folders:
        print(write_report(folder, notify=complain))
    print(summarize(read_results(folder) for folder in folders))
