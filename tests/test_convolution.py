"""The convolution against XLA's, under derivatives, vmap and lowering.

Unless a test says otherwise, the expected numbers are those of `jax.lax.conv_general_dilated` with
its own rules for derivatives and batches, in float64.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax
from jax.sharding import AxisType, NamedSharding, PartitionSpec
from jax.test_util import check_grads

from jaxgan.networks import convolution
from jaxgan.networks import patches as products
from jaxgan.networks.convolution import ROLES, face
from jaxgan.networks.layers import conv_general_dilated
from jaxgan.networks.patches import Axis, Geometry, overlap, patches

pytestmark = pytest.mark.usefixtures("doubles")

Function = Callable[..., Any]
Mapped = tuple[int | None, ...]
CHANNELS, FEATURES = 2, 3
ORDERS = {0: ("NC", "IO", "NC"), 1: ("NWC", "WIO", "NWC"), 2: ("NHWC", "HWIO", "NHWC")}


def normal(seed: int, *shape: int) -> jax.Array:
    return jnp.asarray(np.random.default_rng(seed).normal(size=shape))


def oracle(x: jax.Array, kernel: jax.Array, geometry: Geometry, padding: Any = None) -> jax.Array:
    padding = padding or [(axis.before, axis.after) for axis in geometry]
    strides, order = [axis.stride for axis in geometry], ORDERS[len(geometry)]
    return lax.conv_general_dilated(x, kernel, strides, padding, dimension_numbers=order)


def operands(geometry: Geometry, batch: int = 2) -> tuple[jax.Array, ...]:
    """An input, a kernel, and an output with the shape of the oracle's."""
    x = normal(0, batch, *(axis.size for axis in geometry), CHANNELS)
    kernel = normal(1, *(axis.window for axis in geometry), CHANNELS, FEATURES)
    return x, kernel, normal(2, *jax.eval_shape(lambda: oracle(x, kernel, geometry)).shape)


def faces(geometry: Geometry, face: Function = face) -> Function:
    def all_three(*roles: jax.Array) -> list[jax.Array]:
        others = [[x for x, name in zip(roles, ROLES, strict=True) if name != r] for r in ROLES]
        return [face(r, *pair, geometry=geometry) for r, pair in zip(ROLES, others, strict=True)]

    return all_three


convolution_of_ours: Function = functools.partial(face, "output")


def assert_close(found: Any, wanted: Any, tolerance: float = 1e-11) -> None:
    chex.assert_trees_all_equal_shapes_and_dtypes(found, wanted)
    chex.assert_trees_all_close(found, wanted, rtol=tolerance, atol=tolerance)


pads = st.integers(0, 3)
axes = st.builds(Axis, st.integers(1, 7), st.integers(1, 5), st.integers(1, 3), pads, pads)
axes = axes.filter(lambda axis: axis.size + axis.before + axis.after >= axis.window)
geometries = st.lists(axes, min_size=1, max_size=2).map(tuple)

STRIDED = (Axis(7, 5, 2, 2, 1), Axis(4, 2, 3, 0, 1))  # asymmetric; a stride beyond the window
SHORT = (Axis(7, 2, 2), Axis(6, 3, 2, 1, 0))  # no window covers the last positions of the input
LINE = (Axis(5, 3, 1, 1, 1),)
DENSE = ()  # a dense layer
NAMES = ["strided", "short", "line", "dense"]
SOME = pytest.mark.parametrize("geometry", [STRIDED, SHORT, LINE, DENSE], ids=NAMES)


@settings(max_examples=15)
@given(geometry=geometries)
def test_faces_are_the_convolution_and_its_two_gradients(geometry: Geometry) -> None:
    @jax.jit
    def wanted(x: jax.Array, kernel: jax.Array, v: jax.Array) -> Any:
        y, pull = jax.vjp(functools.partial(oracle, geometry=geometry), x, kernel)
        return [*pull(v), y]

    roles = operands(geometry)
    assert_close(jax.jit(faces(geometry))(*roles), wanted(*roles))


@settings(max_examples=12)
@given(geometry=geometries, padding=st.sampled_from(["SAME", "SAME_LOWER", "VALID"]))
def test_named_paddings_are_those_of_xla(geometry: Geometry, padding: str) -> None:
    geometry = tuple(axis._replace(size=axis.size + axis.window) for axis in geometry)
    x, kernel, _ = operands(geometry)
    strides, order = [axis.stride for axis in geometry], ORDERS[len(geometry)]
    found = conv_general_dilated(x, kernel, strides, padding, dimension_numbers=order)
    assert_close(found, oracle(x, kernel, geometry, padding))


