r"""The faces of a convolution with fewer multiplications: Winograd's minimal filtering.

In one dimension, m outputs of a window of r taps take n = m + r - 1 products instead of m r:

    sum_{o,k} x[o + k] w[k] v[o] = sum_t (B x)[t] (G w)[t] (A v)[t].

The matrices are those of `toom_cook`. The identity is one of trilinear forms, so it computes all
three faces, of tiles of m outputs:

    output = A' [(B x)(G w)],  input = B' [(G w)(A v)],  kernel = G' [(B x)(A v)].

With channels each product is one of matrices, and in several dimensions the transforms are nested.
With stride s the s remainders of positions and of taps become channels, and the stride is 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, prod

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from jaxgan.networks.blocks import Room, in_blocks, sum_of_blocks
from jaxgan.networks.patches import Axis, Geometry, overlap, pad
from jaxgan.networks.toom_cook import transforms

__all__ = ["input_product", "kernel_product", "output_product", "suits"]

OUTPUTS = (2, 3, 4)
"""Outputs of a tile; with more of them the products grow less and the error grows more."""

TAPS = (2, 3)
"""Taps of a window, without stride."""

CHANNELS = 16
"""With fewer channels the transforms take longer than the products."""

NARROW = 256
"""Most channels for which a product of fewer rows than columns gains more than a swap costs."""

SHARE = 0.6
"""The largest share of the multiplications of patches at which the transforms pay."""

WHOLE = 2**25
"""Most bytes of transformed tiles that are made at once, so that XLA can share them."""

BLOCK = 2**22
"""Bytes per block otherwise; a block fits in a cache."""


def suits(geometry: Geometry, channels: int, features: int) -> bool:
    """Whether fewer multiplications also take less time.

    Args:
        geometry: one `Axis` per spatial dimension.
        channels: channels of the input.
        features: channels of the output.

    >>> suits((Axis(16, 3, before=1, after=1),) * 2, 64, 128), suits((Axis(16, 1),) * 2, 64, 128)
    (True, False)
    """
    if not geometry or any(_taps(axis) not in TAPS for axis in geometry):
        return False
    products = prod(_tiles(axis) * _points(axis) * axis.stride for axis in geometry)
    direct = prod(axis.outputs * axis.window for axis in geometry)
    return min(channels, features) >= CHANNELS and products <= SHARE * direct


def output_product(
    x: Float[Array, "..."], kernel: Float[Array, "..."], geometry: Geometry
) -> Array:
    """The convolution."""
    return _with_taps(_inputs_transformed, _outputs_back, 1, x, kernel, geometry)


def input_product(v: Float[Array, "..."], kernel: Float[Array, "..."], geometry: Geometry) -> Array:
    """The gradient with respect to the input."""
    return _with_taps(_outputs_transformed, _inputs_back, 2, v, kernel, geometry)


def _with_taps(
    transformed: Callable[[Array, Geometry], Array],
    back: Callable[[Array, Geometry], Array],
    contracted: int,
    x: Array,
    kernel: Array,
    geometry: Geometry,
) -> Array:
    """Products with the transformed taps over their channels, dimension 1, or features, 2."""
    taps = _taps_transformed(kernel, geometry)

    def part(x: Array) -> Array:
        return back(_product(transformed(x, geometry), taps, 2, contracted), geometry)

    return in_blocks(part, _room(geometry, x, *taps.shape[1:]), x)


def kernel_product(x: Float[Array, "..."], v: Float[Array, "..."], geometry: Geometry) -> Array:
    """The gradient with respect to the kernel."""
    channels, features = x.shape[-1] * prod(axis.stride for axis in geometry), v.shape[-1]
    swap = features < channels <= NARROW

    def part(x: Array, v: Array) -> Array:
        inputs, outputs = _inputs_transformed(x, geometry), _outputs_transformed(v, geometry)
        return _product(outputs, inputs, 1, 1) if swap else _product(inputs, outputs, 1, 1)

    kernel = _taps_back(sum_of_blocks(part, _room(geometry, x, channels, features), x, v), geometry)
    if swap:
        kernel = jnp.swapaxes(lax.optimization_barrier(kernel), -1, -2)  # or XLA swaps the products
    kernel = _positions(kernel, geometry, 0)
    return kernel[tuple(slice(axis.window) for axis in geometry)]


def _taps(axis: Axis) -> int:
    return ceil(axis.window / axis.stride)


def _outputs(axis: Axis) -> int:
    """The outputs of a tile: those with the fewest products, of these the fewest."""
    return min(OUTPUTS, key=lambda m: (ceil(axis.outputs / m) * (m + _taps(axis) - 1), m))


def _tiles(axis: Axis) -> int:
    return ceil(axis.outputs / _outputs(axis))


def _points(axis: Axis) -> int:
    return _outputs(axis) + _taps(axis) - 1


def _matrices(axis: Axis) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return transforms(_outputs(axis), _taps(axis))


def _room(geometry: Geometry, x: Array, *channels: int) -> Room:
    tiles = prod(_tiles(axis) * _points(axis) for axis in geometry)
    return Room(x.dtype.itemsize * tiles * max(channels), WHOLE, BLOCK)


def _numbered(geometry: Geometry) -> list[tuple[int, Axis]]:
    return list(enumerate(geometry, 1))


def _inputs_transformed(x: Array, geometry: Geometry) -> Array:
    """B x: `[points, tiles, channels]`."""
    for dimension, axis in _numbered(geometry):
        x = pad(x, dimension, axis.before, _reach(axis) - axis.size - axis.before)
    x = _remainders(x, geometry, 1)
    for dimension, axis in _numbered(geometry):
        x = _along(_matrices(axis)[1], x, 2 * dimension - 1, _tiles(axis), _outputs(axis))
    return x.reshape(prod(map(_points, geometry)), -1, x.shape[-1])


def _outputs_transformed(v: Array, geometry: Geometry) -> Array:
    """A v: `[points, tiles, features]`."""
    for dimension, axis in _numbered(geometry):
        v = pad(v, dimension, 0, _tiles(axis) * _outputs(axis) - axis.outputs)
    for dimension, axis in _numbered(geometry):
        v = _along(_matrices(axis)[0], v, 2 * dimension - 1, _tiles(axis), _outputs(axis))
    return v.reshape(prod(map(_points, geometry)), -1, v.shape[-1])


def _taps_transformed(kernel: Array, geometry: Geometry) -> Array:
    """G w: `[points, channels, features]`."""
    for dimension, axis in enumerate(geometry):
        kernel = pad(kernel, dimension, 0, axis.stride * _taps(axis) - axis.window)
    kernel = _remainders(kernel, geometry, 0)
    for dimension, axis in enumerate(geometry):
        kernel = _along(_matrices(axis)[2], kernel, 2 * dimension, 1, 1)
    return kernel.reshape(-1, *kernel.shape[-2:])


def _outputs_back(products: Array, geometry: Geometry) -> Array:
    """A' of products: `[batch, *outputs, features]`."""
    y = _tiled(products, geometry)
    for dimension, axis in reversed(_numbered(geometry)):
        y = _back(_matrices(axis)[0], y, 2 * dimension)
        y = y.reshape(*y.shape[: 2 * dimension - 1], -1, *y.shape[2 * dimension + 1 :])
    return y[(slice(None), *(slice(axis.outputs) for axis in geometry))]


