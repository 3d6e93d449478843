"""The Parzen-window log-likelihood of 2014, kept for comparison with the tables of that time."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar, NamedTuple

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Key
from scipy.special import logsumexp

from jaxgan.metrics.matrices import matrix, matrix_pair
from jaxgan.metrics.sample_metric import SampleMetric
from jaxgan.types import check_number

__all__ = ["ParzenLikelihood", "ParzenScore", "log_densities", "parzen_log_likelihood"]

SIGMAS = tuple(np.logspace(-1, 0, 10).tolist())
"""The bandwidths that the code of 2014 tries."""

BLOCK = 1000
"""Points whose distances to all samples are in memory at a time."""


class ParzenScore(NamedTuple):
    """A log-likelihood, in nats.

    Attributes:
        mean: the mean over the test set.
        standard_error: its standard deviation divided by the root of the number of test examples.
        sigma: the bandwidth that the validation set chose.
    """

    mean: float
    standard_error: float
    sigma: float


def parzen_log_likelihood(
    samples: Float[ArrayLike, "n ..."],
    validation: Float[ArrayLike, "v ..."],
    test: Float[ArrayLike, "t ..."],
    sigmas: tuple[float, ...] = SIGMAS,
) -> ParzenScore:
    r"""Mean log-density of test examples under a Gaussian window around each sample.

    $$\log p(x) = \log \frac{1}{n} \sum_j e^{-\| x - s_j \|^2 / 2 \sigma^2}
    - d \log(\sigma \sqrt{2 \pi})$$

    with the $\sigma$ of the highest mean over the validation set. The papers of 2014 use 10,000
    samples, pixels in [0, 1], and the first 1,000 validation images. It rewards copies: on MNIST
    10,000 training images have 242.5, 2,000 k-means centers of them 306.8, and a single mean image
    -59.1. The coarse grid of bandwidths costs up to 11 nats. Never let it be the only evidence.

    Args:
        samples: generated examples, in [0, 1] for images, `[n, ...]`.
        validation: real examples that choose the bandwidth.
        test: other real examples.
        sigmas: the bandwidths to try, in the unit of the examples.

    Returns:
        Mean, standard error and bandwidth.

    Raises:
        ValueError: the sets differ in size per example, or a bandwidth is not positive.

    >>> import numpy as np
    >>> found = parzen_log_likelihood(np.zeros((5, 1)), np.ones((2, 1)), np.ones((3, 1)), (1.0,))
    >>> round(found.mean, 4)  # -1/2 - log (2 pi)^(1/2)
    -1.4189

    Reference: Goodfellow et al., Generative Adversarial Networks, 2014, section 5, and Theis, van
    den Oord, Bethge, A note on the evaluation of generative models, 2016, section 3.2.
    https://arxiv.org/abs/1511.01844
    """
    choices = log_densities(samples, validation, sigmas).mean(axis=1)
    sigma = sigmas[int(choices.argmax())]
    found = log_densities(samples, test, (sigma,))[0]
    return ParzenScore(float(found.mean()), float(found.std() / math.sqrt(len(found))), sigma)


def log_densities(
    samples: Float[ArrayLike, "n ..."], points: Float[ArrayLike, "m ..."], sigmas: tuple[float, ...]
) -> Float[np.ndarray, "sigmas m"]:
    """The log-density of each point for each bandwidth, see `parzen_log_likelihood`.

    Args:
        samples: the centers of the windows, `[n, ...]`.
        points: `[m, ...]`.
        sigmas: the bandwidths.

    Returns:
        `[sigmas, m]`, in nats.

    >>> log_densities(np.zeros((1, 2)), np.zeros((1, 2)), (1.0,)).round(4)  # -log(2 pi)
    array([[-1.8379]])
    """
    if not isinstance(sigmas, (tuple, list)) or not sigmas:
        raise TypeError(f"sigmas must be a tuple of bandwidths, got {sigmas!r}: give (0.1, 1.0)")
    for sigma in sigmas:
        check_number("each of sigmas", sigma, "positive", "give bandwidths, such as (0.1, 1.0)")
    x, s = matrix_pair(points, samples, names=("points", "samples"))
    norms, columns = np.square(s).sum(axis=1)[None, :], []
    for start in range(0, len(x), BLOCK):
        block = x[start : start + BLOCK]
        squares = np.square(block).sum(axis=1)[:, None] + norms - 2 * block @ s.T
        columns.append(
            [
                logsumexp(squares / (-2 * sigma**2), axis=1)
                - math.log(len(s))
                - x.shape[1] * math.log(sigma * math.sqrt(2 * math.pi))
                for sigma in sigmas
            ]
        )
    return np.concatenate(columns, axis=1)


@dataclasses.dataclass(frozen=True)
class ParzenLikelihood(SampleMetric):
    """Parzen-window log-likelihood of real images, pixels in [0, 1]: misleading, for old tables.

    >>> import jax, numpy as np
    >>> x = np.linspace(-1, 1, 6).reshape(6, 1, 1, 1)
    >>> sorted(ParzenLikelihood()(x, x, jax.random.key(0)))
    ['parzen']

    Reference: Goodfellow et al., Generative Adversarial Networks, 2014, section 5.
    https://arxiv.org/abs/1406.2661
    """

    usual = False

    needs = "images"
    better: ClassVar = {"parzen": "higher"}
    protocol = (
        "pixels in [0, 1], nats; a tenth of the real images chooses one of ten sigmas from 0.1 to "
        "1, the others are the test set"
    )

    def __call__(
        self,
        real: Float[np.ndarray, "n ..."],
        fake: Float[np.ndarray, "m ..."],
        key: Key[Array, ""],
    ) -> dict[str, float]:
        """See `parzen_log_likelihood`."""
        del key
        held = (matrix("real", real, rows=2) + 1) / 2
        split = max(1, len(held) // 10)
        samples = (matrix("fake", fake) + 1) / 2
        return {"parzen": parzen_log_likelihood(samples, held[:split], held[split:]).mean}
