"""The latent distributions; the train step draws one vector per example, from its key."""

from __future__ import annotations

import dataclasses

import jax
from jaxtyping import Array, Float, Key

from jaxgan.types import check_number

__all__ = ["Normal", "Uniform"]


@dataclasses.dataclass(frozen=True)
class Normal:
    """z ~ N(0, I) of the given size.

    >>> Normal(3)(jax.random.key(0)).shape
    (3,)
    """

    size: int

    def __post_init__(self) -> None:
        _check_size(self.size)

    def __call__(self, key: Key[Array, ""]) -> Float[Array, " size"]:
        """One latent vector."""
        return jax.random.normal(key, (self.size,))


@dataclasses.dataclass(frozen=True)
class Uniform:
    """z ~ U[low, high]^size.

    >>> z = Uniform(100)(jax.random.key(0))
    >>> bool((abs(z) <= 1).all())
    True
    """

    size: int
    low: float = -1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        _check_size(self.size)
        for name in ("low", "high"):
            check_number(name, getattr(self, name), "finite", "give the range of each number")
        if not self.low < self.high:
            raise ValueError(f"low = {self.low}, high = {self.high}: give low < high")

    def __call__(self, key: Key[Array, ""]) -> Float[Array, " size"]:
        """One latent vector."""
        return jax.random.uniform(key, (self.size,), minval=self.low, maxval=self.high)


def _check_size(size: int) -> None:
    remedy = "give the number of random numbers of an example"
    check_number("latent size", size, "an integer of at least 1", remedy)
