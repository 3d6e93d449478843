"""The command that shows a data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tyro.conf import Positional

from jaxgan.cli.draws import check_seed
from jaxgan.cli.places import check_file
from jaxgan.cli.trainings import short_data

if TYPE_CHECKING:
    from jaxtyping import Array, Key
    from matplotlib.figure import Figure

    from jaxgan.types import Dataset

__all__ = ["data"]

PER_CLASS, CLASSES, PER_SHEET = 12, 50, 100


def data(name: Positional[str], /, out: Path | None = None, seed: int = 0) -> None:
    """Show a data set: counts, range, classes, duplicates, and a sheet of examples.

    Args:
        name: data as for train, such as "folder(path='faces', size=64)".
        out: file of the sheet, drawn at random with a row per class; by default
            runs/data-NAME.png.
        seed: seed of the draw.
    """
    import jax

    from jaxgan import figures
    from jaxgan.cli.setups import data_of
    from jaxgan.data.stream import Stream, in_memory
    from jaxgan.data.summary import summarize

    picture = out or Path("runs") / f"data-{short_data(name)}.png"
    check_seed("--seed", seed)
    check_file(picture, ".png")
    whole = data_of(name)
    shown = whole.real.ndim == 4 and whole.real.shape[3] in (1, 3)
    if out is not None and not shown:
        raise ValueError(
            f"--out {out}: only images with 1 or 3 channels have a sheet, but the examples are "
            f"{whole.real.shape[1:]}: leave it out"
        )
    found = in_memory(whole)
    if isinstance(whole, Stream):
        print(f"a stream of {len(whole.real):,} examples, of which {len(found.real):,} at random:")
    print(summarize(found))
    if shown:
        picture.parent.mkdir(parents=True, exist_ok=True)
        figures.save(_sheet(found, jax.random.key(seed)), picture)
        print(picture)


def _sheet(found: Dataset, key: Key[Array, ""]) -> Figure:
    """Examples drawn at random, a row for each of the first `CLASSES` classes if there are any."""
    import jax
    import numpy as np

    from jaxgan import figures
    from jaxgan.data.names import class_name

    order = np.asarray(jax.random.permutation(key, len(found.real)))
    if found.labels is None:
        return figures.sample_grid({"data": found.real[order[:PER_SHEET]]}, columns=10)
    labels = np.asarray(found.labels)[order]
    rows = {k: order[labels == k][:PER_CLASS] for k in np.unique(labels)[:CLASSES].tolist()}
    return figures.contact_sheet({class_name(found, k): found.real[i] for k, i in rows.items()})
