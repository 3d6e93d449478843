"""Networks of SN-GAN and self-attention: counts, formulas, second derivatives."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn
from jax.flatten_util import ravel_pytree

from jaxgan.networks import (
    DCGANCritic,
    DCGANGenerator,
    ProjectionCritic,
    SelfAttention,
    SNGANCritic,
    presets,
)
from jaxgan.penalties import GradientPenalty

pytestmark = pytest.mark.usefixtures("unchecked_types")
KEY = jax.random.key(0)


def shapes(module: nn.Module, x: Any, **options: Any) -> Any:
    return jax.eval_shape(lambda: module.init_with_output(KEY, x, **options))


def count(module: nn.Module, x: Any, **options: Any) -> int:
    return sum(x.size for x in jax.tree.leaves(shapes(module, x, **options)[1]["params"]))


def test_parameter_counts_of_the_convolutional_pair() -> None:
    # Table 3 of Miyato et al. for 32 pixels, written out by hand: window, inputs, outputs.
    layers = [(9, 3, 64), (16, 64, 64), (9, 64, 128), (16, 128, 128), (9, 128, 256)]
    layers += [(16, 256, 256), (9, 256, 512), (1, 4 * 4 * 512, 1)]
    critic = sum(k * i * o + o for k, i, o in layers)
    layers = [(1, 128, 8192), (16, 512, 256), (16, 256, 128), (16, 128, 64), (9, 64, 3)]
    generator = sum(k * i * o + o for k, i, o in layers) + 2 * (256 + 128 + 64)
    pair = presets.sngan((32, 32, 3))
    assert count(pair.generator, jnp.zeros((1, 128))) == generator
    assert count(pair.critic, jnp.zeros((1, 32, 32, 3))) == critic
    # With ten classes: an embedding of 10 * 4 * 4 * 512, and nine more scales and offsets per
    # channel of the three batch normalizations.
    pair, labels = presets.sngan((32, 32, 3), classes=10), jnp.zeros(1, int)
    generator += 9 * 2 * (256 + 128 + 64)
    assert count(pair.generator, jnp.zeros((1, 128)), labels=labels) == generator
    critic += 10 * 4 * 4 * 512
    assert count(pair.critic, jnp.zeros((1, 32, 32, 3)), labels=labels) == critic


def test_parameter_counts_of_the_residual_pair() -> None:
    # The generator's number is that of Table 4 of Miyato et al., summed by hand. The critic is
    # that of WGAN-GP, 1,053,825, without the bias of the last layer. With ten classes: an embedding
    # of 10 * 128, and nine more scales and offsets of 256 in six batch normalizations.
    pair = presets.sngan_resnet((32, 32, 3))
    z, x, labels = jnp.zeros((1, 128)), jnp.zeros((1, 32, 32, 3)), jnp.zeros(1, int)
    assert count(pair.generator, z) == 4_276_739
    assert count(pair.critic, x) == 1_053_824
    pair = presets.sngan_resnet((32, 32, 3), classes=10)
    assert count(pair.generator, z, labels=labels) == 4_276_739 + 6 * 9 * 2 * 256
    assert count(pair.critic, x, labels=labels) == 1_053_824 + 1280


def test_every_multiple_of_eight_is_made() -> None:
    pair = presets.sngan((48, 48, 1), width=2, latent=3)
    fake, _ = shapes(pair.generator, jnp.zeros((5, 3)))
    assert fake.shape == (5, 48, 48, 1)
    assert shapes(pair.critic, jnp.zeros((5, 48, 48, 1)))[0].shape == (5,)
    plain = presets.sngan((48, 48, 1), width=2, critic_weights="none")
    assert set(shapes(plain.critic, jnp.zeros((5, 48, 48, 1)))[1]) == {"params"}
    with pytest.raises(ValueError, match=r"multiples of 8, got \(28, 28, 1\)"):
        presets.sngan((28, 28, 1))


def test_the_score_is_the_projection_of_the_features() -> None:
    # <embed(y), phi> + psi(phi): the scores of two labels differ by <embed(y) - embed(y'), phi>,
    # with phi from the dense layer psi of one row.
    critic = ProjectionCritic(2, weights="none", classes=3)
    x = jax.random.normal(KEY, (4, 32, 32, 1))

    @jax.jit
    def found() -> Any:
        variables = critic.init(KEY, x, labels=jnp.zeros(4, int))
        scores = [critic.apply(variables, x, labels=jnp.full(4, y)) for y in (0, 1, 7)]
        kept: Any = critic.apply(
            variables, x, labels=jnp.zeros(4, int), capture_intermediates=True, mutable=True
        )[1]
        last = kept["intermediates"]["ResidualBlock_2"]["__call__"][0]
        return variables["params"], scores, nn.relu(last).sum(axis=(1, 2))

    params, (zero, one, none), phi = found()
    rows, psi = params["embedding"]["kernel"], params["Dense_0"]["kernel"]
    np.testing.assert_allclose(none, (phi @ psi)[:, 0], rtol=1e-4)  # label 7 has no row
    np.testing.assert_allclose(zero - none, phi @ rows[0], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(one - none, phi @ rows[1], rtol=1e-3, atol=1e-4)


def test_the_score_of_the_convolutional_critic_is_the_projection_of_its_last_map() -> None:
    # As above, with phi = the leaky ReLU of the last convolution and a psi with a bias.
    critic = SNGANCritic(2, weights="none", classes=3)
    x = jax.random.normal(KEY, (4, 16, 16, 1))

    @jax.jit
    def found() -> Any:
        variables = critic.init(KEY, x, labels=jnp.zeros(4, int))
        variables = jax.tree.map(lambda leaf: 10 * leaf, variables)  # N(0, 0.02) makes scores 1e-9
        scores, kept = critic.apply(
            variables, x, labels=jnp.array([2, 0, 1, 7]), capture_intermediates=True, mutable=True
        )
        last = kept["intermediates"]["Conv_6"]["__call__"][0]
        return variables["params"], scores, nn.leaky_relu(last, 0.1).reshape(4, -1)

    params, scores, phi = found()
    rows = jnp.concatenate([params["embedding"]["kernel"], jnp.zeros((1, phi.shape[1]))])
    wanted = phi @ params["Dense_0"]["kernel"][:, 0] + (phi * rows[jnp.array([2, 0, 1, 3])]).sum(1)
    np.testing.assert_allclose(scores, wanted + params["Dense_0"]["bias"], rtol=1e-4)


# ---- self-attention


def attention(params: Any, x: np.ndarray) -> np.ndarray:
    """Eq. 1 to 3 with the maxima of the authors' code, in NumPy, pixel by pixel."""
    f, g, h, v = (params[f"Conv_{i}"]["kernel"][0, 0] for i in range(4))
    n, height, width, channels = x.shape

    def halved(y: np.ndarray) -> np.ndarray:
        parts = [y[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]
        return np.max(parts, axis=0).reshape(n, -1, y.shape[-1])

    queries, keys, values = (x @ f).reshape(n, -1, f.shape[1]), halved(x @ g), halved(x @ h)
    weights = np.exp(queries @ keys.swapaxes(1, 2))
    weights /= weights.sum(axis=2, keepdims=True)
    return x + params["scale"] * ((weights @ values) @ v).reshape(n, height, width, channels)


@pytest.mark.usefixtures("doubles")
def test_self_attention_and_its_second_derivative() -> None:
    # Oracles: NumPy for the output; central differences for the gradient of a gradient penalty.
    layer: Any = SelfAttention()
    x: Any = jax.random.normal(KEY, (2, 4, 4, 4))
    params = jax.tree.map(jnp.asarray, jax.jit(layer.init, static_argnums=2)(KEY, x, True))
    params = jax.tree.map(lambda p: p.astype(float), params["params"]) | {"scale": jnp.array(0.7)}
    found = layer.apply({"params": params}, x, True)
    np.testing.assert_allclose(found, attention(jax.tree.map(np.asarray, params), x), rtol=1e-10)

    real, fake = jax.random.normal(jax.random.key(1), (2, 2, 4, 4, 4))
    keys = jax.random.split(KEY, 2)
    flat, unflatten = ravel_pytree(params)

    @jax.jit
    @jax.value_and_grad
    def penalty(flat: jax.Array) -> jax.Array:
        def critic(x: jax.Array) -> jax.Array:
            y = layer.apply({"params": unflatten(flat)}, x, True)
            return jnp.tanh(y).reshape(2, -1).sum(axis=1)

        return GradientPenalty()(critic, real, fake, keys)

    direction = np.random.default_rng(0).normal(size=(3, len(flat)))
    slopes = [(penalty(flat + 1e-6 * d)[0] - penalty(flat - 1e-6 * d)[0]) / 2e-6 for d in direction]
    np.testing.assert_allclose(direction @ penalty(flat)[1], slopes, rtol=1e-6)


@pytest.mark.parametrize("pixels", [8, 28, 64])
def test_attention_has_one_place_in_every_size(pixels: int) -> None:
    x, z = jnp.zeros((1, pixels, pixels, 1)), jnp.zeros((1, 3))
    pair = DCGANGenerator((pixels, pixels, 1), 2, attention=True), DCGANCritic(2, attention=True)
    for module, given in zip(pair, (z, x), strict=True):
        params = shapes(module, given)[1]["params"]
        assert [name for name in params if "Attention" in name] == ["SelfAttention_0"]


@pytest.mark.parametrize(
    ("critic", "shape"),
    [
        (SNGANCritic(2, classes=3), (8, 8, 1)),
        (DCGANCritic(2, classes=3, attention=True), (8, 8, 1)),
        (ProjectionCritic(2, classes=3, attention=True), (32, 32, 1)),
    ],
    ids=["sngan", "attention", "projection"],
)
def test_each_score_depends_on_its_example_only(critic: Any, shape: tuple[int, ...]) -> None:
    x, labels = jax.random.normal(KEY, (3, *shape)), jnp.arange(3)
    options = {"labels": labels} if getattr(critic, "classes", None) else {}

    @jax.jit
    def coupling() -> jax.Array:
        variables = critic.init(KEY, x, **options)
        variables = jax.tree.map(lambda leaf: leaf + 0.1, variables)
        jacobian = jax.jacrev(lambda x: critic.apply(variables, x, train=False, **options))(x)
        return jnp.abs(jacobian).reshape(3, 3, -1).max(axis=2)

    found = coupling()
    assert (found[~np.eye(3, dtype=bool)] == 0).all()
    assert (np.diag(found) > 0).all()
