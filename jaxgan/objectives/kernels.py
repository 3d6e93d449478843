"""Kernels between all pairs of examples from two sets, `[n, d], [m, d] -> [n, m]`.

A kernel is a frozen dataclass, so objectives with equal kernels compare equal.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Protocol, runtime_checkable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxgan.types import check_number

__all__ = [
    "Energy",
    "Gaussian",
    "Kernel",
    "Linear",
    "Polynomial",
    "RationalQuadratic",
    "root",
    "squared_distances",
]

X = Float[Array, "n d"]
Y = Float[Array, "m d"]
Gram = Float[Array, "n m"]


@runtime_checkable
class Kernel(Protocol):
    """A symmetric positive definite function of two examples, `[n, d], [m, d] -> [n, m]`."""

    def __call__(self, x: X, y: Y, /) -> Gram:
        """k(x_i, y_j) for every i and j."""
        ...


def root(squares: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The square root of max(squares, 0), with derivative 0 where that is 0.

    The root is never evaluated at 0, so neither its infinite slope nor `inf * 0 = NaN` appears in
    the first or the second derivative.

    Args:
        squares: array of any shape; negative values count as 0.

    Returns:
        The roots, of the same shape.

    >>> root(jnp.array([4.0, 0.0, -1.0])).tolist()
    [2.0, 0.0, 0.0]
    """
    positive = squares > 0
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, squares, 1.0)), 0.0)


def squared_distances(x: X, y: Y) -> Gram:
    """||x_i - y_j||^2, from the differences.

    |x|^2 + |y|^2 - 2 xy would be one matrix product, but in float32 its error is about 1e-7 of
    |x|^2, which can exceed a small distance, and it can be negative. With differences, equal
    examples are at exactly 0 and the error is relative to the distance. Features are added one at
    a time and recomputed for the gradient: memory is a few times `[n, m]`, never `[n, m, d]`,
    which for 1000 images of 784 pixels would be 3 GB.

    Args:
        x: `[n, d]`.
        y: `[m, d]`.

    Returns:
        `[n, m]`, in the square of the units of `x`.

    >>> squared_distances(jnp.array([[0.0, 0.0], [3.0, 4.0]]), jnp.array([[3.0, 4.0]])).tolist()
    [[25.0], [0.0]]
    """

    @jax.checkpoint
    def of_feature(a: Float[Array, " n"], b: Float[Array, " m"]) -> Gram:
        return jnp.square(a[:, None] - b[None, :])

    def add(total: Gram, feature: tuple[Array, Array]) -> tuple[Gram, None]:
        return total + of_feature(*feature), None

    first = of_feature(x[:, 0], y[:, 0])
    return jax.lax.scan(add, first, (x.T[1:], y.T[1:]), unroll=8)[0]


def _products(x: X, y: Y) -> Gram:
    # By default accelerators multiply with the 8 or 11 bits of bfloat16 or TF32.
    return jnp.matmul(x, y.T, precision="highest")


def _positive(name: str, values: Iterable[float]) -> tuple[float, ...]:
    """The numbers of a kernel's terms, checked."""
    remedy = "give at least one number, in a tuple"
    if not isinstance(values, Iterable) or isinstance(values, str):
        raise TypeError(f"{name} must be a tuple of numbers, got {values!r}: {remedy}")
    if not (given := tuple(values)):
        raise ValueError(f"{name} must be a tuple of numbers, got (): {remedy}")
    for value in given:
        check_number(name, value, "positive", remedy)
    return given


@dataclasses.dataclass(frozen=True)
class Gaussian:
    """A sum of Gaussian kernels, sum over gamma of exp(-gamma ||x - y||^2).

    Published code uses "sigma" for different quantities, so the kernel stores `gammas`:
    `Gaussian.from_sigmas` takes standard deviations, gamma = 1 / (2 sigma^2), as the code of
    MMD-GAN does; `Gaussian.from_variances` takes variances, gamma = 1 / (2 variance), as the code
    of GMMN does with numbers that it calls sigma.

    >>> x, y = jnp.array([[0.0]]), jnp.array([[2.0]])
    >>> round(float(Gaussian((0.5,))(x, y)[0, 0]), 4)  # exp(-2)
    0.1353

    Reference: Gretton et al., A Kernel Two-Sample Test, 2012.
    https://jmlr.org/papers/v13/gretton12a.html
    """

    gammas: tuple[float, ...]

    def __post_init__(self) -> None:
        _positive("gammas", self.gammas)

    @classmethod
    def from_sigmas(cls, sigmas: Iterable[float]) -> Gaussian:
        """gamma = 1 / (2 sigma^2): sigmas are standard deviations, in the units of the data.

        Args:
            sigmas: (1, 2, 4, 8, 16) in the code of MMD-GAN.

        Returns:
            The kernel, one term per sigma.

        >>> Gaussian.from_sigmas((1.0, 2.0))
        Gaussian(gammas=(0.5, 0.125))

        Reference: Li et al., MMD GAN, 2017. https://arxiv.org/abs/1705.08584
        """
        return cls(tuple(0.5 / sigma**2 for sigma in _positive("sigmas", sigmas)))

    @classmethod
    def from_variances(cls, variances: Iterable[float]) -> Gaussian:
        """gamma = 1 / (2 variance): variances are in the square of the units of the data.

        Args:
            variances: (2, 5, 10, 20, 40, 80) for MNIST in the code of GMMN, where they are called
                sigma.

        Returns:
            The kernel, one term per variance.

        >>> Gaussian.from_variances((2.0, 5.0))
        Gaussian(gammas=(0.25, 0.1))

        Reference: Li, Swersky, Zemel, Generative Moment Matching Networks, 2015.
        https://arxiv.org/abs/1502.02761
        """
        return cls(tuple(0.5 / variance for variance in _positive("variances", variances)))

    def __call__(self, x: X, y: Y) -> Gram:
        """Sum over gamma of exp(-gamma ||x - y||^2)."""
        squares = squared_distances(x, y)
        return sum((jnp.exp(-gamma * squares) for gamma in self.gammas), jnp.zeros_like(squares))


