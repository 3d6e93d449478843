"""The inception score over splits of the samples, with any classifier."""

from __future__ import annotations

import dataclasses
import itertools
from typing import ClassVar, NamedTuple

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Key

from jaxgan.metrics.matrices import probability_rows
from jaxgan.metrics.sample_metric import SampleMetric
from jaxgan.metrics.scores import inception_score
from jaxgan.types import check_number

__all__ = ["ClassificationScore", "SplitScore", "classification_score"]


class SplitScore(NamedTuple):
    """A score over splits of the samples.

    Attributes:
        mean: the mean over the splits.
        std: the population standard deviation over the splits, which is 0 for one split.
    """

    mean: float
    std: float


def classification_score(
    probabilities: Float[ArrayLike, "n classes"], splits: int = 10
) -> SplitScore:
    r"""Mean and deviation of `inception_score` over contiguous splits of the samples.

    Split i of S has the rows $\lfloor i n / S \rfloor$ to $\lfloor (i + 1) n / S \rfloor$.
    The papers use 50,000 samples in 10 splits of 5,000. The value rises with the size of a split,
    so compare equal sizes. It is the inception score only with the probabilities of `inception`.

    Args:
        probabilities: rows that sum to one, `[n, classes]`, in random order.
        splits: number of splits, at most n.

    Returns:
        Mean and standard deviation.

    Raises:
        ValueError: more splits than rows.

    >>> import numpy as np
    >>> found = classification_score(np.eye(4)[[0, 1, 2, 3, 0, 0, 1, 1]], splits=2)  # 4 and 2
    >>> round(found.mean, 6), round(found.std, 6)
    (3.0, 1.0)

    Reference: Salimans et al., Improved Techniques for Training GANs, 2016, section 4.
    https://arxiv.org/abs/1606.03498
    """
    check_number("splits", splits, "an integer of at least 1", "the papers use 10")
    rows = probability_rows("probabilities", probabilities)
    if splits > len(rows):
        raise ValueError(f"splits is {splits} for {len(rows)} rows; give at most one per row")
    ends = [i * len(rows) // splits for i in range(splits + 1)]
    found = [inception_score(rows[a:b]) for a, b in itertools.pairwise(ends)]
    return SplitScore(float(np.mean(found)), float(np.std(found)))


@dataclasses.dataclass(frozen=True)
class ClassificationScore(SampleMetric):
    """The inception score's formula with any classifier, from 1 to the number of classes.

    >>> import jax, numpy as np
    >>> sorted(ClassificationScore()(np.eye(4), np.eye(4), jax.random.key(0)).items())
    [('classification_score', 4.0)]

    Reference: Salimans et al., Improved Techniques for Training GANs, 2016, section 4.
    https://arxiv.org/abs/1606.03498
    """

    splits: int = 1

    needs = "probabilities"
    better: ClassVar = {"classification_score": "higher"}
    protocol = "exp of the mean KL of class probabilities from their mean, averaged over splits"

    def __post_init__(self) -> None:
        check_number("splits", self.splits, "an integer of at least 1", "the papers use 10")

    def __call__(
        self,
        real: Float[np.ndarray, "n classes"],
        fake: Float[np.ndarray, "m classes"],
        key: Key[Array, ""],
    ) -> dict[str, float]:
        """See `classification_score`."""
        del real, key
        return {"classification_score": classification_score(fake, self.splits).mean}
