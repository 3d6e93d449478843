"""The scores that a training on labelled images takes of its samples."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping

import jax
from jaxtyping import Array

from jaxgan.data.stream import Stream
from jaxgan.metrics import SampleMetric
from jaxgan.study.picture import Metric
from jaxgan.study.scoring import Scorer, origin_of, scorer
from jaxgan.training import Setup, create_state
from jaxgan.types import Dataset

__all__ = ["SampleScore", "why_unscored"]

MOST = 1000
"""The largest number of samples, so that a scoring takes about a second on two cores."""
LEAST = 200
"""The least number of images of a data set: the floor then has 20 of them."""


@dataclasses.dataclass(frozen=True)
class SampleScore:
    """Scores of samples with the classifier of their data set, for `ImageMeasure`.

    The number of samples is that of the real images that are compared with, at most 1,000: half of
    the fifth that the classifier was not trained on. The other half gives the floors.

    Attributes:
        data: labelled images.
        metrics: the metrics to take.
    """

    data: Dataset | Stream
    metrics: tuple[SampleMetric, ...]

    def __call__(self, samples: Array) -> Mapping[str, float]:
        """The scores by name."""
        return self.scorer(samples)

    def real(self) -> Mapping[str, float]:
        """The floors: the scores of as many further real images."""
        return self.scorer.floor(self.samples)

    @functools.cached_property
    def scorer(self) -> Scorer:
        """The scorer; its classifier is trained or read at the first use."""
        return scorer(self.metrics, self.data, limit=MOST)

    @property
    def samples(self) -> int:
        """The number of samples."""
        return min(len(self.data.real) // 5 // 2, MOST)

    def described(self, setup: Setup) -> dict[str, Metric]:
        """The scores with directions, protocols and the stamps of a training."""
        shapes = jax.eval_shape(
            lambda key: create_state(setup.networks, setup.recipe, key, setup.data),
            jax.random.key(0),
        )
        stamps = self.scorer.stamps(self.samples, origin_of(shapes))
        return {
            name: Metric(name.replace("_", " "), better, metric.protocol, stamps[name])
            for metric in self.metrics
            for name, better in metric.better.items()
        }

    def protocol(self, described: Mapping[str, Metric]) -> str:
        """How the scores are measured, for the report, from what `described` returns."""
        network, origin = self.scorer.extractor, next(iter(described.values())).stamp
        assert network is not None  # the usual metrics need features
        assert origin is not None
        return (
            f"{self.samples} samples, {len(self.scorer.real)} real images ({origin.split}). "
            f"Features: {network.name}, sha256 {network.digest}; they are not FID or IS. "
            f"Batch normalization: {origin.batch_norm}. Parameters: {origin.parameters}. "
            "Real data: as many further held-out images."
        )


def why_unscored(data: Dataset | Stream) -> str:
    """Why a training on a data set takes no scores; empty if it does.

    Args:
        data: the data set.

    Returns:
        A part of a sentence.

    >>> why_unscored(Dataset(jax.numpy.zeros((300, 2))))
    'the data are not images'
    """
    if data.real.ndim != 4:
        return "the data are not images"
    if data.labels is None:
        return "the images have no labels"
    if len(data.real) < LEAST:
        return f"there are fewer than {LEAST} images"
    return "" if int(data.labels.max()) > 0 else "all images are of one class"
