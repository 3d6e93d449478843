"""Which modes of a known mixture a generator covers, and how evenly."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax.scipy.special import xlogy
from jaxtyping import Array, Float, Int

from jaxgan.types import check_number

__all__ = ["Coverage", "mode_coverage"]


class Coverage(NamedTuple):
    """How a set of samples covers the modes of a mixture."""

    modes: Int[Array, ""]
    """Number of modes that are the nearest mode of at least one high-quality sample."""

    high_quality: Float[Array, ""]
    """Share of the samples that are near a mode, in [0, 1]."""

    reverse_kl: Float[Array, ""]
    """Kullback-Leibler divergence of the covered modes from the uniform distribution, in nats."""


def mode_coverage(
    samples: Float[Array, "n d"],
    centers: Float[Array, "k d"],
    std: float,
    within: float = 3.0,
) -> Coverage:
    r"""Modes covered, share of high-quality samples, and evenness over the modes.

    A sample is of high quality if it is within `within * std` of its nearest center. With
    $p_i$ the share of the high-quality samples that are nearest to center i,

    $$\mathrm{KL}(p \,\|\, u) = \sum_{i=1}^{k} p_i \log (k p_i),$$

    which is 0 for even coverage and $\log k$ for a single mode or no high-quality sample. The best
    possible share is below one: a perfect sampler of a mixture in the plane has
    $1 - e^{-9/2} = 98.9\,\%$ of its samples within three standard deviations.

    Args:
        samples: generated points, `[n, d]`.
        centers: means of the mixture, `[k, d]`.
        std: standard deviation of a mode per coordinate, in the unit of the samples.
        within: radius of a mode, in standard deviations.

    Returns:
        A `Coverage` of three scalars.

    Raises:
        ValueError: samples and centers have different numbers of coordinates.

    >>> import jax.numpy as jnp
    >>> centers = jnp.array([[0.0, 0.0], [1.0, 0.0]])
    >>> samples = jnp.array([[0.0, 0.1], [0.1, 0.0], [1.0, 0.0], [9.0, 9.0]])
    >>> coverage = mode_coverage(samples, centers, std=0.1)
    >>> int(coverage.modes), float(coverage.high_quality)
    (2, 0.75)
    >>> round(float(coverage.reverse_kl), 4)  # 2/3 log 4/3 + 1/3 log 2/3
    0.0566

    Reference: Lin, Khetan, Fanti, Oh, PacGAN: The Power of Two Samples in Generative Adversarial
    Networks, 2018, section 4. https://arxiv.org/abs/1712.04086
    """
    check_number("std", std, "positive", "give the standard deviation of a mode")
    check_number("within", within, "positive", "give a radius in standard deviations")
    for name, points in (("samples", samples), ("centers", centers)):
        if len(points.shape) != 2 or not points.size:
            raise ValueError(f"{name} is {points.shape}: give [n, d] with n at least 1")
    if samples.shape[1] != centers.shape[1]:
        raise ValueError(
            f"samples have {samples.shape[1]} coordinates and centers have {centers.shape[1]}; "
            "give the centers of the mixture that the samples imitate"
        )
    k = len(centers)
    distances = jnp.linalg.norm(samples[:, None, :] - centers[None, :, :], axis=2)
    near = distances.min(axis=1) <= within * std
    counts = jnp.bincount(distances.argmin(axis=1), weights=near.astype(jnp.float32), length=k)
    shares = counts / jnp.maximum(counts.sum(), 1)
    reverse_kl = jnp.where(near.any(), xlogy(shares, k * shares).sum(), jnp.log(k))
    return Coverage((counts > 0).sum(), near.mean(), reverse_kl)
