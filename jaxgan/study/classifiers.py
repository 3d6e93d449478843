"""The classifier of a data set, trained once per machine."""

from __future__ import annotations

import hashlib
import warnings

import jax

from jaxgan.metrics import Classifier, train_classifier
from jaxgan.metrics.stored import DamagedClassifier, load_classifier, save_classifier
from jaxgan.runs.compile_cache import cache_folder
from jaxgan.runs.identity import fingerprint
from jaxgan.types import Dataset

__all__ = ["cached_classifier"]

RECIPE = "perceptron 256, 1,000 steps, key 0"
"""The settings of the training, part of the name in the cache: change it with them."""


def cached_classifier(data: Dataset) -> Classifier:
    """The classifier of labelled images, from the cache of this machine if it is there.

    It is trained with `jax.random.key(0)` and kept by the hash of images and labels in the folder
    of the compilation cache. A damaged one is trained again, with a warning; a cache that cannot be
    written is not used.

    Args:
        data: images with labels.

    Returns:
        See `metrics.train_classifier`.

    Raises:
        ValueError: the data have no labels, or too few images or classes.

    >>> cached_classifier(Dataset(jax.numpy.zeros((9, 2, 2, 1))))
    Traceback (most recent call last):
        ...
    ValueError: the data have no labels, which a classifier needs: give them, or other metrics
    """
    if data.labels is None:
        raise ValueError(
            "the data have no labels, which a classifier needs: give them, or other metrics"
        )
    name = hashlib.sha256(f"{fingerprint(data)} {RECIPE}".encode()).hexdigest()[:16]
    folder = cache_folder() / "classifiers" / name
    try:
        return load_classifier(folder)
    except FileNotFoundError:
        pass
    except DamagedClassifier as problem:
        warnings.warn(f"{problem}; trained again", stacklevel=2)
    classifier = train_classifier(data.real, data.labels, jax.random.key(0))
    try:
        save_classifier(folder, classifier)
    except OSError as problem:
        warnings.warn(f"the classifier was not kept in {folder} ({problem})", stacklevel=2)
    return classifier
