"""Pairs of distributions with a known Wasserstein-1 distance and a known optimal critic."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key

__all__ = ["REACH", "Funnels", "Pairs", "draw_funnels", "read_funnels", "sample_pairs"]

REACH = 2.5
"""Half the side of the cube."""
POWER = 8
"""The power that moves points toward their center."""


class Funnels(NamedTuple):
    r"""The function $u(x) = \min_k (\| x - a_k \| + b_k)$, with slope 1 everywhere.

    Attributes:
        centers: a, `[k, d]`.
        bias: b, `[k]`.

    >>> float(Funnels(jnp.zeros((1, 2)), jnp.ones(1)).height(jnp.array([[3.0, 4.0]]))[0])
    6.0
    """

    centers: Float[Array, "k d"]
    bias: Float[Array, " k"]

    def height(self, x: Float[Array, "n d"]) -> Float[Array, " n"]:
        """u at each point; -u is an optimal critic of `sample_pairs`."""
        return self._heights(x).min(axis=1)

    def nearest(self, x: Float[Array, "n d"]) -> Int[Array, " n"]:
        """The index of the funnel of each point."""
        return self._heights(x).argmin(axis=1)

    def _heights(self, x: Array) -> Array:
        apart = x[:, None] - self.centers[None]
        return jnp.linalg.norm(apart, axis=2) + self.bias[None]


class Pairs(NamedTuple):
    """Points of two distributions, joined by an optimal transport plan.

    Attributes:
        x: points of the first distribution, `[n, d]`.
        y: points of the second, to which the plan takes them, `[n, d]`.
        gradient: the gradient of every optimal critic (high on x) at x, `[n, d]` with norm 1.
    """

    x: Float[Array, "n d"]
    y: Float[Array, "n d"]
    gradient: Float[Array, "n d"]


def draw_funnels(key: Key[Array, ""], dimension: int, number: int) -> Funnels:
    r"""Random funnels, with the distribution of the benchmark's.

    $$a_k \sim U[-2.5, 2.5]^d, \quad b_k \sim \mathcal{N}(0, 0.1^2).$$

    Args:
        key: a PRNG key.
        dimension: d, at least 1.
        number: number of funnels, at least 1.

    Returns:
        The funnels.

    >>> draw_funnels(jax.random.key(0), dimension=2, number=4).centers.shape
    (4, 2)

    Reference: Korotin, Kolesov, Burnaev, Kantorovich Strikes Back! Wasserstein GANs are not Optimal
    Transport?, 2022, Section 4. https://arxiv.org/abs/2206.07767
    """
    of_center, of_bias = jax.random.split(key)
    centers = jax.random.uniform(of_center, (number, dimension), minval=-REACH, maxval=REACH)
    return Funnels(centers, 0.1 * jax.random.normal(of_bias, (number,)))


def read_funnels(file: Path | str, dimension: int, number: int) -> Funnels:
    """Funnels from a file, such as the parameters of the official pairs.

    Args:
        file: an `.npz` file with arrays `centers_D_K`, `[K, D]`, and `bias_D_K`, `[K]`.
        dimension: D.
        number: K.

    Returns:
        The funnels.

    Raises:
        FileNotFoundError: the file does not exist.
        ValueError: it does not have these arrays.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/funnels.npz", centers_2_4=np.ones((4, 2)), bias_2_4=np.ones(4))
    ...     read_funnels(f"{folder}/funnels.npz", dimension=2, number=4).bias.tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    with np.load(file) as arrays:
        names = [f"{part}_{dimension}_{number}" for part in ("centers", "bias")]
        if not set(names) <= set(arrays.files):
            raise ValueError(
                f"{file} has no {names[0]} and {names[1]}: choose another dimension or number"
            )
        centers, bias = (jnp.asarray(arrays[name], jnp.float32) for name in names)
    return Funnels(centers, bias.reshape(-1))


def sample_pairs(funnels: Funnels, key: Key[Array, ""], n: int) -> Pairs:
    r"""Pairs of which the distance of distributions is known: $W_1 = E \| x - y \|$.

    y is uniform in the cube, a the center of its funnel, and s the point where the ray from a
    through y leaves the funnel or the cube. Every point moves toward the center of its funnel:

    $$x = a + t^8 (s - a), \quad t = \frac{\| y - a \|}{\| s - a \|}.$$

    On each ray u has slope 1, so that $u(y) - u(x) = \| y - x \|$: -u is an optimal critic, and its
    gradient at x, $(a - y) / \| a - y \|$, is that of every optimal critic.

    Args:
        funnels: the function u.
        key: a PRNG key.
        n: number of pairs.

    Returns:
        The pairs; x and y are samples of the two distributions.

    >>> pairs = sample_pairs(Funnels(jnp.zeros((1, 1)), jnp.zeros(1)), jax.random.key(0), 100_000)
    >>> round(float(jnp.abs(pairs.x - pairs.y).mean()), 1)  # 2.5 (1 / 2 - 1 / 9) = 0.97
    1.0

    Reference: Korotin, Kolesov, Burnaev, Kantorovich Strikes Back! Wasserstein GANs are not Optimal
    Transport?, 2022, Section 4. https://arxiv.org/abs/2206.07767
    """
    shape = (n, funnels.centers.shape[1])
    y = jax.random.uniform(key, shape, minval=-REACH, maxval=REACH)
    index = funnels.nearest(y)
    a = funnels.centers[index]
    length = jnp.linalg.norm(y - a, axis=1, keepdims=True)
    ray = (y - a) / length
    whole = jnp.minimum(_to_wall(a, ray), _to_next(funnels, index, ray))[:, None]
    return Pairs(a + (length / whole) ** POWER * whole * ray, y, -ray)


def _to_wall(a: Array, ray: Array) -> Array:
    """The distance from each center to the cube's surface, along its ray."""
    wall = jnp.where(ray > 0, REACH - a, REACH + a)
    return (wall / jnp.maximum(jnp.abs(ray), jnp.finfo(ray.dtype).tiny)).min(axis=1)


def _to_next(funnels: Funnels, index: Array, ray: Array) -> Array:
    """The distance from each center to the border of its funnel, along its ray.

    On the border to funnel j, r + b = ||a + r ray - a_j|| + b_j. With v = a - a_j and c = b - b_j
    that is r = (v' v - c^2) / (2 (c - v' ray)); without a border the denominator is not positive.
    """
    v = funnels.centers[index][:, None] - funnels.centers[None]
    c = funnels.bias[index][:, None] - funnels.bias[None]
    below = 2 * (c - (v * ray[:, None]).sum(axis=2))
    border = (jnp.square(v).sum(axis=2) - jnp.square(c)) / jnp.where(below > 0, below, 1)
    own = index[:, None] == jnp.arange(len(funnels.bias))[None]
    return jnp.where((below > 0) & ~own, border, math.inf).min(axis=1)
