"""Work on a batch in blocks whose intermediate arrays fit in a cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array

__all__ = ["Room", "in_blocks", "sum_of_blocks"]


class Room(NamedTuple):
    """How much of a batch is made at once.

    Attributes:
        example: bytes of the intermediate arrays of one example.
        whole: most bytes at which the batch is not divided.
        block: most bytes of a block otherwise.
    """

    example: int
    whole: int
    block: int

    def divided(self, *operands: Array) -> tuple[Array, ...] | None:
        """The operands as `[blocks, size, ...]`, or None if they stay whole."""
        batch = operands[0].shape[0]
        if batch * self.example <= self.whole:
            return None
        room = max(self.block // self.example, 1)
        size = max(n for n in range(1, batch + 1) if batch % n == 0 and n <= room)
        return tuple(x.reshape(-1, size, *x.shape[1:]) for x in operands)


def in_blocks(part: Callable[[Array], Array], room: Room, x: Array) -> Array:
    """A function of a batch, block by block.

    Args:
        part: function that treats each example alike.
        room: the size of a block.
        x: `[batch, ...]`.

    Returns:
        `[batch, ...]`.

    >>> in_blocks(lambda x: 2 * x, Room(4, 8, 8), jnp.arange(4.0)).tolist()
    [0.0, 2.0, 4.0, 6.0]
    """
    blocks = room.divided(x)
    if blocks is None:
        return part(x)
    y = lax.map(part, *blocks)
    return y.reshape(-1, *y.shape[2:])


def sum_of_blocks(
    part: Callable[[Array, Array], Array], room: Room, first: Array, second: Array
) -> Array:
    """The sum over blocks of a function of two batches.

    Args:
        part: function that sums over the examples.
        room: the size of a block.
        first: `[batch, ...]`.
        second: `[batch, ...]`.

    Returns:
        The sum.

    >>> float(sum_of_blocks(jnp.dot, Room(4, 8, 8), jnp.ones(4), jnp.arange(4.0)))
    6.0
    """
    blocks = room.divided(first, second)
    if blocks is None:
        return part(first, second)
    like = jax.eval_shape(part, *(x[0] for x in blocks))
    zero = jnp.zeros(like.shape, like.dtype)
    total, _ = lax.scan(lambda total, block: (total + part(*block), None), zero, blocks)
    return total
