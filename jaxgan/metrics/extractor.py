"""Features and class probabilities of images, by a network that is known by its hash."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float, Num

from jaxgan.metrics.classifier import Classifier, features, probabilities

__all__ = ["Extracted", "Extractor", "classifier_extractor", "tree_digest"]


class Extracted(NamedTuple):
    """What a network sees in images, in float64.

    Attributes:
        features: `[n, d]`.
        probabilities: of the real classes, `[n, classes]`; rows sum to one.
    """

    features: Float[np.ndarray, "n d"]
    probabilities: Float[np.ndarray, "n classes"]


@dataclasses.dataclass(frozen=True, eq=False)
class Extractor:
    """A network that gives features and class probabilities of images.

    Attributes:
        name: the network, with the accuracy if it is our own.
        digest: the beginning of the sha256 of its weights.
        resize: how images are resized for it.
        extract: function of images, uint8 or floats in [-1, 1].
    """

    name: str
    digest: str
    resize: str
    extract: Callable[[Array], Extracted]


def classifier_extractor(classifier: Classifier) -> Extractor:
    """The features of our own classifier; scores from them are not FID or IS.

    The probabilities are those of the real classes, divided by their sum: the extra class of
    images that are not real is left out.

    Args:
        classifier: a trained classifier.

    Returns:
        The extractor.

    >>> import jax.numpy as jnp
    >>> from jaxgan.metrics import train_classifier
    >>> images = jnp.stack([jnp.ones((4, 4, 1)), -jnp.ones((4, 4, 1))] * 20)
    >>> classifier = train_classifier(
    ...     images, jnp.arange(40) % 2, jax.random.key(0), steps=200, width=16
    ... )
    >>> extractor = classifier_extractor(classifier)
    >>> extractor.name, [array.shape for array in extractor.extract(images)]
    ('our classifier, 100.0 % of held-out images right', [(40, 8), (40, 2)])
    """

    def extract(images: Num[Array, "n height width channels"]) -> Extracted:
        of_classes = np.asarray(probabilities(classifier, images), np.float64)
        of_classes = of_classes[:, : classifier.classes]
        return Extracted(
            np.asarray(features(classifier, images), np.float64),
            of_classes / of_classes.sum(axis=1, keepdims=True),
        )

    name = f"our classifier, {classifier.held_out_accuracy:.1%} of held-out images right"
    return Extractor(name.replace("%", " %"), tree_digest(classifier.params), "none", extract)


def tree_digest(params: Any) -> str:
    """The beginning of the sha256 of a tree of arrays, with their names.

    Args:
        params: a tree of arrays.

    Returns:
        16 hexadecimal digits.

    >>> tree_digest({"a": np.zeros(3)}) == tree_digest({"b": np.zeros(3)})
    False
    """
    digest = hashlib.sha256()
    for path, leaf in jax.tree_util.tree_leaves_with_path(params):
        digest.update(f"{jax.tree_util.keystr(path)} {leaf.dtype} {leaf.shape} ".encode())
        digest.update(np.asarray(leaf).tobytes())
    return digest.hexdigest()[:16]
