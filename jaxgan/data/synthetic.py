"""Synthetic distributions with known densities, used in papers to show what a critic learns."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

__all__ = [
    "EIGHT_STD",
    "TWENTY_FIVE_STD",
    "eight_centers",
    "eight_gaussians",
    "parallel_lines",
    "swiss_roll",
    "twenty_five_centers",
    "twenty_five_gaussians",
    "two_gaussians",
]

EIGHT_STD = 0.02 / 1.414
"""Standard deviation of one mode of `eight_gaussians`, per coordinate."""

TWENTY_FIVE_STD = 0.05 / 2.828
"""Standard deviation of one mode of `twenty_five_gaussians`, per coordinate."""


def eight_centers() -> Float[Array, "8 2"]:
    r"""The modes of `eight_gaussians`, equally spaced on a circle.

    $$\mu_k = \tfrac{2}{1.414} (\cos \tfrac{2 \pi k}{8}, \sin \tfrac{2 \pi k}{8}),
    \quad 0 \le k < 8.$$

    Returns:
        Eight distinct centers, `[8, 2]`.

    >>> [round(float(x), 3) for x in eight_centers()[0]]
    [1.414, 0.0]
    """
    angles = jnp.arange(8) * (2 * math.pi / 8)  # a linspace up to 2 pi would double the first mode
    return 2 / 1.414 * jnp.stack([jnp.cos(angles), jnp.sin(angles)], axis=1)


def twenty_five_centers() -> Float[Array, "25 2"]:
    r"""The modes of `twenty_five_gaussians`, a square grid.

    $$\mu_{ij} = \tfrac{2}{2.828} (i, j), \quad i, j \in \{-2, -1, 0, 1, 2\}.$$

    Returns:
        Twenty-five distinct centers, `[25, 2]`.

    >>> [round(float(x), 3) for x in twenty_five_centers()[-1]]
    [1.414, 1.414]
    """
    steps = jnp.arange(-2, 3) * (2 / 2.828)
    return jnp.stack(jnp.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(25, 2)


def eight_gaussians(key: Key[Array, ""], n: int) -> Float[Array, "n 2"]:
    r"""A ring of eight narrow Gaussians.

    $$x \sim \tfrac{1}{8} \sum_k \mathcal{N}(\mu_k, \sigma^2 I), \quad \sigma = 0.02 / 1.414,$$

    with the centers of `eight_centers`. The mode of each point is drawn independently.

    Args:
        key: a PRNG key.
        n: number of points.

    Returns:
        Points, `[n, 2]`.

    >>> import jax
    >>> x = eight_gaussians(jax.random.key(0), 1000)
    >>> round(float((x**2).sum(axis=1).mean()), 1)
    2.0

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, figure 1a.
    https://arxiv.org/abs/1704.00028, with the constants of the authors' gan_toy.py,
    https://github.com/igul222/improved_wgan_training
    """
    return _mixture(key, n, eight_centers(), EIGHT_STD)


def twenty_five_gaussians(key: Key[Array, ""], n: int) -> Float[Array, "n 2"]:
    r"""A grid of twenty-five narrow Gaussians.

    $$x \sim \tfrac{1}{25} \sum_{ij} \mathcal{N}(\mu_{ij}, \sigma^2 I), \quad
    \sigma = 0.05 / 2.828,$$

    with the centers of `twenty_five_centers`. The paper's code draws 100,000 points once, 4,000
    per mode; here the mode of each point is drawn independently.

    Args:
        key: a PRNG key.
        n: number of points.

    Returns:
        Points, `[n, 2]`.

    >>> import jax
    >>> x = twenty_five_gaussians(jax.random.key(0), 1000)
    >>> round(float((x**2).sum(axis=1).mean()), 1)
    2.0

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, figure 1a.
    https://arxiv.org/abs/1704.00028, with the constants of the authors' gan_toy.py,
    https://github.com/igul222/improved_wgan_training
    """
    return _mixture(key, n, twenty_five_centers(), TWENTY_FIVE_STD)


def swiss_roll(key: Key[Array, ""], n: int) -> Float[Array, "n 2"]:
    r"""A noisy spiral in the plane.

    $$x = \frac{(t \cos t, t \sin t) + 0.25 z}{7.5}, \quad t = \tfrac{3 \pi}{2} (1 + 2 u),
    \quad u \sim U[0, 1], \ z \sim \mathcal{N}(0, I).$$

    These are the first and third columns of scikit-learn's `make_swiss_roll(noise=0.25)`.

    Args:
        key: a PRNG key.
        n: number of points.

    Returns:
        Points, `[n, 2]`.

    >>> import jax
    >>> x = swiss_roll(jax.random.key(0), 1000)
    >>> radius = jnp.linalg.norm(x, axis=1)  # from 1.5 pi / 7.5 to 4.5 pi / 7.5, and noise
    >>> bool(radius.min() > 0.5), bool(radius.max() < 2.05)
    (True, True)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, figure 1a.
    https://arxiv.org/abs/1704.00028, with the constants of the authors' gan_toy.py,
    https://github.com/igul222/improved_wgan_training
    """
    angle_key, noise_key = jax.random.split(key)
    t = 1.5 * math.pi * (1 + 2 * jax.random.uniform(angle_key, (n,)))
    spiral = jnp.stack([t * jnp.cos(t), t * jnp.sin(t)], axis=1)
    return (spiral + 0.25 * jax.random.normal(noise_key, (n, 2))) / 7.5


def two_gaussians(key: Key[Array, ""], n: int, distance: float = 4.0) -> Float[Array, "n 1"]:
    r"""An equal mixture of two unit Gaussians on the line.

    $$x \sim \tfrac{1}{2} \mathcal{N}(-d/2, 1) + \tfrac{1}{2} \mathcal{N}(d/2, 1),$$

    with mean 0 and variance $1 + d^2 / 4$. The paper shows such a mixture without its parameters.

    Args:
        key: a PRNG key.
        n: number of points.
        distance: distance d between the two means, in standard deviations.

    Returns:
        Points, `[n, 1]`.

    >>> import jax
    >>> x = two_gaussians(jax.random.key(0), 20000, distance=4.0)
    >>> round(float(x.var()), 1)
    5.0

    Reference: Arjovsky, Chintala, Bottou, Wasserstein GAN, 2017, figure 2.
    https://arxiv.org/abs/1701.07875
    """
    return _mixture(key, n, jnp.array([[-0.5], [0.5]]) * distance, 1.0)


def parallel_lines(key: Key[Array, ""], n: int, theta: float = 1.0) -> Float[Array, "n 2"]:
    r"""A vertical segment at distance theta from the origin.

    $$x = (\theta, Z), \quad Z \sim U[0, 1].$$

    The Wasserstein distance to the segment at 0 is $|\theta|$, while the Jensen-Shannon
    divergence is $\log 2$ and the Kullback-Leibler divergence is infinite for every theta other
    than 0.

    Args:
        key: a PRNG key.
        n: number of points.
        theta: first coordinate of every point; 0 for the real distribution of the example.

    Returns:
        Points, `[n, 2]`.

    >>> import jax
    >>> float(parallel_lines(jax.random.key(0), 5, theta=0.5)[0, 0])
    0.5

    Reference: Arjovsky, Chintala, Bottou, Wasserstein GAN, 2017, example 1.
    https://arxiv.org/abs/1701.07875
    """
    return jnp.stack([jnp.full((n,), theta), jax.random.uniform(key, (n,))], axis=1)


def _mixture(key: Array, n: int, centers: Array, std: float) -> Array:
    """Points of an equal mixture of isotropic Gaussians."""
    mode_key, noise_key = jax.random.split(key)
    modes = jax.random.choice(mode_key, centers, (n,))
    return modes + std * jax.random.normal(noise_key, modes.shape)
