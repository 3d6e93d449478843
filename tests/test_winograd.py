"""Winograd's products against those of patches, and what they cost in float32.

Unless a test says otherwise, the expected numbers are those of `patches` in float64, which
`test_convolution` compares with XLA's.
"""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from benchmarks.exchange import exchanged
from jaxgan.networks import patches, winograd
from jaxgan.networks.convolution import ROLES, face
from jaxgan.networks.patches import Axis, Geometry
from jaxgan.networks.toom_cook import transforms
from jaxgan.networks.winograd import suits
from tests.test_convolution import assert_close, bent, doubled, energy, faces, loop, normal

pytestmark = pytest.mark.usefixtures("doubles")

WINDOWS = {1: (2, 3), 2: (3, 4, 5, 6), 3: (4, 5, 7, 9)}
"""By stride, windows of two or three taps."""
pads = st.integers(0, 3)
axes = st.sampled_from(sorted(WINDOWS)).flatmap(
    lambda stride: st.builds(
        Axis, st.integers(9, 13), st.sampled_from(WINDOWS[stride]), st.just(stride), pads, pads
    )
)
SQUARE = (Axis(8, 3, before=1, after=1),) * 2
DCGAN = (Axis(7, 5, 2, 1, 2),) * 2
LINE = (Axis(9, 3, 1, 1, 1),)
GEOMETRIES = {"3 x 3": SQUARE, "5 x 5, stride 2": DCGAN, "a line": LINE}


def operands(geometry: Geometry, channels: int = 2, features: int = 3) -> tuple[Any, ...]:
    batch, windows = 3, [axis.window for axis in geometry]
    x = normal(0, batch, *(axis.size for axis in geometry), channels)
    kernel = normal(1, *windows, channels, features) / np.sqrt(channels * np.prod(windows))
    return x, kernel, normal(2, batch, *(axis.outputs for axis in geometry), features)


def products(way: Any, geometry: Geometry) -> Any:
    @jax.jit
    def all_three(x: Any, kernel: Any, v: Any) -> Any:
        return (
            way.input_product(v, kernel, geometry),
            way.kernel_product(x, v, geometry),
            way.output_product(x, kernel, geometry),
        )

    return all_three


@pytest.mark.parametrize("taps", [2, 3])
@pytest.mark.parametrize("outputs", [1, 2, 3, 4])
def test_the_identity_of_a_tile_is_exact(outputs: int, taps: int) -> None:
    # By definition, as an array over (o, k, i): x[i] is read by output o at tap k if i = o + k.
    a, b, g = transforms(outputs, taps)
    points = outputs + taps - 1
    o, k, i = np.ogrid[:outputs, :taps, :points]
    assert a.shape[0] == points
    np.testing.assert_allclose(np.einsum("to,tk,ti->oki", a, g, b), i == o + k, atol=1e-15)


@settings(max_examples=8)
@given(geometry=st.lists(axes, min_size=1, max_size=2).map(tuple))
def test_the_faces_are_those_of_patches(geometry: Geometry) -> None:
    roles = operands(geometry)
    assert_close(products(winograd, geometry)(*roles), products(patches, geometry)(*roles))


def test_three_dimensions() -> None:
    geometry = (Axis(4, 3), Axis(5, 4, 2, 1, 1), Axis(3, 2, 1, 0, 1))
    roles = operands(geometry)
    assert_close(products(winograd, geometry)(*roles), products(patches, geometry)(*roles))


def test_blocks_change_nothing(monkeypatch: Any) -> None:
    roles = operands(SQUARE)
    wanted = products(winograd, SQUARE)(*roles)
    monkeypatch.setattr(winograd, "WHOLE", 1)
    monkeypatch.setattr(winograd, "BLOCK", 1)
    in_blocks = products(winograd, SQUARE)
    assert in_blocks.lower(*roles).as_text().count("stablehlo.while") == 3
    assert_close(in_blocks(*roles), wanted)


