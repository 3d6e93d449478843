"""How good and how varied generated images are, in the eyes of a classifier of the real ones."""

from __future__ import annotations

import math

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Num
from scipy.special import entr

from jaxgan.metrics.classifier import Classifier, features, probabilities
from jaxgan.metrics.distances import frechet_distance

__all__ = ["classifier_scores"]


def classifier_scores(
    classifier: Classifier,
    fake: Num[ArrayLike, "n height width channels"],
    real: Num[ArrayLike, "m height width channels"],
    confidence: float = 0.9,
) -> dict[str, float]:
    r"""Recognition, balance, classes and distance of generated images.

    - `recognized`: share of the images to which the classifier gives a real class with at least
      the asked probability, in [0, 1]. The ceiling is not 1 but the share among real images that
      the classifier never saw: `images[classifier.held_out]`, scored likewise.
    - `balance`: $-\sum_k q_k \log q_k / \log K$ in [0, 1], with $q_k$ the share of class k among
      the recognized images; 1 if all classes are equally frequent, 0 for one class or none.
    - `classes`: number of classes that hold at least one percent of all images, recognized.
    - `frechet`: Fréchet distance of our classifier's features to those of `real`, never to be
      called FID. Its bias falls with the number of images: compare equal numbers, beside
      `frechet_floor`.

    Args:
        classifier: trained on the real data.
        fake: generated images, `[n, height, width, channels]`.
        real: real images, `[m, height, width, channels]`.
        confidence: least probability at which an image counts as recognized, in [0, 1].

    Returns:
        The four scores by name.

    >>> import jax, jax.numpy as jnp
    >>> from jaxgan.metrics import train_classifier
    >>> images = jnp.stack([jnp.ones((4, 4, 1)), -jnp.ones((4, 4, 1))] * 20)
    >>> labels = jnp.arange(40) % 2
    >>> classifier = train_classifier(images, labels, jax.random.key(0), steps=200, width=16)
    >>> classifier_scores(classifier, images[::2], images)["classes"]  # all of them are of class 0
    1.0
    """
    predicted = np.asarray(probabilities(classifier, fake))
    label = predicted.argmax(axis=1)
    recognized = (predicted.max(axis=1) >= confidence) & (label < classifier.classes)
    counts = np.bincount(label[recognized], minlength=classifier.classes)
    shares = counts / max(counts.sum(), 1)
    return {
        "recognized": float(recognized.mean()),
        "balance": float(entr(shares).sum() / math.log(classifier.classes)),
        "classes": float((counts >= 0.01 * len(label)).sum()),
        "frechet": frechet_distance(features(classifier, fake), features(classifier, real)),
    }
