"""Paths in latent space: straight lines, arcs, and one coordinate that moves."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from jaxgan.types import Prior, check_number

__all__ = ["along", "lerp", "slerp"]

DRAWS, TAIL = 1_000, 0.01
"""Latents from which the range of a coordinate is taken, and the share left out at each end."""


def lerp(
    begin: Float[Array, "lines size"], end: Float[Array, "lines size"], stops: int
) -> Float[Array, "lines stops size"]:
    """Straight lines: z(t) = (1 - t) z_0 + t z_1.

    Args:
        begin: `[lines, size]`, z_0.
        end: `[lines, size]`, z_1.
        stops: number of points on each line, with both ends.

    Returns:
        `[lines, stops, size]` latents.

    >>> lerp(jnp.zeros((1, 2)), jnp.array([[4.0, 8.0]]), 3)[0].tolist()
    [[0.0, 0.0], [2.0, 4.0], [4.0, 8.0]]
    """
    _check_ends(begin, end, stops)
    t = jnp.linspace(0, 1, stops)[None, :, None]
    return begin[:, None] * (1 - t) + end[:, None] * t


def slerp(
    begin: Float[Array, "lines size"], end: Float[Array, "lines size"], stops: int
) -> Float[Array, "lines stops size"]:
    """Arcs: z(t) = (sin((1 - t) w) z_0 + sin(t w) z_1) / sin w, with w the angle between the ends.

    In many dimensions a normal latent has a norm near the root of its size. A straight line passes
    through shorter ones, which are rare; an arc does not. Ends on one line through the origin have
    no such arc, and a straight line is drawn.

    Args:
        begin: `[lines, size]`, z_0.
        end: `[lines, size]`, z_1.
        stops: number of points on each arc, with both ends.

    Returns:
        `[lines, stops, size]` latents.

    >>> middle = slerp(jnp.array([[2.0, 0.0]]), jnp.array([[0.0, 2.0]]), 3)[0, 1]
    >>> f"{middle[0]:.4f}, {middle[1]:.4f}"
    '1.4142, 1.4142'

    Reference: White, Sampling Generative Networks, 2016, Section 2.1.
    https://arxiv.org/abs/1609.04468
    """
    _check_ends(begin, end, stops)
    lengths = jnp.linalg.norm(begin, axis=1) * jnp.linalg.norm(end, axis=1)
    inner = (begin * end).sum(axis=1)
    cosine = jnp.where(lengths > 0, inner / jnp.where(lengths > 0, lengths, 1.0), 1.0)
    angle = jnp.arccos(jnp.clip(cosine, -1, 1))[:, None, None]
    straight = jnp.sin(angle) < 1e-3
    below = jnp.where(straight, 1.0, jnp.sin(angle))
    t = jnp.linspace(0, 1, stops)[None, :, None]
    first, second = jnp.sin((1 - t) * angle) / below, jnp.sin(t * angle) / below
    return jnp.where(
        straight, lerp(begin, end, stops), begin[:, None] * first + end[:, None] * second
    )


def along(
    begin: Float[Array, "lines size"],
    coordinate: int,
    stops: int,
    latent: Prior,
    key: Key[Array, ""],
) -> Float[Array, "lines stops size"]:
    """Latents of which one coordinate moves through the middle 98 % of its distribution.

    Args:
        begin: `[lines, size]`; the other coordinates keep these values.
        coordinate: the index of the coordinate, from 0.
        stops: number of points on each line, with both ends.
        latent: the distribution of the latents.
        key: the key of 1,000 latents, from which the range is taken.

    Returns:
        `[lines, stops, size]` latents.

    Raises:
        ValueError: the latents have no such coordinate.

    >>> from jaxgan.networks import Uniform
    >>> lines = along(jnp.zeros((1, 2)), 1, 3, Uniform(2), jax.random.key(0))
    >>> lines[0, ::2].round(1).tolist()
    [[0.0, -1.0], [0.0, 1.0]]
    """
    _check_ends(begin, begin, stops)
    size = begin.shape[1]
    if not 0 <= coordinate < size:
        raise ValueError(f"coordinate must be from 0 to {size - 1}, got {coordinate}: choose one")
    drawn = jax.vmap(latent)(jax.random.split(key, DRAWS))[:, coordinate]
    low, high = jnp.quantile(drawn, jnp.array([TAIL, 1 - TAIL]))
    lines = jnp.repeat(begin[:, None], stops, axis=1)
    return lines.at[:, :, coordinate].set(jnp.linspace(low, high, stops))


def _check_ends(begin: Array, end: Array, stops: int) -> None:
    check_number("stops", stops, "an integer of at least 1", "a path has both ends with 2 or more")
    if begin.shape != end.shape or begin.ndim != 2:
        raise ValueError(
            f"begin is {begin.shape} and end is {end.shape}: give two arrays [lines, size]"
        )
