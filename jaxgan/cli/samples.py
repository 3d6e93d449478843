"""The command that draws samples from a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tyro.conf import Positional

from jaxgan.cli.draws import asked_labels, check_draw, check_labels, draw_key, stem_of
from jaxgan.cli.places import check_place

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Array, Key

    from jaxgan.cli.sources import Trained
    from jaxgan.training import Setup

__all__ = ["drawn", "sample"]

COLUMNS, MOST = 8, 16
"""Images in a row of a picture, and the most of one class."""


def sample(
    folder: Positional[Path],
    /,
    n: int | None = None,
    label: str | None = None,
    labels: Literal["data", "all"] = "data",
    pngs: Path | None = None,
    draw_seed: int = 0,
    cell: str | None = None,
    seed: int = 0,
    best: bool = False,
    source: str | None = None,
) -> None:
    """Draw samples from a run, saved in its folder as samples-N.png and samples-N.npy.

    Labels (by number), a cell, seed, draw seed or the best checkpoint, if given, are part of the
    name.

    Args:
        folder: the folder of the run.
        n: number of samples, 64 by default; of each class with --labels all, 8 by default.
        label: the class of all samples, by name or number, for a generator that uses labels.
        labels: data draws labels with the frequencies of the data; all gives a row per class.
        pngs: folder for one PNG file per sample, with a folder per class if labels are used.
        draw_seed: seed of the latents.
        cell: name of a training of the experiment; the first by default.
        seed: the seed of the training.
        best: use the best checkpoint instead of the last.
        source: the Setup or Experiment of a run that Python code made, "package.module:NAME".
    """
    import numpy as np

    from jaxgan import figures
    from jaxgan.cli.sources import trained_in

    def check(setup: Setup) -> None:
        check_labels(setup, label, every=every)
        if pngs is not None and setup.data.real.ndim != 4:
            shape = setup.data.real.shape[1:]
            raise ValueError(
                f"--pngs {pngs} is for images, but examples have the shape {shape}: leave it out"
            )

    every = labels == "all"
    if every and label is not None:
        raise ValueError(f"give --label {label} for one class or --labels all for all, not both")
    n = (COLUMNS if every else 64) if n is None else n
    check_draw(draw_seed, n=n)
    check_place(folder)
    check_place(pngs or folder)
    found = trained_in(folder, source, cell, seed, best=best, check=check)
    asked = asked_labels(found, label, every=every)
    samples, classes = drawn(found, draw_key(found, draw_seed), n, asked)
    begin = f"samples-{n}{'-labels-all' if every else ''}"
    one = asked[0] if asked and not every else None
    stem = stem_of(begin, cell, seed, draw_seed, one, best=best)
    np.save(folder / f"{stem}.npy", samples)
    if pngs is not None:
        figures.save_images(samples, pngs, classes)
    rows = asked if asked and every and n <= MOST else []
    print(_picture(folder / stem, found, samples, min(n, MOST) if every else COLUMNS, rows))


def drawn(
    found: Trained, key: Key[Array, ""], n: int, asked: list[int] | None
) -> tuple[np.ndarray, list[int] | None]:
    """The samples of a draw.

    Args:
        found: the training.
        key: the key of the draw.
        n: number of samples; of each class, if classes are asked for.
        asked: the classes; None draws labels with the frequencies of the data.

    Returns:
        The samples, and their labels if the generator uses labels.
    """
    import jax
    import jax.numpy as jnp
    import numpy as np

    from jaxgan.study.classes import by_class, conditional
    from jaxgan.study.measures import draw_labels
    from jaxgan.training import sample

    setup, state = found.setup, found.state
    if asked is not None:
        rows = np.asarray(by_class(setup.networks, state, key, jnp.asarray(asked), n))
        return rows.reshape(-1, *rows.shape[2:]), np.repeat(asked, n).tolist()
    labels = draw_labels(setup.data, jax.random.fold_in(key, 1), n)
    samples = np.asarray(sample(setup.networks, state, key, n, labels))
    uses = labels is not None and conditional(setup.networks, state, setup.data)
    return samples, np.asarray(labels).tolist() if uses else None


def _picture(
    stem: Path, found: Trained, samples: np.ndarray, columns: int, rows: list[int]
) -> Path:
    """Draws images, with a row for each of these classes, or points.

    Returns the path of the picture, or of the array if there is none.
    """
    import numpy as np

    from jaxgan import figures
    from jaxgan.data.names import class_name

    if samples.ndim == 4:
        data = found.setup.data
        names = [class_name(data, label) for label in rows if data.names is not None]
        figure = figures.sample_grid({found.name: samples}, columns, {found.name: names})
    elif samples.shape[1:] == (2,):
        figure = figures.density(np.asarray(found.setup.data.real), {found.name: samples})
    else:
        return stem.with_name(f"{stem.name}.npy")
    picture = stem.with_name(f"{stem.name}.png")
    figures.save(figure, picture)
    return picture
