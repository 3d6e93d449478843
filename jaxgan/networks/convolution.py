r"""Convolution, closed under differentiation.

A convolution, its gradient with respect to the input (the transposed convolution) and its gradient
with respect to the kernel are the three faces of one trilinear form,

    T(x, w, v) = sum_{b,o,k,c,d} x[b, s o + k - before, c] w[k, c, d] v[b, o, d],

each the derivative of T with respect to the role it lacks. The derivatives of a face are the other
two faces, so derivatives of any order, forward or reverse, need no other operation, and neither
does a gradient penalty.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Literal

import jax
import jax.numpy as jnp
from jax import lax
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir
from jaxtyping import Array, Float

from jaxgan.networks import patches, winograd
from jaxgan.networks.patches import Geometry

__all__ = ["Role", "channels_last", "face"]

Role = Literal["input", "kernel", "output"]
ROLES: tuple[Role, ...] = ("input", "kernel", "output")

convolution_face = Primitive("convolution_face")


def face(
    role: Role,
    first: Float[Array, "..."],
    second: Float[Array, "..."],
    geometry: Geometry,
    precision: lax.PrecisionLike = None,
) -> Float[Array, "..."]:
    r"""The derivative of the form T with respect to one role, given the other two in their order.

    `face("output", x, w)` is the convolution, `face("input", w, v)` the gradient with respect to
    its input, `face("kernel", x, v)` the gradient with respect to its kernel. On CPU each is a
    matrix product, elsewhere the vendor's convolution; the choice is made when the program is
    lowered.

    Args:
        role: role of the result.
        first: operand of the other role that comes first in the order input, kernel, output.
        second: operand of the role that comes second. An input is `[batch, *space, channels]`, a
            kernel `[*window, channels, features]`, an output `[batch, *outputs, features]`.
        geometry: one `Axis` per spatial dimension; a dense layer has none.
        precision: precision of the products, as for `jax.lax.dot_general`.

    Returns:
        An array of that role.

    Raises:
        ValueError: the size of an operand does not match the geometry.

    >>> from jaxgan.networks.patches import Axis
    >>> x, kernel = jnp.ones((1, 4, 1)), jnp.ones((2, 1, 1))
    >>> face("output", x, kernel, (Axis(4, 2),)).ravel().tolist()
    [2.0, 2.0, 2.0]
    """
    for name, x in zip(_others(role), (first, second), strict=True):
        _check(name, x.shape, geometry)
    first, second = _varying_alike(first, second)
    return convolution_face.bind(
        first, second, role=role, geometry=geometry, precision=precision, mapped=0
    )


def channels_last(rank: int) -> tuple[str, str, str]:
    """The order of dimensions of input, kernel and output, as `jax.lax` names it.

    >>> channels_last(2)
    ('N01C', '01IO', 'N01C')
    """
    space = "".join(map(str, range(rank)))
    return f"N{space}C", f"{space}IO", f"N{space}C"


def _check(role: Role, shape: tuple[int, ...], geometry: Geometry) -> None:
    attribute = {"input": "size", "kernel": "window", "output": "outputs"}[role]
    wanted = tuple(getattr(axis, attribute) for axis in geometry)
    found = shape[:-2] if role == "kernel" else shape[1:-1]
    if found != wanted:
        raise ValueError(
            f"the {role} has the spatial shape {found} in {shape}, but the geometry says {wanted}: "
            f"give Axis the {attribute} of each dimension"
        )


def _varying_alike(*operands: Array) -> list[Array]:
    """Under `shard_map` operands of one primitive vary over the same axes of the mesh."""
    own = [_varying(jax.typeof(x)) for x in operands]
    every = frozenset().union(*own)
    return [_vary(x, tuple(every - axes)) for x, axes in zip(operands, own, strict=True)]


def _varying(type_of_array: Any) -> frozenset[str]:
    if hasattr(type_of_array, "vma"):  # JAX 0.8
        return type_of_array.vma
    return type_of_array.manual_axis_type.varying


def _vary(x: Array, axes: tuple[str, ...]) -> Array:
    if not axes:
        return x
    if hasattr(lax, "pcast"):
        return lax.pcast(x, axes, to="varying")
    return lax.pvary(x, axes)  # JAX 0.8  # pyright: ignore[reportAttributeAccessIssue]


def _others(role: Role) -> list[Role]:
    return [other for other in ROLES if other != role]


@functools.partial(jax.jit, static_argnames=("role", "geometry", "precision", "mapped"))
def _compiled(first: Array, second: Array, **settings: Any) -> Array:
    return convolution_face.bind(first, second, **settings)


@convolution_face.def_impl
def _eager(first: Array, second: Array, **settings: Any) -> Array:
    with jax.disable_jit(False):
        return _compiled(first, second, **settings)


@convolution_face.def_abstract_eval
def _shape(
    first: Any, second: Any, *, role: Role, geometry: Geometry, mapped: int, **_: Any
) -> Any:
    """`mapped` leading axes of both operands come from `vmap`."""
    outer = first.shape[:mapped]
    if role == "output":
        batch, features = first.shape[mapped], second.shape[-1]
        shape = (batch, *(axis.outputs for axis in geometry), features)
    elif role == "input":
        batch, channels = second.shape[mapped], first.shape[-2]
        shape = (batch, *(axis.size for axis in geometry), channels)
    else:
        shape = (*(axis.window for axis in geometry), first.shape[-1], second.shape[-1])
    return first.update(shape=(*outer, *shape), weak_type=False)


def _derivative(side: int, cotangent: Array, first: Any, second: Any, **settings: Any) -> Array:
    """The gradient of <face, cotangent> with respect to one operand: the face of its role."""
    role = settings["role"]
    wanted, other = _others(role)[side], _others(role)[1 - side]
    given = {role: cotangent, other: (second, first)[side]}
    operands = (given[name] for name in _others(wanted))
    return convolution_face.bind(*operands, **(settings | {"role": wanted}))


ad.defbilinear(
    convolution_face, functools.partial(_derivative, 0), functools.partial(_derivative, 1)
)


def _batch(
    operands: tuple[Array, Array],
    dimensions: tuple[int | None, int | None],
    *,
    role: Role,
    mapped: int,
    **settings: Any,
) -> tuple[Array, int]:
    """With a shared kernel, `vmap` makes a larger batch; else both operands get the axis.

    In the larger batch the axis varies faster than the examples, so that a mesh that splits the
    examples splits it alike.
    """
    bind = functools.partial(convolution_face.bind, role=role, **settings)
    named = list(zip(_others(role), operands, dimensions, strict=True))
    size = next(x.shape[d] for _, x, d in named if d is not None)
    if not mapped and any(name == "kernel" and d is None for name, _, d in named):
        merged = [x if d is None else _merged(jnp.moveaxis(x, d, 1)) for _, x, d in named]
        result = bind(*merged, mapped=0)
        return result.reshape(-1, size, *result.shape[1:]), 1
    both = [
        jnp.broadcast_to(x, (size, *x.shape)) if d is None else jnp.moveaxis(x, d, 0)
        for _, x, d in named
    ]
    return bind(*both, mapped=mapped + 1), 0


def _merged(x: Array) -> Array:
    return x.reshape(-1, *x.shape[2:])


batching.primitive_batchers[convolution_face] = _batch


def _vendor(
    first: Array, second: Array, *, role: Role, geometry: Geometry, precision: lax.PrecisionLike
) -> Array:
    """The convolution of the platform's own library, and its transposes."""
    if not geometry:
        return _dense(first, second, role, precision)
    convolve = functools.partial(
        lax.conv_general_dilated,
        window_strides=[axis.stride for axis in geometry],
        padding=[(axis.before, axis.after) for axis in geometry],
        dimension_numbers=channels_last(len(geometry)),
        precision=precision,
    )
    if role == "output":
        return convolve(first, second)
    shape = _shape(jax.typeof(first), jax.typeof(second), role=role, geometry=geometry, mapped=0)
    if role == "input":
        return jax.linear_transpose(lambda x: convolve(x, first), shape)(second)[0]
    return jax.linear_transpose(lambda kernel: convolve(first, kernel), shape)(second)[0]


