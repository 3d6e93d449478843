"""The gradient penalty around real examples only."""

from __future__ import annotations

import dataclasses

import jax
from jaxtyping import Array, Float, Key

from jaxgan.penalties.gradient import GradientPenalty
from jaxgan.penalties.points import check_keys
from jaxgan.penalties.settings import Noise, check_settings
from jaxgan.types import Critic, Number

__all__ = ["DRAGAN"]

Examples = Float[Array, "batch *shape"]
Keys = Key[Array, " batch"]


@dataclasses.dataclass(frozen=True)
class DRAGAN:
    """The two-sided penalty at noisy real examples, weight * E (||grad|| - target)^2.

    `noise="code"` is the noise of the authors' code: x + e * deviation / 2 * u, one e ~ U[0, 1] per
    example and u ~ U[0, 1] per pixel, so it is never negative. `noise="paper"` is the noise of the
    paper: x + deviation * n, n ~ N(0, I). `deviation` is the standard deviation of the data. Their
    code computes it from each batch; here it is a setting, so the penalty of an example does not
    depend on its batch or device.

    >>> import jax.numpy as jnp
    >>> w = jnp.array([3.0, 4.0])
    >>> keys = jax.random.split(jax.random.key(0), 8)
    >>> zeros = jnp.zeros((8, 2))
    >>> float(DRAGAN(10.0)(lambda x: x @ w, zeros, zeros, keys))  # 10 (5 - 1)^2
    160.0

    Reference: Kodali et al., On Convergence and Stability of GANs, 2017, Algorithm 1.
    https://arxiv.org/abs/1705.07215
    """

    weight: Number = 10.0
    target: Number = 1.0
    deviation: Number = 1.0
    noise: Noise = "code"

    def __post_init__(self) -> None:
        check_settings(self)

    def __call__(
        self, critic: Critic, real: Examples, fake: Examples, keys: Keys
    ) -> Float[Array, ""]:
        """weight * E (norm - target)^2.

        `norm` is the norm of the critic's gradient at a noisy real example.
        """
        check_keys(keys, real)
        cloud = real + self.deviation * jax.vmap(self._noise)(keys, real)
        return GradientPenalty(self.weight, self.target, at="real")(critic, cloud, fake, keys)

    def _noise(self, key: Key[Array, ""], x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        if self.noise == "paper":
            return jax.random.normal(key, x.shape, x.dtype)
        share, pixels = jax.random.split(key)
        share = jax.random.uniform(share, dtype=x.dtype)
        return share / 2 * jax.random.uniform(pixels, x.shape, x.dtype)
