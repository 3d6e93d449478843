"""The patches of a convolution, their adjoint, and the matrix products with both.

On CPU a product of two matrices runs near peak speed, also inside a loop. Each face of the form in
`convolution` is one such product, with `patches` before it or its adjoint `overlap` after it. Both
process one dimension at a time, so that every copy moves whole runs of channels.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Shaped

from jaxgan.networks.blocks import Room, in_blocks, sum_of_blocks

__all__ = ["Axis", "Geometry", "input_product", "kernel_product", "output_product", "overlap"]
__all__ += ["pad", "patches"]

WHOLE = 2**26
"""Most bytes of patches that are made at once, so that XLA can share them between two faces."""

BLOCK = 2**23
"""Bytes per block where patches exceed `WHOLE`; a block fits in a cache."""


SQUARE = 32
"""Least sides of a kernel's gradient for which few rows are copied in transposed order."""


class Axis(NamedTuple):
    """How a window moves along one spatial dimension.

    >>> Axis(size=7, window=5, stride=2, before=2, after=2).outputs
    4
    """

    size: int
    window: int
    stride: int = 1
    before: int = 0
    after: int = 0

    @property
    def outputs(self) -> int:
        """Number of positions of the window."""
        return (self.size + self.before + self.after - self.window) // self.stride + 1


Geometry = tuple[Axis, ...]


def patches(x: Shaped[Array, "batch *space channels"], geometry: Geometry) -> Shaped[Array, "..."]:
    r"""The input of each window: `p[b, o, k, c] = x[b, s o + k - before, c]`, zero outside of x.

    Args:
        x: the input.
        geometry: one `Axis` per spatial dimension.

    Returns:
        `[batch, *outputs, *window, channels]`.

    >>> patches(jnp.arange(3.0).reshape(1, 3, 1), (Axis(3, 2, before=1),))[0, ..., 0].tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 2.0]]
    """
    for dimension, axis in enumerate(geometry, 1):
        reach = axis.stride * (axis.outputs - 1) + 1
        x = pad(x, dimension, axis.before, reach + axis.window - 1 - axis.size - axis.before)
        windows = [
            lax.slice_in_dim(x, tap, tap + reach, axis.stride, dimension)
            for tap in range(axis.window)
        ]
        x = jnp.stack(windows, axis=-2)
    return x


def overlap(p: Shaped[Array, "..."], geometry: Geometry) -> Shaped[Array, "batch *space channels"]:
    r"""The adjoint of `patches`: `x[b, i, c]` is the sum of all `p[b, o, k, c]` taken from it.

    With stride s the taps r, r + s, r + 2s, ... fall on every s-th position, so each remainder r is
    summed separately, without dilation, and the remainders are interleaved.

    Args:
        p: `[batch, *outputs, *window, channels]`.
        geometry: one `Axis` per spatial dimension.

    Returns:
        `[batch, *space, channels]`.

    >>> overlap(jnp.ones((1, 3, 2, 1)), (Axis(3, 2, before=1),))[0, :, 0].tolist()
    [2.0, 2.0, 1.0]
    """
    for dimension, axis in reversed(list(enumerate(geometry, 1))):
        last = (axis.window - 1) // axis.stride
        phases = []
        for phase in range(axis.stride):
            taps = [p[..., tap, :] for tap in range(phase, axis.window, axis.stride)]
            taps = taps or [jnp.zeros_like(p[..., 0, :])]
            shifted = [pad(tap, dimension, turn, last - turn) for turn, tap in enumerate(taps)]
            phases.append(sum(shifted[1:], shifted[0]))
        p = jnp.stack(phases, axis=dimension + 1)
        p = p.reshape(*p.shape[:dimension], -1, *p.shape[dimension + 2 :])
        p = pad(p, dimension, -axis.before, axis.size + axis.before - p.shape[dimension])
    return p


def output_product(
    x: Float[Array, "..."], kernel: Float[Array, "..."], geometry: Geometry
) -> Array:
    """The convolution: patches times kernel."""
    flat = kernel.reshape(-1, kernel.shape[-1])

    def part(x: Array) -> Array:
        rows = patches(x, geometry).reshape(-1, flat.shape[0])
        wide = _product(rows, flat, 1, 0).reshape(-1, *_outputs(geometry), flat.shape[1])
        return wide.astype(x.dtype)

    return in_blocks(part, _room(geometry, flat.shape[0], x.dtype), x)


def input_product(v: Float[Array, "..."], kernel: Float[Array, "..."], geometry: Geometry) -> Array:
    """The gradient with respect to the input: the overlap of `v` times kernel, transposed."""
    flat = kernel.reshape(-1, kernel.shape[-1])

    def part(v: Array) -> Array:
        rows = _product(v.reshape(-1, v.shape[-1]), flat, 1, 1)
        wide = overlap(rows.reshape(*v.shape[:-1], *kernel.shape[:-1]), geometry)
        return wide.astype(v.dtype)

    return in_blocks(part, _room(geometry, flat.shape[0], v.dtype), v)


def kernel_product(x: Float[Array, "..."], v: Float[Array, "..."], geometry: Geometry) -> Array:
    """The gradient with respect to the kernel: patches, transposed, times `v`."""
    window = (*(axis.window for axis in geometry), x.shape[-1])

    def part(x: Array, v: Array) -> Array:
        rows = patches(x, geometry).reshape(-1, prod(window))
        return _adjoint_product(rows, v.reshape(-1, v.shape[-1]))

    total = sum_of_blocks(part, _room(geometry, prod(window), x.dtype), x, v)
    return total.reshape(*window, -1).astype(x.dtype)


def _adjoint_product(rows: Array, v: Array) -> Array:
    """rows, transposed, times v; a barrier keeps XLA from products of slower layouts."""
    (n, m), features = rows.shape, v.shape[-1]
    if min(m, features) >= SQUARE and n <= 4 * features:
        return _product(lax.optimization_barrier(rows.T), v, 1, 0)
    if m > features:
        return lax.optimization_barrier(_product(v, rows, 0, 0)).T
    return _product(rows, v, 0, 0)


def _room(geometry: Geometry, row: int, dtype: jnp.dtype) -> Room:
    return Room(prod(_outputs(geometry)) * row * dtype.itemsize, WHOLE, BLOCK)


def _product(a: Array, b: Array, of_a: int, of_b: int) -> Array:
    """Contracts one dimension of each; half precision returns float32."""
    wide = jnp.promote_types(a.dtype, jnp.float32)
    return lax.dot_general(a, b, (((of_a,), (of_b,)), ((), ())), preferred_element_type=wide)


def _outputs(geometry: Geometry) -> tuple[int, ...]:
    return tuple(axis.outputs for axis in geometry)


def pad(x: Array, dimension: int, before: int, after: int) -> Array:
    """Pads a dimension with zeros, or crops it where negative.

    >>> pad(jnp.arange(1.0, 4.0), 0, 1, -1).tolist()
    [0.0, 1.0, 2.0]
    """
    config = [(0, 0, 0)] * x.ndim
    config[dimension] = (before, after, 0)
    return lax.pad(x, jnp.zeros((), x.dtype), config)