def _dense(first: Array, second: Array, role: Role, precision: lax.PrecisionLike) -> Array:
    """Without spatial dimensions a convolution is a matrix product."""
    a, b = (second, first) if role == "input" else (first, second)
    of_a, of_b = {"output": (1, 0), "input": (1, 1), "kernel": (0, 0)}[role]
    return lax.dot_general(a, b, (((of_a,), (of_b,)), ((), ())), precision=precision)


def _products(
    first: Array,
    second: Array,
    *,
    role: Role,
    geometry: Geometry,
    precision: lax.PrecisionLike,
    devices: int,
) -> Array:
    """Matrix products in full precision on CPU, of fewer multiplications where that is faster.

    Several devices add their parts of a kernel gradient, which are larger when transformed.
    """
    channels = first.shape[-2 if role == "input" else -1]
    exact = precision is not None or first.dtype not in (jnp.float32, jnp.float64)
    added = role == "kernel" and devices > 1
    fast = not exact and not added and winograd.suits(geometry, channels, second.shape[-1])
    way = winograd if fast else patches
    if role == "output":
        return way.output_product(first, second, geometry)
    if role == "input":
        return way.input_product(second, first, geometry)
    return way.kernel_product(first, second, geometry)


def _lower(way: Callable[..., Array]) -> Any:
    """Each axis that `vmap` gave to both operands is mapped here."""

    def mapped(first: Array, second: Array, *, mapped: int, **settings: Any) -> Array:
        one = functools.partial(way, **settings)
        for _ in range(mapped):
            one = jax.vmap(one)
        return one(first, second)

    return mlir.lower_fun(mapped, multiple_results=False)


def _lower_on_cpu(context: Any, *operands: Any, **settings: Any) -> Any:
    # Not public: pmap and JAX of another version may have no such number, and keep the usual way.
    devices = getattr(context.module_context.axis_context, "num_devices", 1)
    return _lower(functools.partial(_products, devices=devices))(context, *operands, **settings)


mlir.register_lowering(convolution_face, _lower(_vendor))
mlir.register_lowering(convolution_face, _lower_on_cpu, platform="cpu")
