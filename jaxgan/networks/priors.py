"""The latent distributions; the train step draws one vector per example, from its key."""

from __future__ import annotations

import dataclasses

import jax
from jaxtyping import Array, Float, Key

__all__ = ["Normal", "Uniform"]


@dataclasses.dataclass(frozen=True)
class Normal:
    """z ~ N(0, I) of the given size.

    >>> Normal(3)(jax.random.key(0)).shape
    (3,)
    """

    size: int

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

    def __call__(self, key: Key[Array, ""]) -> Float[Array, " size"]:
        """One latent vector."""
        return jax.random.uniform(key, (self.size,), minval=self.low, maxval=self.high)