@pytest.mark.parametrize("mapped", [(0, 0, 0), (0, None, 1)])
def test_vmap_is_a_loop(mapped: Any) -> None:
    roles = doubled(operands(SQUARE, 48, 32), mapped)
    found = jax.jit(jax.vmap(faces(SQUARE), mapped))(*roles)
    assert_close(found, jax.jit(loop(faces(SQUARE), mapped))(*roles), 1e-10)


def error(found: Any, wanted: Any) -> float:
    """The largest error of the arrays, each relative to its largest number."""
    return max(
        float(jnp.abs(x - y).max() / jnp.abs(y).max())
        for x, y in zip(jax.tree.leaves(found), jax.tree.leaves(wanted), strict=True)
    )


@pytest.mark.parametrize("geometry", GEOMETRIES.values(), ids=GEOMETRIES)
def test_errors_of_values_and_of_first_and_nested_gradients_in_float32(geometry: Geometry) -> None:
    # 2^-24 is 6e-8. Seen here: values 7e-6, gradients and nested gradients 1.5e-5; with patches
    # 8e-7, 2.3e-6 and 6.5e-6. The bound leaves a factor of 2.7 for sums in another order.
    roles = operands(geometry, channels=48, features=32)
    f = energy(functools.partial(face, "output"), geometry)
    assert suits(geometry, 48, 32)

    @jax.jit
    def quantities(*roles: Any) -> Any:
        nested = jax.grad(bent(f), (0, 1, 2))(*roles)
        return faces(geometry)(*roles), jax.grad(f, (0, 1, 2))(*roles), nested

    found = quantities(*(x.astype(jnp.float32) for x in roles))
    for part, wanted in zip(found, quantities(*roles), strict=True):
        assert error(part, wanted) < 4e-5


def multiplications(role: Any, geometry: Geometry, precision: Any = None, **kind: Any) -> int:
    """Those of the matrix products that a face is lowered to."""
    roles = dict(zip(ROLES, operands(geometry, 48, 32), strict=True))
    pair = [x.astype(kind.get("dtype", jnp.float32)) for n, x in roles.items() if n != role]
    lowered = jax.jit(lambda *pair: face(role, *pair, geometry, precision)).lower(*pair)
    return int(lowered.cost_analysis()["flops"])


@pytest.mark.parametrize("role", ROLES)
def test_faces_take_fewer_operations(role: Any) -> None:
    # 36 products of 4 x 4 outputs of 3 x 3 taps are a quarter of 144; the rest are transforms.
    fast, exact = (multiplications(role, SQUARE, p) for p in (None, lax.Precision.HIGHEST))
    half = multiplications(role, SQUARE, dtype=jnp.bfloat16)
    assert fast < 0.6 * exact
    assert half > 0.9 * exact


def test_devices_exchange_a_kernel_and_no_transform_of_it() -> None:
    x, _, v = operands(SQUARE, 48, 32)
    x, v = (jnp.concatenate([one, one])[:4].astype(jnp.float32) for one in (x, v))
    mesh = jax.make_mesh((2,), ("d",), axis_types=(AxisType.Auto,), devices=jax.devices()[:2])
    split, whole = (NamedSharding(mesh, PartitionSpec(*axes)) for axes in (("d",), ()))
    kernel = jax.jit(
        lambda x, v: face("kernel", x, v, SQUARE), in_shardings=(split, split), out_shardings=whole
    )
    text = kernel.lower(x, v).compile().as_text()
    assert text is not None
    assert exchanged(text) == (1, 4 * 3 * 3 * 48 * 32)


@pytest.mark.parametrize(
    ("axis", "channels", "features"),
    [
        (Axis(8, 3, 1, 1, 1), 3, 64),  # the first layer of a critic
        (Axis(8, 3, 1, 1, 1), 64, 3),  # the last one of a generator
        (Axis(8, 1), 64, 64),
        (Axis(8, 7, 1, 3, 3), 64, 64),
        (Axis(3, 3), 64, 64),  # one output: 9 products are those of patches
    ],
)
def test_what_would_not_be_faster_stays(axis: Axis, channels: int, features: int) -> None:
    assert suits((Axis(8, 3, 1, 1, 1),) * 2, 64, 64)
    assert not suits((axis, axis), channels, features)
