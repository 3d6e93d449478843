"""Standard measures of trainings on images or points, and of the real data."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Key

from jaxgan.data.names import class_name
from jaxgan.data.stream import Stream, in_memory
from jaxgan.metrics.classifier import in_range
from jaxgan.runs.identity import fingerprint
from jaxgan.study.classes import by_class, classes_of, conditional
from jaxgan.study.moment import Measurement, Moment
from jaxgan.study.records import Record
from jaxgan.training import generate, lerp, sample
from jaxgan.types import Dataset

__all__ = ["ImageMeasure", "PointMeasure", "Real", "Score", "draw_labels"]

Score = Callable[[Array], Mapping[str, float]]
"""Function from samples to scores."""

FRAMES, SHOWN, NEIGHBORS, LINES, STOPS = 16, 64, 16, 6, 10
CLASSES, COLUMNS = 10, 8
"""The classes that pictures of a conditional generator show at most, and images of each."""
POINTS, BLOCK = 5_000, 2_048


@dataclasses.dataclass(frozen=True)
class ImageMeasure:
    """Scores of generated images, and the arrays for their pictures.

    Frames: `samples`, 16 images from the same latents at every moment. Arrays: `samples`, 64
    images; `lines`, images on straight lines between latents; after the last step `nearest/*`,
    samples with their nearest training examples.

    If the generator uses labels, those of the scored samples are drawn with the frequencies of the
    data, and pictures have a row per class, of the first 10 classes, with the same latents in each
    row: frames are a square of at least 4 x 4 images, `samples` has 8 images per row. If classes
    have names, the array `samples/names` has that of each row.

    Attributes:
        score: function from `samples` samples to scores; no scores if None.
        samples: number of scored samples.
    """

    score: Score | None = None
    samples: int = SHOWN

    def __call__(self, moment: Moment) -> Measurement:
        """The measurement of a moment."""
        n = max(self.samples, SHOWN)
        images = _samples(moment, n)
        scores = self.score(images[: self.samples]) if self.score else {}
        rows = _rows(moment)
        frames, shown = rows or (images[:FRAMES], images[:SHOWN])
        arrays = {"samples": to_pixels(shown), "lines": to_pixels(_lines(moment))}
        arrays |= _names_of_rows(moment.setup.data) if rows else {}
        if moment.last:
            arrays |= nearest(images[:NEIGHBORS], in_memory(moment.setup.data))
        return Measurement(scores, {"samples": to_pixels(frames)}, arrays)


@dataclasses.dataclass(frozen=True)
class PointMeasure:
    """Scores of generated points, and up to 5,000 of them as the array `samples`.

    Attributes:
        score: function from `samples` samples to scores; no scores if None.
        samples: number of scored samples.
    """

    score: Score | None = None
    samples: int = 2_500

    def __call__(self, moment: Moment) -> Measurement:
        """The measurement of a moment."""
        points = _samples(moment, self.samples)
        scores = self.score(points) if self.score else {}
        return Measurement(scores, {}, {"samples": np.asarray(points[:POINTS])})


@dataclasses.dataclass(frozen=True, eq=False)
class Real:
    """The cell "real": examples of the data, drawn at random, and the scores of real data.

    Attributes:
        data: the data set.
        scores: function that returns the scores; no scores if None.
        arrays: further arrays for pictures, such as the centers of modes.
        by_class: whether images are shown a row per class, as `ImageMeasure` shows samples.
    """

    data: Dataset | Stream
    scores: Callable[[], Mapping[str, float]] | None = None
    arrays: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    by_class: bool = False

    def __call__(self, seed: int, folder: Path) -> Record:
        """Scores, and the array `samples`."""
        del folder
        data, image = self.data, self.data.real.ndim == 4
        order = np.asarray(jax.random.permutation(jax.random.key(seed), len(data.real)))
        order = (
            _in_class_rows(data, order) if self.by_class else order[: SHOWN if image else POINTS]
        )
        real = data.gather(order).real if isinstance(data, Stream) else data.real[order]
        arrays = {"samples": np.asarray(to_pixels(real) if image else real), **self.arrays}
        arrays |= _names_of_rows(data) if self.by_class else {}
        return Record(dict(self.scores()) if self.scores else {}, {}, arrays)

    def identity(self, seed: int) -> dict[str, Any]:
        """The identity of a record, as JSON."""
        return {"real": fingerprint(self.data), "seed": seed}


def draw_labels(data: Dataset | Stream, key: Key[Array, ""], n: int) -> Array | None:
    """Random labels with the frequencies of the data.

    Args:
        data: the data set.
        key: the random key.
        n: number of labels.

    Returns:
        `[n]` labels, or None for data without labels.

    >>> draw_labels(Dataset(jnp.zeros((4, 2)), jnp.array([7, 7, 7, 7])), jax.random.key(0), 2)
    Array([7, 7], dtype=int32)
    """
    return None if data.labels is None else jax.random.choice(key, data.labels, (n,))


def to_pixels(images: Array) -> np.ndarray:
    """Images as uint8, [-1, 1] becomes [0, 255]; unchanged if a pixel is not finite."""
    array = np.asarray(images)
    if array.dtype == np.uint8 or not np.isfinite(array).all():
        return array
    return np.round(127.5 * (np.clip(array, -1, 1) + 1)).astype(np.uint8)


def _samples(moment: Moment, n: int) -> Array:
    labels = draw_labels(moment.setup.data, jax.random.fold_in(moment.key, 1), n)
    return sample(moment.setup.networks, moment.state, moment.key, n, labels)


def _rows(moment: Moment) -> tuple[Array, Array] | None:
    """Frames and samples with a row per class; None if the generator does not use labels."""
    networks, data = moment.setup.networks, moment.setup.data
    if not conditional(networks, moment.state, data):
        return None
    labels = _shown_classes(data)
    square = max(4, len(np.unique(labels)))
    images = by_class(networks, moment.state, moment.key, jnp.asarray(labels), max(square, COLUMNS))

    def part(rows: int, columns: int) -> Array:
        return images[:rows, :columns].reshape(-1, *images.shape[2:])

    return part(square, square), part(len(labels), COLUMNS)


def _shown_classes(data: Dataset | Stream) -> np.ndarray:
    """The label of each row of `samples`: the first classes, repeated up to a square."""
    classes = classes_of(data)[:CLASSES]
    return np.resize(classes, max(len(classes), COLUMNS))


def _names_of_rows(data: Dataset | Stream) -> dict[str, np.ndarray]:
    """The array with the name of each row of `samples`, if the classes have names."""
    names = [class_name(data, label) for label in _shown_classes(data).tolist()]
    return {} if data.names is None else {"samples/names": np.array(names)}


def _in_class_rows(data: Dataset | Stream, order: np.ndarray) -> np.ndarray:
    """Indices for the rows of `samples`: the first of each class in this order."""
    labels, shown = np.asarray(data.labels)[order], np.repeat(_shown_classes(data), COLUMNS)
    indices = np.empty_like(shown)
    for label in np.unique(shown):
        cells = shown == label
        indices[cells] = np.resize(order[labels == label], cells.sum())
    return indices


def _lines(moment: Moment) -> Float[Array, "lines stops height width channels"]:
    """Images on straight lines in latent space."""
    networks, data = moment.setup.networks, moment.setup.data
    keys = jax.random.split(jax.random.key(0), 2 * LINES)
    begin, end = jnp.split(jax.vmap(networks.latent)(keys), 2)
    latents = lerp(begin, end, STOPS)
    labels = draw_labels(data, moment.key, LINES)
    if labels is not None:
        labels = jnp.repeat(labels, STOPS)
    images = generate(networks, moment.state, latents.reshape(LINES * STOPS, -1), labels)
    return images.reshape(LINES, STOPS, *images.shape[1:])


def nearest(samples: Array, data: Dataset) -> dict[str, np.ndarray]:
    """The training examples nearest to samples, in Euclidean distance, by name of the array.

    Args:
        samples: `[n, ...]` examples in the units of the training batches.
        data: the data set.

    Returns:
        `nearest/samples` and `nearest/real`, images as uint8, and `nearest/distances`, `[n]`.
    """
    index = np.zeros(len(samples), int)
    squares = np.full(len(samples), np.inf)
    for begin in range(0, len(data.real), BLOCK):  # a large set has no copy in float32
        where, found = map(np.asarray, _nearest(samples, data.real[begin : begin + BLOCK]))
        closer = found < squares
        index[closer], squares[closer] = begin + where[closer], found[closer]
    shown = to_pixels if samples.ndim == 4 else np.asarray
    return {
        "nearest/samples": shown(samples),
        "nearest/real": shown(data.real[index]),
        "nearest/distances": np.sqrt(squares),
    }


@jax.jit
def _nearest(samples: Array, real: Array) -> tuple[Array, Array]:
    """Index and squared distance of the nearest of some examples, for each sample."""

    def search(x: Array) -> tuple[Array, Array]:
        # Differences: an expanded square would lose digits for near pairs.
        squares = jnp.square(in_range(real) - x[None]).reshape(len(real), -1).sum(axis=1)
        return squares.argmin(), squares.min()

    return jax.lax.map(search, samples)