@settings(max_examples=15)
@given(geometry=geometries)
def test_overlap_is_the_adjoint_of_patches(geometry: Geometry) -> None:
    # By definition: <p, patches x> = <overlap p, x> for all x and p.
    x, kernel, v = operands(geometry)
    p = normal(3, *v.shape[:-1], *kernel.shape[:-1])
    both = jax.jit(lambda: (jnp.vdot(overlap(p, geometry), x), jnp.vdot(p, patches(x, geometry))))
    assert_close(*both())


def energy(convolve: Function, geometry: Geometry) -> Function:
    """A smooth scalar with derivatives of every order in all three roles."""
    return lambda x, kernel, v: jnp.vdot(jnp.sin(convolve(x, kernel, geometry=geometry)), v)


def bent(f: Function) -> Function:
    """A smooth function of the three gradients of `f`."""
    return lambda *roles: sum(jnp.sin(g).sum() for g in jax.grad(f, (0, 1, 2))(*roles))


@SOME
def test_derivatives_up_to_third_order_and_forward(geometry: Geometry) -> None:
    roles = operands(geometry, batch=1)
    directions = tuple(map(jnp.cos, roles))

    @functools.partial(jax.jit, static_argnums=0)
    def derivatives(convolve: Function) -> Any:
        f = energy(convolve, geometry)
        thrice = jax.grad(bent(bent(f)), (0, 1, 2))(*roles)
        hessian_vector = jax.jvp(jax.grad(f, (0, 1, 2)), roles, directions)
        jacobians = jax.jacfwd(functools.partial(convolve, geometry=geometry), (0, 1))(*roles[:2])
        return bent(f)(*roles), bent(bent(f))(*roles), thrice, hessian_vector, jacobians

    assert_close(derivatives(convolution_of_ours), derivatives(oracle), 1e-9)


def test_derivatives_are_finite_differences() -> None:
    geometry = (Axis(3, 2, 2, 1, 0),)
    f = jax.jit(lambda *roles: jnp.sin(convolution_of_ours(*roles, geometry)).sum())
    check_grads(f, operands(geometry, batch=1)[:2], order=3, modes=["fwd", "rev"])


def loop(f: Function, mapped: Mapped) -> Function:
    """The definition of `vmap`: the results of one call after the other, stacked."""

    def looped(*roles: jax.Array) -> Any:
        pairs = list(zip(roles, mapped, strict=True))
        results = [f(*(x if d is None else jnp.take(x, i, d) for x, d in pairs)) for i in range(2)]
        return jax.tree.map(lambda *x: jnp.stack(x), *results)

    return looped


def doubled(roles: Sequence[jax.Array], mapped: Mapped) -> list[jax.Array]:
    pairs = zip(roles, mapped, strict=True)
    return [x if d is None else jnp.stack([x, jnp.cos(x)], d) for x, d in pairs]


@pytest.mark.parametrize("mapped", [(0, None, 2), (None, 1, None), (0, 0, 0), (None, None, 0)])
def test_vmap_is_a_loop_within_and_around_derivatives(mapped: Mapped) -> None:
    @functools.partial(jax.jit, static_argnums=(0, 1))
    def both(over: Function, convolve: Function, *roles: jax.Array) -> Any:
        f = bent(energy(convolve, SHORT))
        around = jax.grad(lambda *roles: jnp.square(over(f, mapped)(*roles)).sum(), (0, 1, 2))
        return over(jax.grad(f, (0, 1, 2)), mapped)(*roles), around(*roles)

    roles = doubled(operands(SHORT), mapped)
    assert_close(both(jax.vmap, convolution_of_ours, *roles), both(loop, oracle, *roles), 1e-9)


def test_vmap_of_vmap_is_a_loop_of_loops() -> None:
    inner, outer = (0, None, 1), (None, 0, 0)
    roles = doubled(doubled(operands(LINE), inner), outer)
    found = jax.jit(jax.vmap(jax.vmap(faces(LINE), inner), outer))(*roles)
    assert_close(found, jax.jit(loop(loop(faces(LINE), inner), outer))(*roles))


@pytest.mark.parametrize(("batch", "examples"), [(6, 1), (6, 2), (7, 3)])
def test_blocks_change_nothing(monkeypatch: Any, batch: int, examples: int) -> None:
    # If 3 of 7 examples fit, a block holds one: 7 has no other divisor.
    roles = operands(SHORT, batch)
    wanted = jax.jit(faces(SHORT))(*roles)
    row = CHANNELS * np.prod([axis.window * axis.outputs for axis in SHORT])
    monkeypatch.setattr(products, "WHOLE", 8 * row * examples)
    monkeypatch.setattr(products, "BLOCK", 8 * row * examples)
    in_blocks = jax.jit(faces(SHORT))
    assert in_blocks.lower(*roles).as_text().count("stablehlo.while") == 3
    assert_close(in_blocks(*roles), wanted)


