"""The commands that show what a generator does between latents, and what it copies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tyro.conf import Positional

from jaxgan.cli.draws import MOST, asked_labels, check_draw, check_labels, draw_key, stem_of
from jaxgan.cli.places import check_place

if TYPE_CHECKING:
    from jaxtyping import Array, Key

    from jaxgan.training import Setup
    from jaxgan.types import Prior

__all__ = ["interpolate", "neighbors"]

Way = Literal["lerp", "slerp", "coordinate"]


def interpolate(
    folder: Positional[Path],
    /,
    way: Way = "slerp",
    coordinate: int | None = None,
    lines: int = 6,
    stops: int = 10,
    label: str | None = None,
    draw_seed: int = 0,
    cell: str | None = None,
    seed: int = 0,
    best: bool = False,
    source: str | None = None,
) -> None:
    """Draw examples on paths in latent space, saved as interpolation-WAY.png and .npy.

    The array is [lines, stops, ...]. A cell, seed, draw seed, label or the best checkpoint, if
    given, are part of the name.

    Args:
        folder: the folder of the run.
        way: lerp for straight lines, slerp for arcs, coordinate to move one number of the latent
            through the middle 98 % of its distribution.
        coordinate: index of that number, for coordinate; 0 by default.
        lines: number of paths.
        stops: number of examples on each path.
        label: the class of all examples, by name or number; by default each path has one, drawn
            from the data.
        draw_seed: seed of the latents.
        cell: name of a training of the experiment; the first by default.
        seed: the seed of the training.
        best: use the best checkpoint instead of the last.
        source: the Setup or Experiment of a run that Python code made, "package.module:NAME".
    """
    import jax.numpy as jnp
    import numpy as np

    from jaxgan import figures
    from jaxgan.cli.sources import trained_in
    from jaxgan.study.measures import draw_labels
    from jaxgan.training import generate

    def check(setup: Setup) -> None:
        check_labels(setup, label, every=False)
        if way == "coordinate":
            _check_coordinate(setup, index)

    check_draw(draw_seed, lines=lines, stops=stops)
    check_place(folder)
    _check_paths(way, coordinate, lines, stops)
    index = coordinate or 0
    found = trained_in(folder, source, cell, seed, best=best, check=check)
    networks, data = found.setup.networks, found.setup.data
    asked = asked_labels(found, label, every=False)
    key = draw_key(found, draw_seed)
    labels = draw_labels(data, key, lines) if asked is None else jnp.repeat(jnp.array(asked), lines)
    paths = _path(networks.latent, key, way, index, (lines, stops))
    labels = None if labels is None else jnp.repeat(labels, stops)
    examples = np.asarray(generate(networks, found.state, paths.reshape(lines * stops, -1), labels))
    examples = examples.reshape(lines, stops, *examples.shape[1:])
    name = f"interpolation-{way}{index if way == 'coordinate' else ''}"
    stem = stem_of(name, cell, seed, draw_seed, asked[0] if asked else None, best=best)
    written = folder / f"{stem}.npy"
    np.save(written, examples)
    if examples.ndim == 5:
        written = folder / f"{stem}.png"
        figures.save(figures.interpolation({found.name: examples}), written)
    print(written)


def _check_paths(way: Way, coordinate: int | None, lines: int, stops: int) -> None:
    if way != "coordinate" and coordinate is not None:
        raise ValueError(
            f"--coordinate {coordinate} has no effect with --way {way}: use --way coordinate"
        )
    if not 2 <= stops <= MOST // lines:
        raise ValueError(
            f"--stops must be from 2 to {MOST // lines:,} with --lines {lines}, got {stops}: a "
            "path has two ends, and all examples are generated together"
        )


def _check_coordinate(setup: Setup, index: int) -> None:
    import jax

    size, *_ = jax.eval_shape(setup.networks.latent, jax.random.key(0)).shape
    if not 0 <= index < size:
        raise ValueError(f"--coordinate must be from 0 to {size - 1}, got {index}: choose one")


def _path(
    latent: Prior, key: Key[Array, ""], way: Way, coordinate: int, size: tuple[int, int]
) -> Array:
    """The latents of the paths, `[lines, stops, size]`."""
    import jax
    import jax.numpy as jnp

    from jaxgan.training import along, lerp, slerp

    lines, stops = size
    begin, end = jnp.split(jax.vmap(latent)(jax.random.split(key, 2 * lines)), 2)
    if way == "coordinate":
        return along(begin, coordinate, stops, latent, jax.random.fold_in(key, 1))
    return (lerp if way == "lerp" else slerp)(begin, end, stops)


def neighbors(
    folder: Positional[Path],
    /,
    n: int = 16,
    label: str | None = None,
    draw_seed: int = 0,
    cell: str | None = None,
    seed: int = 0,
    best: bool = False,
    source: str | None = None,
) -> None:
    """Draw samples with their nearest training examples, saved as neighbors-N.png and .npz.

    The file holds the arrays samples, real and distances: Euclidean, in the units of the training
    batches, which are [-1, 1] for pixels. A distance near 0 is a copy. A cell, seed, draw seed,
    label or the best checkpoint, if given, are part of the name.

    Args:
        folder: the folder of the run.
        n: number of samples.
        label: the class of all samples, by name or number, for a generator that uses labels.
        draw_seed: seed of the latents.
        cell: name of a training of the experiment; the first by default.
        seed: the seed of the training.
        best: use the best checkpoint instead of the last.
        source: the Setup or Experiment of a run that Python code made, "package.module:NAME".
    """
    import jax.numpy as jnp
    import numpy as np

    from jaxgan import figures
    from jaxgan.cli.samples import drawn
    from jaxgan.cli.sources import trained_in
    from jaxgan.data.stream import in_memory
    from jaxgan.study.measures import nearest

    def check(setup: Setup) -> None:
        check_labels(setup, label, every=False)

    check_draw(draw_seed, n=n)
    check_place(folder)
    found = trained_in(folder, source, cell, seed, best=best, check=check)
    asked = asked_labels(found, label, every=False)
    samples, _ = drawn(found, draw_key(found, draw_seed), n, asked)
    arrays = nearest(jnp.asarray(samples), in_memory(found.setup.data))
    pairs = arrays["nearest/samples"], arrays["nearest/real"]
    distances = arrays["nearest/distances"]
    one = asked[0] if asked else None
    stem = stem_of(f"neighbors-{n}", cell, seed, draw_seed, one, best=best)
    written = folder / f"{stem}.npz"
    np.savez(written, samples=pairs[0], real=pairs[1], distances=distances)
    print(f"distances: smallest {distances.min():.4g}, median {np.median(distances):.4g}")
    if samples.ndim == 4:
        written = folder / f"{stem}.png"
        figures.save(figures.nearest_neighbors(*pairs, distances), written)
    print(written)
