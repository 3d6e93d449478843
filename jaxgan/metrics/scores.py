"""Quality and diversity of generated images, measured with a classifier of the real ones."""

from __future__ import annotations

import math

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Float, Num
from scipy.special import entr

from jaxgan.metrics.classifier import Classifier, features, probabilities
from jaxgan.metrics.distances import frechet_distance
from jaxgan.metrics.matrices import probability_rows
from jaxgan.types import check_number

__all__ = ["classifier_scores", "inception_score"]


def classifier_scores(
    classifier: Classifier,
    fake: Num[ArrayLike, "n height width channels"],
    real: Num[ArrayLike, "m height width channels"],
    confidence: float = 0.9,
) -> dict[str, float]:
    r"""Recognized share, balance, classes and Fréchet distance of generated images.

    - `recognized`: share of the images to which the classifier assigns a real class with a
      probability of at least `confidence`, in [0, 1]. Its ceiling is below 1: the same share among
      the real images that were not used for training, `images[classifier.held_out]`.
    - `balance`: $-\sum_k q_k \log q_k / \log K$ in [0, 1], with $q_k$ the share of class k among
      the recognized images; 1 if all classes are equally frequent, 0 for one class or none.
    - `classes`: number of classes with at least one percent of all images, counting only
      recognized ones.
    - `frechet`: Fréchet distance between the classifier's features of `fake` and `real`; it is not
      FID. Its bias falls with the number of images: compare equal numbers of images, and report
      `frechet_floor` with it.

    Args:
        classifier: trained on the real data.
        fake: generated images, `[n, height, width, channels]`.
        real: real images, `[m, height, width, channels]`.
        confidence: smallest probability at which an image counts as recognized, in [0, 1].

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
    check_number("confidence", confidence, "at least 0", "give a probability, such as 0.9")
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


def inception_score(probabilities: Float[ArrayLike, "n classes"]) -> float:
    r"""The inception score of a classifier's probabilities of generated images.

    $$\exp \mathbb{E}_x \mathrm{KL}(p(y \mid x) \,\|\, \mathbb{E}_{x'} p(y \mid x'))$$

    in [1, classes]: the number of classes if every image has one class with certainty and all
    classes are equally frequent, 1 if all images look alike to the classifier. It carries the name
    of the network of the paper; with another classifier the numbers cannot be compared with it.

    Args:
        probabilities: rows that sum to one, such as those of `probabilities`, `[n, classes]`.

    Returns:
        The score, over all rows at once.

    >>> round(inception_score(np.eye(3)), 6), round(inception_score(np.full((5, 3), 1 / 3)), 6)
    (3.0, 1.0)

    Reference: Salimans et al., Improved Techniques for Training GANs, 2016, Section 4.
    https://arxiv.org/abs/1606.03498
    """
    rows = probability_rows("probabilities", probabilities)
    return float(np.exp(entr(rows.mean(axis=0)).sum() - entr(rows).sum(axis=1).mean()))