@dataclasses.dataclass(frozen=True)
class RationalQuadratic:
    """A sum of rational quadratic kernels, sum over alpha of (1 + ||x - y||^2 / (2 alpha))^-alpha.

    A mixture of Gaussians over all bandwidths: its tail decays as a power, so distant examples
    still have a gradient. The default alphas are those of the authors' code; the paper gives
    (0.2, 0.5, 1, 2, 5). With `linear` the dot product x . y is added, the paper's rq*.

    >>> x, y = jnp.array([[0.0]]), jnp.array([[2.0]])
    >>> round(float(RationalQuadratic((1.0,))(x, y)[0, 0]), 4)  # 1 / (1 + 2)
    0.3333

    Reference: Binkowski et al., Demystifying MMD GANs, 2018.
    https://arxiv.org/abs/1801.01401
    """

    alphas: tuple[float, ...] = (0.1, 1.0, 10.0)
    linear: bool = False

    def __post_init__(self) -> None:
        _positive("alphas", self.alphas)

    def __call__(self, x: X, y: Y) -> Gram:
        """Sum over alpha of (1 + ||x - y||^2 / (2 alpha))^-alpha, and x . y if `linear`."""
        squares = squared_distances(x, y)
        start = _products(x, y) if self.linear else jnp.zeros_like(squares)
        return sum(((1 + squares / (2 * alpha)) ** -alpha for alpha in self.alphas), start)


@dataclasses.dataclass(frozen=True)
class Energy:
    """The distance kernel, ||x|| + ||y|| - ||x - y||, whose MMD^2 is the energy distance.

    MMD^2 = 2 E||x - y|| - E||x - x'|| - E||y - y'||, Székely's energy distance with factor 1
    (the norms cancel; the reference's own kernel has a factor 1/2, so its MMD^2 is half of it).
    In one dimension it is 2 int (F - G)^2, twice the Cramér distance. The derivative of a norm
    at 0 is taken to be 0.

    >>> x, y = jnp.array([[1.0]]), jnp.array([[3.0]])
    >>> float(Energy()(x, y)[0, 0])  # 1 + 3 - 2
    2.0

    Reference: Sejdinovic et al., Equivalence of Distance-Based and RKHS-Based Statistics in
    Hypothesis Testing, 2013. https://arxiv.org/abs/1207.6076
    """

    def __call__(self, x: X, y: Y) -> Gram:
        """||x|| + ||y|| - ||x - y||."""
        of_x = root(jnp.square(x).sum(axis=1))
        of_y = root(jnp.square(y).sum(axis=1))
        return of_x[:, None] + of_y[None, :] - root(squared_distances(x, y))


@dataclasses.dataclass(frozen=True)
class Linear:
    """The dot product, x . y, whose biased MMD^2 is ||mean x - mean y||^2.

    It compares means only.

    >>> float(Linear()(jnp.array([[1.0, 2.0]]), jnp.array([[3.0, 4.0]]))[0, 0])
    11.0

    Reference: Gretton et al., A Kernel Two-Sample Test, 2012.
    https://jmlr.org/papers/v13/gretton12a.html
    """

    def __call__(self, x: X, y: Y) -> Gram:
        """The dot products, x . y."""
        return _products(x, y)


@dataclasses.dataclass(frozen=True)
class Polynomial:
    """The polynomial kernel, (scale x . y + offset)^degree.

    It compares the moments up to `degree`. The defaults are the kernel of the kernel Inception
    distance, for which `scale` is 1/d.

    >>> x = jnp.array([[1.0, 1.0]])
    >>> float(Polynomial()(x, x)[0, 0])  # (2 / 2 + 1)^3
    8.0

    Reference: Binkowski et al., Demystifying MMD GANs, 2018, Section 4.
    https://arxiv.org/abs/1801.01401
    """

    degree: int = 3
    scale: float | None = None
    """None means one over the number of features."""
    offset: float = 1.0

    def __post_init__(self) -> None:
        check_number("degree", self.degree, "an integer of at least 1", "1 compares the means")
        check_number("offset", self.offset, "at least 0", "give 0 for none")
        if self.scale is not None:
            check_number("scale", self.scale, "positive", "give None for 1 / d")

    def __call__(self, x: X, y: Y) -> Gram:
        """(scale x . y + offset)^degree."""
        scale = 1 / x.shape[1] if self.scale is None else self.scale
        return (scale * _products(x, y) + self.offset) ** self.degree
