"""Scores of images from a classifier of the real images, for experiments on labelled data."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping

import jax
import numpy as np
from jaxtyping import Array

from jaxgan.data import load
from jaxgan.metrics import Classifier, classifier_scores, features, frechet_floor
from jaxgan.study.classifiers import cached_classifier
from jaxgan.study.picture import Metric
from jaxgan.types import Dataset

__all__ = ["CLASSIFIER_METRICS", "ClassifierScore"]

CLASSIFIER_METRICS = {
    "recognized": Metric("recognized with confidence", "higher", "share in [0, 1]"),
    "balance": Metric("class balance", "higher", "entropy of the classes / log of their number"),
    "frechet": Metric(
        "Fréchet distance", "lower", "of our own classifier's features; it is not FID"
    ),
}
"""The scores that `ClassifierScore` returns."""


@dataclasses.dataclass(frozen=True)
class ClassifierScore:
    """Recognition, class balance and Fréchet distance of samples, with one classifier per data set.

    The classifier is a perceptron, see `cached_classifier`.

    Attributes:
        data: the name of a labelled data set, see `data.load`, or a function that returns one.
    """

    data: str | Callable[[], Dataset]

    def __call__(self, samples: Array) -> Mapping[str, float]:
        """The scores of `CLASSIFIER_METRICS`, compared with all real examples."""
        found = classifier_scores(_classifier(self.data), samples, _labelled(self.data).real)
        return {name: found[name] for name in CLASSIFIER_METRICS}

    def real(self) -> Mapping[str, float]:
        """Scores of the held-out real examples; the distance is between two halves of all."""
        classifier, real = _classifier(self.data), _labelled(self.data).real
        floor = frechet_floor(features(classifier, real), jax.random.key(1))
        return {**self(real[classifier.held_out]), "frechet": floor}

    def parts(self) -> tuple[np.ndarray, np.ndarray]:
        """The images that the classifier was trained on, and those held out, in [-1, 1]."""
        pixels = np.asarray(_labelled(self.data).real, np.float32) / 127.5 - 1
        held_out = np.asarray(_classifier(self.data).held_out)
        return np.delete(pixels, held_out, axis=0), pixels[held_out]

    @property
    def protocol(self) -> str:
        """How the scores are measured, for the report."""
        return (
            "Recognized: our classifier, a perceptron trained on four fifths of the real examples, "
            "gives a class a probability of at least 90 % (an extra class is for images of no "
            "class). Real data: the held-out fifth; for the distance, two halves of all examples."
        )


def _labelled(data: str | Callable[[], Dataset]) -> Dataset:
    return load(data) if isinstance(data, str) else data()


@functools.cache
def _classifier(data: str | Callable[[], Dataset]) -> Classifier:
    return cached_classifier(_labelled(data))
