"""Scores of generated images against a part of the real data, with stamps and floors."""

from __future__ import annotations

import dataclasses
import inspect
import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Num

from jaxgan import metrics
from jaxgan.data.stream import Stream, in_memory
from jaxgan.metrics import Extractor, SampleMetric, Stamp, StampedScore, classifier_extractor
from jaxgan.runs.identity import fingerprint
from jaxgan.study.classifiers import cached_classifier
from jaxgan.study.measures import to_pixels
from jaxgan.training import TrainState
from jaxgan.types import Dataset

__all__ = [
    "FILES",
    "Origin",
    "Part",
    "Scorer",
    "check_images",
    "origin_of",
    "scorer",
    "usual_metrics",
]

Part = Literal["held_out", "all"]
"""The real images that are compared with: half of the held-out ones, or all."""

KEY = 0
"""The seed of random directions and of the halves: scores differ by their samples only."""


class Origin(NamedTuple):
    """How samples were generated: batch-norm statistics, and averaged or live parameters."""

    batch_norm: str
    parameters: str


FILES = Origin("unknown: files", "unknown: files")
"""The origin of samples that were read from files."""


@dataclasses.dataclass(frozen=True, eq=False)
class Scorer:
    """Metrics of images against the same real images, with the same features.

    Attributes:
        metrics: the metrics.
        real: the real images to compare with.
        other: further real images for the floors; none if all are compared with.
        split: which part of the data `real` is.
        data: fingerprint of the data.
        extractor: the network of the features, None if no metric needs it.
    """

    metrics: tuple[SampleMetric, ...]
    real: Num[Array, "n height width channels"]
    other: Num[Array, "m height width channels"]
    split: str
    data: str
    extractor: Extractor | None

    def __call__(self, images: Num[Array, "n height width channels"]) -> dict[str, float]:
        """The scores by name; NaN if a pixel is not finite.

        Args:
            images: uint8, or floats in [-1, 1].

        Returns:
            A number per score.

        Raises:
            ValueError: the images have another shape than the real ones.
        """
        check_images(images.shape, self.real.shape)
        if not np.isfinite(np.asarray(images)).all():
            return {name: math.nan for metric in self.metrics for name in metric.better}
        forms = {metric.needs for metric in self.metrics}
        real, fake = self._forms(self.real, forms), self._forms(images, forms)
        found: dict[str, float] = {}
        for metric in self.metrics:
            found |= metric(real[metric.needs], fake[metric.needs], jax.random.key(KEY))
        return found

    def floor(self, n: int) -> dict[str, float]:
        """The scores of n further real images; none if there are fewer."""
        return self(self.other[:n]) if 0 < n <= len(self.other) else {}

    def stamps(self, n: int, origin: Origin) -> dict[str, Stamp]:
        """The stamp of each score of n samples.

        Args:
            n: number of samples.
            origin: how they were generated.

        Returns:
            A stamp per score.
        """
        return {
            name: Stamp(
                repr(metric),
                self.data,
                len(self.real),
                n,
                self.split,
                *self._seen_by(metric),
                *origin,
            )
            for metric in self.metrics
            for name in metric.better
        }

    def stamped(
        self, values: Sequence[Sequence[Mapping[str, float]]], n: int, origin: Origin
    ) -> list[StampedScore]:
        """Scores of several seeds and draws, with floors and stamps.

        Args:
            values: for each seed, the scores of each draw of n samples.
            n: number of samples of a draw.
            origin: how they were generated.

        Returns:
            A stamped score for each name.
        """
        floor, stamps = self.floor(n), self.stamps(n, origin)
        return [
            StampedScore(
                name,
                better,
                [[draw[name] for draw in of_seed] for of_seed in values],
                floor.get(name),
                stamps[name],
            )
            for metric in self.metrics
            for name, better in metric.better.items()
        ]

    def _seen_by(self, metric: SampleMetric) -> tuple[str, str]:
        if metric.needs == "images" or self.extractor is None:
            return "pixels", "none"
        return f"{self.extractor.name}, sha256 {self.extractor.digest}", self.extractor.resize

    def _forms(self, images: Array, needs: set[str]) -> dict[str, np.ndarray]:
        pixels = to_pixels(images)  # as in the files that one would save
        forms = {"images": pixels / 127.5 - 1}
        if needs - {"images"} and self.extractor is not None:
            forms |= self.extractor.extract(jnp.asarray(pixels))._asdict()
        return forms


def scorer(
    metrics: tuple[SampleMetric, ...],
    data: Dataset | Stream,
    part: Part = "held_out",
    extractor: Extractor | None = None,
    limit: int | None = None,
) -> Scorer:
    """A scorer for a data set.

    With our own classifier the held-out images are the fifth that it was not trained on; with
    another network they are all images. One random half of them is compared with, the other half
    gives the floors. The papers' protocol compares with all images and has no floor.

    Args:
        metrics: the metrics.
        data: images, uint8 or in [-1, 1]; of a stream, as many as `in_memory` takes.
        part: "held_out" or "all".
        extractor: the network of the features; the data set's own classifier if None.
        limit: the largest number of real images on either side.

    Returns:
        The scorer.

    Raises:
        ValueError: the data are not images, or have no labels and a metric needs our classifier.
    """
    check_images(data.real.shape)
    data = in_memory(data)
    order = np.asarray(jax.random.permutation(jax.random.key(KEY), len(data.real)))
    text = "a random half of the data"
    if extractor is None and any(metric.needs != "images" for metric in metrics):
        classifier = cached_classifier(data)
        extractor = classifier_extractor(classifier)
        order = np.asarray(classifier.held_out)
        text = "half of the fifth that the classifier has not seen"
    half = len(order) // 2
    real, other = order[:half][:limit], order[half : 2 * half][:limit]
    if part == "all":
        real, other, text = np.arange(len(data.real)), order[:0], "all real images"
    images = data.real
    return Scorer(metrics, images[real], images[other], text, fingerprint(data), extractor)


def check_images(shape: tuple[int, ...], real: tuple[int, ...] | None = None) -> None:
    """Checks that there are images, of the size of the real ones.

    Args:
        shape: the shape of the images.
        real: the shape of the real images, if there are others.

    Raises:
        ValueError: they are no images, or differ in height, width or channels.

    >>> check_images((9, 8, 8, 1), (40, 8, 8, 1))
    """
    if len(shape) != 4:
        raise ValueError(
            f"the data are {shape}: scores compare images, use data [n, height, width, channels]"
        )
    if real is not None and shape[1:] != real[1:]:
        raise ValueError(
            f"the images are {shape[1:]} and the real ones {real[1:]}: score samples of the same "
            "height, width and channels"
        )


def usual_metrics() -> tuple[SampleMetric, ...]:
    """The metrics that are taken where none are named, with their usual settings.

    >>> len(usual_metrics())
    5
    """
    found = (getattr(metrics, name) for name in metrics.__all__)
    members = [one for one in found if inspect.isclass(one) and issubclass(one, SampleMetric)]
    return tuple(one() for one in members if one.usual and not inspect.isabstract(one))


def origin_of(state: TrainState) -> Origin:
    """How `training.sample` generates from a state.

    Args:
        state: a state, or its shapes.

    Returns:
        Its statistics and parameters in words.
    """
    leaves = jax.tree_util.tree_leaves_with_path(state.generator.stats.get("batch_stats", {}))
    names = {path[-1].key for path, _ in leaves}  # spectral norms are there too, as u and sigma
    return Origin(
        "running statistics" if "mean" in names else "none",
        "live" if state.average is None else "average",
    )
