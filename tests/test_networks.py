"""Shapes, parameter counts of the papers, and which critics score each example independently."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.networks import (
    DCGANCritic,
    DCGANGenerator,
    LayerNorm,
    MLPCritic,
    MLPGenerator,
    Normal,
    Uniform,
    presets,
)

KEY = jax.random.key(0)


def count(variables: Any) -> int:
    return sum(x.size for x in jax.tree.leaves(variables["params"]))


def shapes(module: Any, x: jax.Array) -> Any:
    return jax.eval_shape(module.init_with_output, KEY, x)


@pytest.mark.parametrize("pixels", [8, 16, 28, 32, 64])
@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_dcgan_makes_and_reads_every_size(pixels: int, norm: Any) -> None:
    fake, _ = shapes(DCGANGenerator((pixels, pixels, 3), 2, norm), jnp.zeros((5, 7)))
    assert fake.shape == (5, pixels, pixels, 3)
    scores, _ = shapes(DCGANCritic(2, norm), jnp.zeros((5, pixels, pixels, 3)))
    assert scores.shape == (5,)


def test_parameter_counts_equal_the_papers() -> None:
    # gan_mnist.py of Gulrajani et al., DIM 64, z 128: its layers, written out by hand.
    generator = (128 * 4096 + 4096) + (25 * 256 * 128 + 128) + (25 * 128 * 64 + 64) + (25 * 64 + 1)
    critic = (25 * 64 + 64) + (25 * 64 * 128 + 128) + (25 * 128 * 256 + 256) + (4096 + 1)
    pair = presets.dcgan((28, 28, 1), generator_norm="none")
    assert count(shapes(pair.generator, jnp.zeros((1, 128)))[1]) == generator
    assert count(shapes(pair.critic, jnp.zeros((1, 28, 28, 1)))[1]) == critic
    # gan_toy.py: three hidden layers of 512 on points, for both networks.
    pair = presets.mlp((2,))
    assert count(shapes(pair.generator, jnp.zeros((1, 2)))[1]) == 1536 + 2 * 262_656 + 1026
    assert count(shapes(pair.critic, jnp.zeros((1, 2)))[1]) == 1536 + 2 * 262_656 + 513


@pytest.mark.parametrize(
    ("critic", "shape", "per_example"),
    [
        (MLPCritic(8), (2,), True),
        (DCGANCritic(2, "none"), (8, 8, 1), True),
        (DCGANCritic(2, "layer"), (16, 16, 1), True),
        (DCGANCritic(2, "batch"), (16, 16, 1), False),  # so it must not be penalized
    ],
)
def test_a_critic_declared_per_example_has_a_diagonal_jacobian(
    critic: Any, shape: tuple[int, ...], per_example: bool
) -> None:
    x = jax.random.normal(KEY, (3, *shape))

    @jax.jit
    def coupling(x: jax.Array) -> jax.Array:
        variables = critic.init(KEY, x)

        def score(x: jax.Array) -> jax.Array:
            return critic.apply(variables, x, mutable=["batch_stats"])[0]

        jacobian = jnp.abs(jax.jacrev(score)(x)).reshape(3, 3, -1).max(axis=2)
        return (jacobian * (1 - jnp.eye(3))).max()

    assert (float(coupling(x)) == 0) == per_example


def test_layer_norm_is_over_height_width_and_channels() -> None:
    # Oracle: numpy's moments over all axes of an example; Flax's default takes only channels.
    x = np.random.default_rng(0).normal(3, 2, (2, 4, 4, 3)).astype(np.float32)
    found, variables = LayerNorm().init_with_output(KEY, jnp.asarray(x))
    moments = {"axis": (1, 2, 3), "keepdims": True}
    np.testing.assert_allclose(
        found, (x - x.mean(**moments)) / np.sqrt(x.var(**moments) + 1e-5), rtol=1e-4, atol=1e-5
    )
    assert [leaf.shape for leaf in jax.tree.leaves(variables)] == [(3,), (3,)]


def test_initial_weights_have_the_variance_of_the_papers_code() -> None:
    # gan_toy.py: hidden U(+-sqrt(3) sqrt(2 / fan_in)), output U(+-sqrt(3) sqrt(2 / (in + out))).
    params = MLPGenerator((2,)).init(KEY, jnp.zeros((1, 512)))["params"]
    hidden, output = params["Dense_1"]["kernel"], params["Dense_3"]["kernel"]
    np.testing.assert_allclose(float(hidden.var()), 2 / 512, rtol=0.02)
    np.testing.assert_allclose(float(output.var()), 2 / 514, rtol=0.2)
    assert float(jnp.abs(hidden).max()) <= np.sqrt(3 * 2 / 512)
    assert all(float(jnp.abs(params[name]["bias"]).max()) == 0 for name in params)


def test_initial_kernels_of_dcgan_have_the_variance_of_the_papers_code() -> None:
    # conv2d.py and deconv2d.py of Gulrajani et al.: std sqrt(4 / (fan_in + fan_out)), with fan_out
    # of a convolution and fan_in of a transposed one divided by stride^2 = 4; linear.py: Glorot.
    # The sample variance of n uniform numbers deviates by 0.9 / sqrt(n) of it.
    pair = presets.dcgan((28, 28, 1), width=32, latent=64)
    critic = pair.critic.init(KEY, jnp.zeros((1, 28, 28, 1)))["params"]
    generator = pair.generator.init(KEY, jnp.zeros((1, 64)))["params"]
    for params, layer, wanted in (
        (critic, "Conv_1", 4 / (25 * 32 + 25 * 64 / 4)),
        (critic, "Conv_2", 4 / (25 * 64 + 25 * 128 / 4)),
        (critic, "Dense_0", 2 / (4 * 4 * 128 + 1)),
        (generator, "ConvTranspose_0", 4 / (25 * 128 / 4 + 25 * 64)),
        (generator, "ConvTranspose_1", 4 / (25 * 64 / 4 + 25 * 32)),
        (generator, "Dense_0", 2 / (64 + 4 * 4 * 128)),
    ):
        kernel = params[layer]["kernel"]
        np.testing.assert_allclose(kernel.var(), wanted, rtol=5 * 0.9 / np.sqrt(kernel.size))


def test_priors_have_their_moments() -> None:
    keys = jax.random.split(KEY, 4000)
    for prior, variance in ((Normal(5), 1.0), (Uniform(5), 1 / 3)):
        z = jax.vmap(prior)(keys)
        assert z.shape == (4000, 5)
        # 20,000 draws: the mean has deviation sqrt(variance / 20000).
        assert abs(float(z.mean())) < 5 * np.sqrt(variance / 20_000)
        np.testing.assert_allclose(float(z.var()), variance, rtol=0.05)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: shapes(DCGANCritic(2), jnp.zeros((1, 10, 10, 1))), "pixels, got 10"),
        (lambda: presets.dcgan((2,)), "use mlp"),
    ],
)
def test_what_does_not_fit_is_named(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