def _inputs_back(products: Array, geometry: Geometry) -> Array:
    """B' of products, each tile added where it was read: `[batch, *space, channels]`."""
    x = _tiled(products, geometry)
    for dimension, axis in reversed(_numbered(geometry)):
        x = _back(_matrices(axis)[1], x, len(geometry) + dimension)
    tiles = (Axis(_reach(axis) // axis.stride, _points(axis), _outputs(axis)) for axis in geometry)
    x = _positions(overlap(x, tuple(tiles)), geometry, 1)
    for dimension, axis in _numbered(geometry):
        x = pad(x, dimension, -axis.before, axis.size + axis.before - x.shape[dimension])
    return x


def _taps_back(products: Array, geometry: Geometry) -> Array:
    """G' of products: `[*taps, rows, columns]`."""
    kernel = products.reshape(*map(_points, geometry[::-1]), *products.shape[1:])
    for dimension, axis in reversed(_numbered(geometry)):
        kernel = _back(_matrices(axis)[2], kernel, dimension - 1)
    return kernel


def _reach(axis: Axis) -> int:
    """The positions that all tiles read."""
    return axis.stride * (_outputs(axis) * (_tiles(axis) - 1) + _points(axis))


def _tiled(products: Array, geometry: Geometry) -> Array:
    """`[points of the last dimension, ..., of the first, batch, *tiles, channels]`."""
    points = map(_points, geometry[::-1])
    return products.reshape(*points, -1, *map(_tiles, geometry), products.shape[-1])


def _along(matrix: np.ndarray, x: Array, dimension: int, tiles: int, step: int) -> Array:
    """A matrix times each tile along a dimension: `[rows, ...]`, tiles instead of positions."""
    parts = []
    for column in range(matrix.shape[1]):
        last = column + step * (tiles - 1) + 1
        parts.append(lax.slice_in_dim(x, column, last, step, dimension))
    return _times(matrix, parts, 0)


def _back(matrix: np.ndarray, x: Array, dimension: int) -> Array:
    """The transposed matrix times the first dimension, which becomes another one."""
    return _times(matrix.T, list(x), dimension)


def _times(matrix: np.ndarray, parts: Sequence[Array], dimension: int) -> Array:
    """A matrix times arrays, its rows along a new dimension; XLA computes a stack only once."""
    rows = [
        sum(float(factor) * part for factor, part in zip(row, parts, strict=True) if factor)
        for row in matrix
    ]
    return jnp.stack(rows, dimension)


def _remainders(x: Array, geometry: Geometry, first: int) -> Array:
    """Positions modulo the stride become channels, which follow the dimensions of the geometry."""
    end, strides = first + len(geometry), [axis.stride for axis in geometry]
    parts = []
    for starts in np.ndindex(*strides):
        part = x
        for dimension, (start, stride) in enumerate(zip(starts, strides, strict=True), first):
            part = lax.slice_in_dim(part, start, None, stride, dimension)
        parts.append(part)
    x = jnp.stack(parts, end)  # which XLA copies faster than a transposition
    return x.reshape(*x.shape[:end], -1, *x.shape[end + 2 :])


def _positions(x: Array, geometry: Geometry, first: int) -> Array:
    """The inverse of `_remainders`."""
    rank, strides = len(geometry), [axis.stride for axis in geometry]
    end = first + rank
    x = x.reshape(*x.shape[:end], *strides, -1, *x.shape[end + 1 :])
    x = jnp.moveaxis(x, range(end, end + rank), range(first + 1, first + 2 * rank, 2))
    merged = [s * x.shape[first + 2 * i] for i, s in enumerate(strides)]
    return x.reshape(*x.shape[:first], *merged, *x.shape[first + 2 * rank :])


def _product(a: Array, b: Array, of_a: int, of_b: int) -> Array:
    """Matrix products, one for each point."""
    return lax.dot_general(a, b, (((of_a,), (of_b,)), ((0,), (0,))))
