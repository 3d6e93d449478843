"""The convolutional layers against those of `flax.linen`, in float64."""

from __future__ import annotations

from typing import Any

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn
from flax.errors import ScopeParamShapeError

from jaxgan.networks.layers import Conv, ConvTranspose, Dense, conv_general_dilated
from jaxgan.penalties import GradientPenalty

pytestmark = pytest.mark.usefixtures("doubles")


def normal(seed: int, *shape: int) -> jax.Array:
    return jnp.asarray(np.random.default_rng(seed).normal(size=shape))


def assert_close(found: Any, wanted: Any, tolerance: float = 1e-11) -> None:
    chex.assert_trees_all_equal_shapes_and_dtypes(found, wanted)
    chex.assert_trees_all_close(found, wanted, rtol=tolerance, atol=tolerance)


class SmallCritic(nn.Module):
    """Two strided convolutions, the first without a bias."""

    conv: Any

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = jnp.tanh(self.conv(4, (5, 5), (2, 2), use_bias=False, param_dtype=float)(x))
        x = jnp.tanh(self.conv(4, (3, 3), (2, 2), param_dtype=float)(x))
        return x.reshape(x.shape[0], -1).sum(axis=1)


def test_the_gradient_penalty_is_that_of_flax_convolutions() -> None:
    real, fake = normal(0, 2, 3, 7, 7, 1)
    keys = jax.random.split(jax.random.key(0), 3)
    params = jax.jit(SmallCritic(nn.Conv).init)(jax.random.key(1), real)

    def penalty(params: Any, conv: Any) -> jax.Array:
        critic: Any = SmallCritic(conv)
        return GradientPenalty()(lambda x: critic.apply(params, x), real, fake, keys)

    slopes = jax.jit(jax.value_and_grad(penalty), static_argnums=1)
    assert_close(slopes(params, Conv), slopes(params, nn.Conv), 1e-10)


LAYERS: list[tuple[tuple[int, ...], dict[str, Any]]] = [
    ((4, 1), {"strides": (2, 2)}),
    ((3, 2), {"strides": (1, 3), "padding": "VALID"}),
    ((3, 2), {"strides": (2, 1), "padding": "CIRCULAR"}),
    ((5,), {"strides": (2,), "padding": 1}),
    ((9,), {"padding": "VALID"}),  # the window does not fit: the output is empty
    ((2, 3), {"padding": ((0, 2), (3, 1)), "use_bias": False}),
    ((3,), {"mask": np.arange(72).reshape(3, 4, 6) % 2.0, "precision": "highest"}),
    ((3,), {"kernel_dilation": (2,), "strides": (2,)}),
]
GROUPED = ((3,), {"feature_group_count": 2})
TRANSPOSED = [
    ((5, 4), {"strides": (2, 3), "transpose_kernel": True}),
    ((2, 5), {"strides": (3, 2), "padding": "VALID", "transpose_kernel": True}),
    ((1, 2), {"strides": (3, 2), "padding": ((2, 1), (1, 0))}),
]
KINDS = [(nn.Conv, Conv, *layer) for layer in [*LAYERS, GROUPED]]
KINDS += [(nn.ConvTranspose, ConvTranspose, *layer) for layer in [*LAYERS, *TRANSPOSED]]


def waves(_: Any, shape: tuple[int, ...], dtype: Any) -> jax.Array:
    """Initial parameters that compile quickly."""
    return jnp.sin(jnp.arange(np.prod(shape), dtype=dtype)).reshape(shape)


@pytest.mark.parametrize(("theirs", "ours", "window", "options"), KINDS)
def test_layers_are_those_of_flax(theirs: Any, ours: Any, window: Any, options: Any) -> None:
    options = {"param_dtype": float, "kernel_init": waves, "bias_init": waves, **options}
    batches = [(2,), (), (2, 1, 3)]  # of images, one image, batches of batches
    xs = [normal(0, *batch, *(7, 6)[: len(window)], 4) for batch in batches]

    def outcome(kind: Any) -> Any:
        layer = kind(6, window, **options)
        return jax.jit(lambda: [layer.init_with_output(jax.random.key(0), x) for x in xs])()

    assert_close(outcome(ours), outcome(theirs))


@pytest.mark.parametrize("options", [{}, {"use_bias": False, "precision": "highest"}])
def test_a_dense_layer_is_that_of_flax(options: dict[str, Any]) -> None:
    options = {"param_dtype": float, "kernel_init": waves, "bias_init": waves, **options}
    xs = [normal(0, *batch, 4) for batch in ((2,), (), (2, 1, 3))]

    def outcome(kind: Any) -> Any:
        layer = kind(6, **options)
        return jax.jit(lambda: [layer.init_with_output(jax.random.key(0), x) for x in xs])()

    assert_close(outcome(Dense), outcome(nn.Dense))


def test_what_does_not_fit_is_refused() -> None:
    x, kernel = normal(0, 2, 4, 4, 3), normal(1, 3, 3, 2, 5)
    order = ("NHWC", "HWIO", "NHWC")
    with pytest.raises(ValueError, match="feature dimension"):
        conv_general_dilated(x, kernel, (1, 1), "SAME", dimension_numbers=order)
    with pytest.raises(ScopeParamShapeError):
        Conv(5, (3, 3)).apply({"params": {"kernel": kernel, "bias": normal(2, 5)}}, x)
