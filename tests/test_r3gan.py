"""R3GAN's networks: resampling, blocks, counts, and grouped convolutions differentiated twice."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from jaxgan.networks import R3GANCritic, presets
from jaxgan.networks.layers import conv_general_dilated
from jaxgan.networks.r3gan import GroupedBlock, _both, _doubled, _halved

KEY = jax.random.key(0)
ORDER = ("NHWC", "HWIO", "NHWC")


def shapes(module: Any, x: Any, **options: Any) -> Any:
    return jax.eval_shape(lambda: module.init_with_output(KEY, x, **options))


def count(module: Any, x: Any, **options: Any) -> int:
    return sum(x.size for x in jax.tree.leaves(shapes(module, x, **options)[1]["params"]))


def test_resampling_is_the_filter_of_the_authors_code() -> None:
    # Resamplers.py: the kernel (1, 3, 3, 1) / 8 in both dimensions, zero padding of one; stride 2
    # for halving, the transposed convolution times four for doubling. Oracle: jax.lax.
    x = jax.random.normal(KEY, (2, 4, 6, 1))
    line = jnp.array([1.0, 3.0, 3.0, 1.0]) / 8
    kernel = jnp.outer(line, line)[..., None, None]

    def halved(x: jax.Array) -> jax.Array:
        pads = [(1, 1), (1, 1)]
        return lax.conv_general_dilated(x, kernel, (2, 2), pads, dimension_numbers=ORDER)

    np.testing.assert_allclose(_both(_halved, x), halved(x), rtol=1e-5, atol=1e-6)
    larger = jax.ShapeDtypeStruct((2, 8, 12, 1), jnp.float32)
    (doubled,) = jax.linear_transpose(halved, larger)(x)
    np.testing.assert_allclose(_both(_doubled, x), 4 * doubled, rtol=1e-5, atol=1e-6)


def test_parameter_counts_are_those_of_the_authors_layers() -> None:
    # Networks.py with train.py for CIFAR-10, by hand: four stages of two blocks of width 768; a
    # block has 1 x 1 to 1536, 3 x 3 in groups of 16, 1 x 1 back, two biases of 1536.
    block = 768 * 1536 + 9 * 16 * 1536 + 1536 * 768 + 2 * 1536
    pair = presets.r3gan((32, 32, 3))
    generator = 8 * block + 16 * 768 + 64 * 768 + 768 * 3
    critic = 8 * block + 3 * 768 + 16 * 768 + 768
    assert count(pair.generator, jnp.zeros((1, 64))) == generator
    assert count(pair.critic, jnp.zeros((1, 32, 32, 3))) == critic
    # With labels: an embedding of 64 more latent numbers; an embedding of 768 and 768 features.
    pair, labels = presets.r3gan((32, 32, 3), classes=10), jnp.zeros(1, int)
    found = count(pair.generator, jnp.zeros((1, 64)), labels=labels)
    assert found == generator + 10 * 64 + 64 * 768
    found = count(pair.critic, jnp.zeros((1, 32, 32, 3)), labels=labels)
    assert found == critic - 768 + 768 * 768 + 10 * 768


def test_a_block_starts_as_the_identity_with_scaled_variances() -> None:
    # ActivationGain of Networks.py: sqrt(2 / 1.04) L^(-1/4) / sqrt(fan_in); 0 in the last layer.
    block, x = GroupedBlock(blocks=16, group=16), jax.random.normal(KEY, (2, 2, 2, 32))
    y, variables = jax.jit(block.init_with_output)(KEY, x)
    assert (y == x).all()
    kernels: Any = [variables["params"][f"Conv_{i}"]["kernel"] for i in range(3)]
    for kernel, fan_in in zip(kernels[:2], (32, 9 * 16), strict=True):
        wanted = 2 / 1.04 / 4 / fan_in
        np.testing.assert_allclose(kernel.var(), wanted, rtol=5 * np.sqrt(2 / kernel.size))
    assert kernels[1].shape == (3, 3, 16, 64)


@pytest.mark.usefixtures("doubles")
def test_the_second_derivative_of_grouped_convolutions() -> None:
    # Oracles: a loop over the groups with jax.lax; central differences.
    rng = np.random.default_rng(0)
    x, kernel = (
        jnp.asarray(rng.normal(size=(2, 5, 5, 6))),
        jnp.asarray(rng.normal(size=(3, 3, 2, 9))),
    )

    def ours(x: jax.Array, kernel: jax.Array) -> jax.Array:
        options = {"dimension_numbers": ORDER, "feature_group_count": 3}
        return conv_general_dilated(x, kernel, (2, 2), "SAME", **options)

    def loop(x: jax.Array, kernel: jax.Array) -> jax.Array:
        parts = zip(jnp.split(x, 3, axis=3), jnp.split(kernel, 3, axis=3), strict=True)
        one = [
            lax.conv_general_dilated(a, b, (2, 2), "SAME", dimension_numbers=ORDER)
            for a, b in parts
        ]
        return jnp.concatenate(one, axis=3)

    def penalty(convolve: Any, kernel: jax.Array) -> jax.Array:
        slope = jax.grad(lambda x: jnp.tanh(convolve(x, kernel)).sum())(x)
        return jnp.square(slope).sum()

    np.testing.assert_allclose(ours(x, kernel), loop(x, kernel), rtol=1e-12, atol=1e-12)
    found, wanted = (
        jax.jit(jax.value_and_grad(lambda kernel, f=convolve: penalty(f, kernel)))
        for convolve in (ours, loop)
    )
    np.testing.assert_allclose(found(kernel)[1], wanted(kernel)[1], rtol=1e-10, atol=1e-10)
    d = jnp.asarray(rng.normal(size=kernel.shape))
    slope = (found(kernel + 1e-6 * d)[0] - found(kernel - 1e-6 * d)[0]) / 2e-6
    np.testing.assert_allclose((found(kernel)[1] * d).sum(), slope, rtol=1e-6)


def test_each_score_depends_on_its_example_only() -> None:
    critic, x = R3GANCritic(4, 1, group=4, classes=3), jax.random.normal(KEY, (3, 8, 8, 1))
    labels = jnp.arange(3)

    @jax.jit
    def coupling() -> jax.Array:
        variables = critic.init(KEY, x, labels)
        jacobian: Any = jax.jacrev(lambda x: critic.apply(variables, x, labels))(x)
        return jnp.abs(jacobian).reshape(3, 3, -1).max(axis=2)

    found = coupling()
    assert (found[~np.eye(3, dtype=bool)] == 0).all()
    assert (np.diag(found) > 0).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"shape": (28, 28, 1)}, r"power of two from 4, got \(28, 28, 1\)"),
        ({"width": (8, 8)}, r"width has 2 numbers, but images of 32 pixels have 4 maps"),
        ({"width": 8, "group": 3}, "group=3 does not divide the 16 hidden channels"),
    ],
)
def test_what_does_not_fit_is_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        presets.r3gan(**{"shape": (32, 32, 1), **settings})