@pytest.mark.parametrize("sides", [(6, 40, 1), (40, 50, 33), (300, 90, 64), (300, 9, 64)])
def test_the_gradient_of_a_kernel_is_a_product_of_any_sides(sides: tuple[int, ...]) -> None:
    # One case for each order of the operands; the expected numbers are NumPy's.
    rows, channels, features = sides
    x, v = normal(0, rows, channels), normal(1, rows, features)
    found = jax.jit(lambda x, v: face("kernel", x, v, DENSE))(x, v)
    assert_close(found, jnp.asarray(np.asarray(x).T @ np.asarray(v)))


def test_half_precision_is_rounded_once() -> None:
    # Against float32 on the same numbers. bfloat16 has 8 bits, so an error of 2^-8 of the number;
    # up to three times that where the face of the input sums the rounded products of 3 x 1 windows.
    roles = [x.astype(jnp.bfloat16) for x in operands(STRIDED)]
    wide = jax.jit(faces(STRIDED))(*(x.astype(jnp.float32) for x in roles))
    for name, found, wanted in zip(ROLES, jax.jit(faces(STRIDED))(*roles), wide, strict=True):
        assert found.dtype == jnp.bfloat16
        bound = 2.0**-8 * (3 if name == "input" else 1) * jnp.abs(wanted).max()
        assert jnp.abs(found.astype(jnp.float32) - wanted).max() < bound


@SOME
def test_the_vendors_convolution_is_the_product(geometry: Geometry) -> None:
    def elsewhere(role: Any, *pair: jax.Array, geometry: Geometry) -> jax.Array:
        return convolution._vendor(*pair, role=role, geometry=geometry, precision=None)

    roles = operands(geometry)
    assert_close(jax.jit(faces(geometry))(*roles), jax.jit(faces(geometry, elsewhere))(*roles))


@pytest.mark.parametrize(
    ("platforms", "products", "convolutions"),
    [(["cpu"], 3, 0), (["cuda"], 0, 3), (["cpu", "cuda"], 3, 3)],
)
def test_a_program_holds_the_ways_of_its_platforms(
    platforms: list[str], products: int, convolutions: int
) -> None:
    mapped = (0, 0, 0)  # also the axes of vmap are lowered for each
    program = jax.jit(jax.vmap(faces(LINE), mapped))
    exported = jax.export.export(program, platforms=platforms)(*doubled(operands(LINE), mapped))
    text = exported.mlir_module()
    assert text.count("stablehlo.dot_general") == products
    assert text.count("stablehlo.convolution") == convolutions


def test_shard_map_gives_the_gradients_of_the_whole() -> None:
    # The kernel is the same on both devices, so its gradient is the sum of theirs.
    x, kernel, v = operands(LINE, batch=4)
    mesh = jax.make_mesh((2,), ("d",), axis_types=(AxisType.Auto,), devices=jax.devices()[:2])

    def gradients(x: jax.Array, kernel: jax.Array, v: jax.Array) -> Any:
        return jax.grad(energy(convolution_of_ours, LINE), (0, 1, 2))(x, kernel, v)

    split, whole = PartitionSpec("d"), PartitionSpec()
    specs = {"in_specs": (split, whole, split), "out_specs": (split, whole, split)}
    found = jax.jit(jax.shard_map(gradients, mesh=mesh, **specs))(x, kernel, v)
    assert_close(found, jax.jit(gradients)(x, kernel, v))


@pytest.mark.parametrize("role", ["input", "output"])
def test_a_batch_that_vmap_enlarges_stays_split(role: Any) -> None:
    # A critic's pass over real and fake images: each device has its part of both.
    x, kernel, v = operands(LINE, batch=4)
    mesh = jax.make_mesh((2,), ("d",), axis_types=(AxisType.Auto,), devices=jax.devices()[:2])
    split, whole = (NamedSharding(mesh, PartitionSpec(*axes)) for axes in ((None, "d"), ()))
    given = x if role == "output" else v

    def both(pair: jax.Array, kernel: jax.Array) -> jax.Array:
        order = (lambda x: (x, kernel)) if role == "output" else (lambda v: (kernel, v))
        return jax.vmap(lambda one: face(role, *order(one), LINE))(pair)

    compiled = jax.jit(both, in_shardings=(split, whole), out_shardings=split)
    text = compiled.lower(jnp.stack([given, given]), kernel).compile().as_text()
    assert text is not None
    assert "all-gather" not in text


def test_it_runs_with_jit_disabled() -> None:
    x, kernel, v = operands(LINE)
    with jax.disable_jit():
        assert_close(faces(LINE)(x, kernel, v)[2], oracle(x, kernel, LINE))


def test_operands_of_another_geometry_are_refused() -> None:
    x, kernel, _ = operands(LINE)
    with pytest.raises(ValueError, match=r"the input has the spatial shape \(4,\)"):
        face("output", x[:, 1:], kernel, LINE)
    with pytest.raises(ValueError, match=r"the kernel has .* Axis the window"):
        face("output", x, kernel[1:], LINE)
