"""The share of generated examples that repeat another one."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Key

from jaxgan.metrics.matrices import matrix
from jaxgan.metrics.neighbors import nearest
from jaxgan.metrics.sample_metric import SampleMetric
from jaxgan.types import check_number

__all__ = ["Duplicates", "duplicates"]

GRAY_LEVEL = 2 / 255
"""The difference of two neighboring 8-bit pixels in [-1, 1]."""


def duplicates(x: Float[ArrayLike, "n ..."], tolerance: float = GRAY_LEVEL) -> float:
    r"""The share of examples with another one within a tolerance.

    $$\frac{1}{n} \#\Big\{ i : \min_{k \ne i} \| x_i - x_k \| / \sqrt d \le \mathrm{tolerance}
    \Big\}$$

    Args:
        x: generated examples, `[n, ...]` with n at least 2.
        tolerance: root mean squared difference per coordinate; one gray level by default.

    Returns:
        The share, in [0, 1].

    Raises:
        ValueError: fewer than two examples, or a negative tolerance.

    >>> import numpy as np
    >>> duplicates(np.array([[0.0, 0.0], [0.0, 0.001], [1.0, 1.0], [0.0, 1.0]]))
    0.5

    Reference: Arora, Zhang, Do GANs actually learn the distribution? An empirical study, 2017 (the
    birthday paradox test). https://arxiv.org/abs/1706.08224
    """
    check_number("tolerance", tolerance, "at least 0", "give a difference per coordinate")
    rows = matrix("x", x, rows=2)
    return float((nearest(rows).distance <= tolerance * np.sqrt(rows.shape[1])).mean())


@dataclasses.dataclass(frozen=True)
class Duplicates(SampleMetric):
    """Share of images with another one within a gray level per pixel: a sign of collapse.

    >>> import jax, numpy as np
    >>> x = np.array([[0.0], [1.0]])
    >>> Duplicates()(x, x, jax.random.key(0)), Duplicates()(x, 0 * x, jax.random.key(0))
    ({'duplicates': 0.0}, {'duplicates': 1.0})

    Reference: Arora, Zhang, Do GANs actually learn the distribution? An empirical study, 2017.
    https://arxiv.org/abs/1706.08224
    """

    tolerance: float = GRAY_LEVEL

    usual = False

    needs = "images"
    better: ClassVar = {"duplicates": "lower"}
    protocol = "another image within the tolerance, a root mean squared difference per pixel"

    def __post_init__(self) -> None:
        check_number("tolerance", self.tolerance, "at least 0", "give a difference per pixel")

    def __call__(
        self,
        real: Float[np.ndarray, "n ..."],
        fake: Float[np.ndarray, "m ..."],
        key: Key[Array, ""],
    ) -> dict[str, float]:
        """See `duplicates`."""
        del real, key
        return {"duplicates": duplicates(fake, self.tolerance)}
