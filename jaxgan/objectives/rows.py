"""Scores of any rank as a matrix, the input of kernels and moments."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

__all__ = ["rows"]


def rows(scores: Float[Array, "batch *features"]) -> Float[Array, "batch d"]:
    """Examples as vectors, in at least float32.

    Half precision overflows above 65504, about the square of 256, which squared distances may
    exceed.

    Args:
        scores: `[batch]` is one feature per example, `[batch, ...]` is flattened.

    Returns:
        `[batch, d]` in float32, or in float64 if the scores are.

    >>> rows(jnp.ones((4, 2, 3), jnp.float16)).shape, rows(jnp.ones(4)).shape
    ((4, 6), (4, 1))
    """
    return scores.reshape(len(scores), -1).astype(jnp.promote_types(scores.dtype, jnp.float32))
