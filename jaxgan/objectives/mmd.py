"""The maximum mean discrepancy: three estimators, the witness function and the objective."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Literal, get_args

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxgan.objectives.kernels import Kernel, RationalQuadratic, root
from jaxgan.objectives.rows import rows
from jaxgan.types import Objective, Scalar, unknown

__all__ = ["MMD", "Estimator", "mmd2", "witness"]

Estimator = Literal["biased", "unbiased", "linear"]
"""How the expectations over pairs are estimated; see `mmd2`."""

Real = Float[Array, "n *features"]
Fake = Float[Array, "m *features"]


def mmd2(
    kernel: Kernel,
    x: Float[Array, "n d"],
    y: Float[Array, "m d"],
    estimator: Estimator = "unbiased",
) -> Scalar:
    """An estimate of MMD^2 = E k(x, x') + E k(y, y') - 2 E k(x, y).

    - biased: means over all pairs, including each example with itself; never negative (up to
      rounding), and too large by (E k(x, x) - E k(x, x')) / n and the same for y.
    - unbiased: only the pairs i != j within a set; may be negative.
    - linear: the mean of k(x1, x2) + k(y1, y2) - k(x1, y2) - k(x2, y1) over disjoint pairs
      (1, 2), (3, 4), ... of both sets; unbiased, in linear time, with larger variance. Only
      neighbors are compared, so the result depends on the order of the examples, but not on the
      order of the pairs; if their number is odd, the last example is not used.

    Args:
        kernel: `[n, d], [m, d] -> [n, m]`.
        x: `[n, d]` examples.
        y: `[m, d]` examples; for "linear" as many as `x`.
        estimator: "biased", "unbiased" or "linear".

    Returns:
        The estimate, in the units of the kernel.

    Raises:
        ValueError: the estimator is unknown, or the sets are too small or unequal for it.

    >>> from jaxgan.objectives import Linear
    >>> x, y = jnp.array([[0.0], [2.0]]), jnp.array([[3.0], [5.0]])
    >>> float(mmd2(Linear(), x, y, "biased"))  # (1 - 4)^2
    9.0
    >>> float(mmd2(Linear(), x, y, "unbiased"))  # 0 * 2 + 3 * 5 - 2 * 1 * 4
    7.0

    Reference: Gretton et al., A Kernel Two-Sample Test, 2012, Eq. 3 and 5, Lemma 14.
    https://jmlr.org/papers/v13/gretton12a.html
    """
    _check_name(estimator)
    _check_sizes(estimator, len(x), len(y))
    if estimator == "linear":
        return _linear_time(kernel, x, y)
    within = jnp.mean if estimator == "biased" else _mean_off_diagonal
    return within(kernel(x, x)) + within(kernel(y, y)) - 2 * kernel(x, y).mean()


def _check_name(estimator: str) -> None:
    if estimator not in get_args(Estimator):
        raise unknown("estimator", estimator, get_args(Estimator))


def _check_sizes(estimator: str, n: int, m: int) -> None:
    if estimator != "biased" and min(n, m) < 2:
        raise ValueError(
            f"estimator = {estimator!r} of {n} and {m} examples: give at least two of each, "
            "or use 'biased'"
        )
    if estimator == "linear" and n != m:
        raise ValueError(
            f"estimator = 'linear' of {n} and {m} examples: give equally many of each, "
            "or use 'unbiased'"
        )


def _mean_off_diagonal(gram: Float[Array, "n n"]) -> Scalar:
    n = len(gram)
    # Masked, since subtracting a much larger diagonal would leave only its rounding error.
    return jnp.where(jnp.eye(n, dtype=bool), 0.0, gram).sum() / (n * (n - 1))


def _linear_time(kernel: Kernel, x: Float[Array, "n d"], y: Float[Array, "n d"]) -> Scalar:
    pairs = len(x) // 2

    def one_by_one(a: Float[Array, "p d"], b: Float[Array, "p d"]) -> Float[Array, " p"]:
        return jax.vmap(lambda i, j: kernel(i[None], j[None])[0, 0])(a, b)

    x1, x2, y1, y2 = x[: 2 * pairs : 2], x[1::2], y[: 2 * pairs : 2], y[1::2]
    within = one_by_one(x1, x2) + one_by_one(y1, y2)
    return (within - one_by_one(x1, y2) - one_by_one(x2, y1)).mean()


def witness(
    kernel: Kernel,
    points: Float[Array, "p d"],
    x: Float[Array, "n d"],
    y: Float[Array, "m d"],
) -> Float[Array, " p"]:
    """The function whose mean differs most between two sets, up to its scale.

    f(.) = mean_i k(., x_i) - mean_j k(., y_j); mean f(x) - mean f(y) is the biased MMD^2.

    Args:
        kernel: `[n, d], [m, d] -> [n, m]`.
        points: `[p, d]`, where it is evaluated.
        x: `[n, d]` examples, where it is high.
        y: `[m, d]` examples, where it is low.

    Returns:
        `[p]` values.

    >>> from jaxgan.objectives import Linear
    >>> x, y = jnp.array([[3.0]]), jnp.array([[1.0]])
    >>> witness(Linear(), jnp.array([[1.0], [10.0]]), x, y).tolist()  # 2 t
    [2.0, 20.0]

    Reference: Gretton et al., A Kernel Two-Sample Test, 2012, Section 2.3.
    https://jmlr.org/papers/v13/gretton12a.html
    """
    return kernel(points, x).mean(axis=1) - kernel(points, y).mean(axis=1)


@dataclasses.dataclass(frozen=True)
class MMD(Objective):
    """The generator minimizes an estimate of MMD^2, a critic that returns features maximizes it.

    With the data themselves as scores (no critic) it is a generative moment matching network;
    with a critic's features it is an MMD-GAN, whose gradient penalty acts on the witness. With
    `root` both losses use sqrt(max(MMD^2, 0)), whose gradient is 0 where that is 0. The estimator
    "linear" compares neighbors, so it depends on the order of the batch. Computed in at least
    float32, returned in the type of the real scores.

    >>> real, fake = jnp.array([0.0, 2.0]), jnp.array([0.0, 2.0])
    >>> round(float(MMD(estimator="biased").generator_loss(real, fake)), 4)
    0.0
    >>> round(float(MMD().generator_loss(real, fake)), 4)  # k(0, 2) - k(0, 0)
    -1.7676

    Reference: Li, Swersky, Zemel, Generative Moment Matching Networks, 2015.
    https://arxiv.org/abs/1502.02761
    Reference: Binkowski et al., Demystifying MMD GANs, 2018, Section 2.
    https://arxiv.org/abs/1801.01401
    """

    features: ClassVar[bool] = True

    kernel: Kernel = dataclasses.field(default_factory=RationalQuadratic)
    estimator: Estimator = "unbiased"
    root: bool = False

    def __post_init__(self) -> None:
        _check_name(self.estimator)
        if not callable(self.kernel) or isinstance(self.kernel, type):
            raise TypeError(
                f"kernel must be a function of two sets, got {self.kernel!r}: give an instance, "
                "such as RationalQuadratic()"
            )

    def critic_loss(self, real: Real, fake: Fake) -> Scalar:
        """-MMD^2, or minus its root."""
        return -self.generator_loss(real, fake)

    def generator_loss(self, real: Real, fake: Fake) -> Scalar:
        """MMD^2, or its root."""
        value = mmd2(self.kernel, rows(real), rows(fake), self.estimator)
        return (root(value) if self.root else value).astype(real.dtype)

    def witness(
        self, scores: Float[Array, "batch *features"], real: Real, fake: Fake
    ) -> Float[Array, " batch"]:
        """mean_i k(., real_i) - mean_j k(., fake_j): one number for each example's features."""
        return witness(self.kernel, rows(scores), rows(real), rows(fake)).astype(scores.dtype)
