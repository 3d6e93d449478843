"""How many classes a generator covers, and how evenly, by a classifier of the real images."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, NamedTuple

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Int, Key
from scipy.special import rel_entr

from jaxgan.metrics.matrices import probability_rows
from jaxgan.metrics.sample_metric import SampleMetric

__all__ = ["ClassCoverage", "ClassCoverageScores", "class_coverage", "label_coverage"]


class ClassCoverageScores(NamedTuple):
    """The classes of a set of samples.

    Attributes:
        modes: number of real classes that are the most probable class of at least one sample.
        reverse_kl: Kullback-Leibler divergence of the samples' classes from the real examples'
            classes, in nats; infinite for samples of a class without a real example.
    """

    modes: float
    reverse_kl: float


def class_coverage(
    real: Float[ArrayLike, "n classes"], fake: Float[ArrayLike, "m classes"]
) -> ClassCoverageScores:
    r"""Number of classes covered, and the divergence of their frequencies from the real ones.

    With $p_k$ and $q_k$ the shares of the real and of the generated images whose most probable
    class is k,

    $$\mathrm{modes} = \#\{k : q_k > 0, p_k > 0\}, \qquad
    \mathrm{KL}(q \,\|\, p) = \sum_k q_k \log (q_k / p_k).$$

    A perfect sampler of K equally frequent classes has a divergence of about $(K - 1) / (2 m)$ and
    misses $K (1 - 1/K)^m$ of them: report the floor.

    Args:
        real: probabilities of real images, `[n, classes]`.
        fake: probabilities of generated images, `[m, classes]`.

    Returns:
        The two scores.

    Raises:
        ValueError: the two differ in classes, or are not probabilities.

    >>> import numpy as np
    >>> found = class_coverage(np.eye(4), np.eye(4)[[0, 0, 1, 1]])
    >>> found.modes, round(found.reverse_kl, 4)  # log 2
    (2.0, 0.6931)

    Reference: Metz, Poole, Pfau, Sohl-Dickstein, Unrolled Generative Adversarial Networks, 2017,
    section 3.3.1 (1,000 modes of Stacked MNIST). https://arxiv.org/abs/1611.02163
    """
    p, q = _shares("real", real), _shares("fake", fake)
    if len(p) != len(q):
        raise ValueError(f"real has {len(p)} classes and fake has {len(q)}; use one classifier")
    return _scores(p, q)


def label_coverage(labels: Int[ArrayLike, " m"], classes: int) -> ClassCoverageScores:
    r"""Number of classes covered, and the divergence of their frequencies from equal ones.

    `class_coverage` of labels, for K classes that are equally frequent: with $q_k$ the share of
    label k,

    $$\mathrm{modes} = \#\{k : q_k > 0\}, \qquad
    \mathrm{KL}(q \,\|\, p) = \log K + \sum_k q_k \log q_k.$$

    Args:
        labels: integers from 0 to K - 1, `[m]`.
        classes: K.

    Returns:
        The two scores.

    Raises:
        ValueError: no labels, or one out of range.

    >>> import numpy as np
    >>> found = label_coverage(np.array([0, 0, 1, 1]), 4)
    >>> found.modes, round(found.reverse_kl, 4)  # log 2
    (2.0, 0.6931)

    Reference: Metz, Poole, Pfau, Sohl-Dickstein, Unrolled Generative Adversarial Networks, 2017,
    section 3.3.1 (1,000 modes of Stacked MNIST). https://arxiv.org/abs/1611.02163
    """
    found = np.asarray(labels)
    if found.ndim != 1 or not len(found) or found.min() < 0 or found.max() >= classes:
        raise ValueError(
            f"labels must be [m] integers from 0 to {classes - 1}, at least one, got shape "
            f"{found.shape}" + (f" from {found.min()} to {found.max()}" if found.size else "")
        )
    return _scores(
        np.full(classes, 1 / classes), np.bincount(found, minlength=classes) / len(found)
    )


@dataclasses.dataclass(frozen=True)
class ClassCoverage(SampleMetric):
    """Number of real classes among the samples, and KL of the samples' classes from the real ones.

    >>> import jax, numpy as np
    >>> ClassCoverage()(np.eye(4), np.eye(4), jax.random.key(0))
    {'modes': 4.0, 'reverse_kl': 0.0}

    Reference: Metz, Poole, Pfau, Sohl-Dickstein, Unrolled Generative Adversarial Networks, 2017,
    section 3.3.1. https://arxiv.org/abs/1611.02163
    """

    needs = "probabilities"
    better: ClassVar = {"modes": "higher", "reverse_kl": "lower"}
    protocol = "most probable class of each image; KL of the fakes' classes from the real ones'"

    def __call__(
        self,
        real: Float[np.ndarray, "n classes"],
        fake: Float[np.ndarray, "m classes"],
        key: Key[Array, ""],
    ) -> dict[str, float]:
        """See `class_coverage`."""
        del key
        return class_coverage(real, fake)._asdict()


def _shares(name: str, probabilities: ArrayLike) -> np.ndarray:
    rows = probability_rows(name, probabilities)
    return np.bincount(rows.argmax(axis=1), minlength=rows.shape[1]) / len(rows)


def _scores(p: np.ndarray, q: np.ndarray) -> ClassCoverageScores:
    return ClassCoverageScores(float(((p > 0) & (q > 0)).sum()), float(rel_entr(q, p).sum()))
