"""Drop-in replacements for Flax's linear layers, with the gradients of `convolution`.

Fields and parameters are those of Flax. Dilated kernels and circular transposed convolutions use
`jax.lax`, with its gradients and speed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn
from flax.linen.dtypes import promote_dtype
from flax.linen.linear import canonicalize_padding
from jax import lax
from jaxtyping import Array, Float

from jaxgan.networks.convolution import channels_last, face
from jaxgan.networks.patches import Axis

__all__ = ["Conv", "ConvTranspose", "Dense", "conv_general_dilated"]


def conv_general_dilated(
    lhs: Float[Array, "..."],
    rhs: Float[Array, "..."],
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int] | None = None,
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: Any = None,
    **options: Any,
) -> Float[Array, "..."]:
    """`jax.lax.conv_general_dilated`, computed as a face of `convolution` where it is one.

    Without dilation it is the convolution itself; with input dilation instead of strides it is the
    gradient of one with respect to its input. Both need channels last; groups of features are
    convolutions side by side. Anything else is computed by `jax.lax`.

    Args:
        lhs: `[batch, *space, channels]`.
        rhs: `[*window, channels, features]`.
        window_strides: one per spatial dimension.
        padding: "SAME", "VALID" or pairs.
        lhs_dilation: one per spatial dimension; 1 if None.
        rhs_dilation: one per spatial dimension; 1 if None.
        dimension_numbers: as for `jax.lax`; channels last for a face.
        options: other arguments of `jax.lax.conv_general_dilated`.

    Returns:
        `[batch, *outputs, features]`.

    >>> x, kernel = jnp.ones((1, 4, 4, 1)), jnp.ones((3, 3, 1, 1))
    >>> order = ("NHWC", "HWIO", "NHWC")
    >>> y = conv_general_dilated(x, kernel, (2, 2), "SAME", dimension_numbers=order)
    >>> y[0, ..., 0].tolist()
    [[9.0, 6.0], [6.0, 4.0]]
    """
    spatial = lhs.ndim - 2
    dilation = tuple(lhs_dilation or (1,) * spatial)
    strides = tuple(window_strides)

    def vendor(x: Array, kernel: Array) -> Array:
        return lax.conv_general_dilated(
            x, kernel, strides, padding, dilation, rhs_dilation, dimension_numbers, **options
        )

    shape = jax.eval_shape(vendor, lhs, rhs).shape  # raises an error if shapes do not fit
    precision = options.get("precision")
    plain = {"precision": precision, "feature_group_count": 1, "batch_group_count": 1}
    groups = options.get("feature_group_count", 1)
    if groups > 1 and _channels_last(lhs, rhs, dimension_numbers):
        others = strides, padding, lhs_dilation, rhs_dilation, dimension_numbers
        return _of_groups(groups, lhs, rhs, *others, **options)
    rare = any(options[name] != plain.get(name) for name in options) or 0 in shape
    if rare or max(rhs_dilation or (1,)) > 1 or not _channels_last(lhs, rhs, dimension_numbers):
        return vendor(lhs, rhs)
    window, space = rhs.shape[:-2], lhs.shape[1:-1]
    if isinstance(padding, str):
        reach = [d * (n - 1) + 1 for n, d in zip(space, dilation, strict=True)]
        padding = lax.padtype_to_pads(reach, window, strides, padding)
    if max(dilation) == 1:
        axes = (
            Axis(n, k, s, *pads)
            for n, k, s, pads in zip(space, window, strides, padding, strict=True)
        )
        return face("output", lhs, rhs, tuple(axes), precision)
    if max(strides) == 1:
        kernel = jnp.flip(rhs, range(spatial)).swapaxes(-1, -2)
        axes = (
            Axis(size, k, s, k - 1 - before, s * (n - 1) + 1 + before - size)
            for size, n, k, s, (before, _) in zip(
                shape[1:-1], space, window, dilation, padding, strict=True
            )
        )
        return face("input", kernel, lhs, tuple(axes), precision)
    return vendor(lhs, rhs)


def _of_groups(groups: int, x: Array, kernel: Array, *others: Any, **options: Any) -> Array:
    """Each group of features from its own group of channels."""
    options["feature_group_count"] = 1

    def one(x: Array, kernel: Array) -> Array:
        return conv_general_dilated(x, kernel, *others, **options)

    x, kernel = (part.reshape(*part.shape[:-1], groups, -1) for part in (x, kernel))
    y = jax.vmap(one, (-2, -2), -2)(x, kernel)
    return y.reshape(*y.shape[:-2], -1)


def _channels_last(lhs: Array, rhs: Array, dimension_numbers: Any) -> bool:
    def order(numbers: Any) -> lax.ConvDimensionNumbers:
        return lax.conv_dimension_numbers(lhs.shape, rhs.shape, numbers)

    return order(dimension_numbers) == order(channels_last(lhs.ndim - 2))


class Conv(nn.Conv):
    """`flax.linen.Conv`, closed under differentiation: the same fields and parameters.

    >>> x = jnp.ones((2, 8, 8, 3))
    >>> y, variables = Conv(4, (5, 5), (2, 2)).init_with_output(jax.random.key(0), x)
    >>> y.shape, variables["params"]["kernel"].shape
    ((2, 4, 4, 4), (5, 5, 3, 4))
    """

    conv_general_dilated: Any = conv_general_dilated
    promote_dtype: Any = promote_dtype  # Flax's type for it cannot be checked at run time


class ConvTranspose(nn.ConvTranspose):
    """`flax.linen.ConvTranspose`, closed under differentiation: the same fields and parameters.

    >>> x = jnp.ones((2, 4, 4, 3))
    >>> y, variables = ConvTranspose(1, (5, 5), (2, 2)).init_with_output(jax.random.key(0), x)
    >>> y.shape, variables["params"]["kernel"].shape
    ((2, 8, 8, 1), (5, 5, 3, 1))
    """

    promote_dtype: Any = promote_dtype

    @nn.compact
    def __call__(self, inputs: Float[Array, "..."]) -> Float[Array, "..."]:
        """`[*batch, *space, channels] -> [*batch, *outputs, features]`."""
        size = self.kernel_size
        window = (size,) if isinstance(size, int) else tuple(size)
        rank = len(window)
        padding = canonicalize_padding(self.padding, rank)
        if padding == "CIRCULAR":
            return super().__call__(inputs)
        strides, dilation = (_per_axis(x, rank) for x in (self.strides, self.kernel_dilation))
        ends = (inputs.shape[-1], self.features)
        shape = (*window, *(ends[::-1] if self.transpose_kernel else ends))
        kernel = self.param("kernel", self.kernel_init, shape, self.param_dtype)
        if self.mask is not None:
            kernel *= self.mask
        bias = None
        if self.use_bias:
            bias = self.param("bias", self.bias_init, (self.features,), self.param_dtype)
        inputs, kernel, bias = self.promote_dtype(inputs, kernel, bias, dtype=self.dtype)
        if self.transpose_kernel:
            kernel = jnp.flip(kernel, range(rank)).swapaxes(-1, -2)
        if isinstance(padding, str):
            reach = [d * (k - 1) + 1 for k, d in zip(window, dilation, strict=True)]
            padding = [_around(k, s, padding) for k, s in zip(reach, strides, strict=True)]
        batch = inputs.shape[: inputs.ndim - rank - 1]
        y = conv_general_dilated(
            inputs.reshape(-1, *inputs.shape[len(batch) :]),
            kernel,
            (1,) * rank,
            padding,
            strides,
            dilation,
            channels_last(rank),
            precision=self.precision,
            preferred_element_type=self.preferred_element_type,
        )
        y = y.reshape(*batch, *y.shape[1:])
        return y if bias is None else y + bias.reshape((1,) * (y.ndim - 1) + (-1,))


def _product(
    x: Array, kernel: Array, dimension_numbers: Any, precision: lax.PrecisionLike = None
) -> Array:
    """`jax.lax.dot_general` as `flax.linen.Dense` calls it."""
    del dimension_numbers
    y = face("output", x.reshape(-1, x.shape[-1]), kernel, (), precision)
    return y.reshape(*x.shape[:-1], -1)


class Dense(nn.Dense):
    """`flax.linen.Dense`, closed under differentiation: the same fields and parameters.

    >>> y, variables = Dense(4).init_with_output(jax.random.key(0), jnp.ones((2, 3)))
    >>> y.shape, variables["params"]["kernel"].shape
    ((2, 4), (3, 4))
    """

    dot_general: Any = _product
    promote_dtype: Any = promote_dtype


def _per_axis(x: int | Sequence[int] | None, rank: int) -> tuple[int, ...]:
    return (x or 1,) * rank if x is None or isinstance(x, int) else tuple(x)


def _around(window: int, stride: int, padding: str) -> tuple[int, int]:
    """The padding that `jax.lax.conv_transpose` adds around the dilated input."""
    if padding == "VALID":
        return window - 1, max(stride, window) - 1
    before = window - 1 if stride > window - 1 else -(-(window + stride - 2) // 2)
    return before, window + stride - 2 - before
