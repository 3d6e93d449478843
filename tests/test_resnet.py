"""The residual networks against NumPy code that follows the paper's code layer by layer."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import recipes
from jaxgan.networks import ResNetCritic, ResNetGenerator, presets
from jaxgan.training import Dataset, create_state, make_train_step, sample_batch

KEY = jax.random.key(0)
LATENT = jnp.zeros((1, 128))
IMAGE = jnp.zeros((1, 32, 32, 3))


def shapes(module: Any, x: jax.Array) -> Any:
    return jax.eval_shape(module.init, KEY, x)["params"]


def initial(module: Any, x: jax.Array) -> Any:
    """Parameters and statistics, all perturbed, so that a missing bias or scale is detected."""
    rng = np.random.default_rng(0)
    variables = jax.jit(module.init)(KEY, x)
    return jax.tree.map(lambda x: np.asarray(x) + rng.uniform(-0.5, 0.5, x.shape), variables)


def relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def conv(x: np.ndarray, layer: Any) -> np.ndarray:
    """Cross-correlation with zero padding, as a sum over the positions of the kernel."""
    size, (_, height, width, _) = len(layer["kernel"]), x.shape
    edge = size // 2
    x = np.pad(x, ((0, 0), (edge, edge), (edge, edge), (0, 0)))
    places = [(i, j) for i in range(size) for j in range(size)]
    return layer["bias"] + sum(
        x[:, i : i + height, j : j + width] @ layer["kernel"][i, j] for i, j in places
    )


def pool(x: np.ndarray) -> np.ndarray:
    return (x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]) / 4


def upsample(x: np.ndarray) -> np.ndarray:
    """Depth to space of four copies, as in the paper's code."""
    n, height, width, features = x.shape
    x = np.concatenate([x, x, x, x], axis=3).reshape(n, height, width, 2, 2, features)
    return x.transpose(0, 1, 3, 2, 4, 5).reshape(n, 2 * height, 2 * width, features)


def batch_norm(x: np.ndarray, layer: Any, statistics: Any, train: bool) -> np.ndarray:
    mean, var = statistics["mean"], statistics["var"]
    if train:
        mean, var = x.mean((0, 1, 2)), x.var((0, 1, 2))
    return layer["scale"] * (x - mean) / np.sqrt(var + 1e-5) + layer["bias"]


def layer_norm(x: np.ndarray, layer: Any) -> np.ndarray:
    mean, var = x.mean((1, 2, 3), keepdims=True), x.var((1, 2, 3), keepdims=True)
    return layer["scale"] * (x - mean) / np.sqrt(var + 1e-5) + layer["bias"]


@pytest.mark.parametrize("train", [True, False])
def test_the_generator_is_that_of_the_papers_code(train: bool) -> None:
    # Oracle: Generator, ResidualBlock and UpsampleConv of gan_cifar_resnet.py in NumPy.
    generator = ResNetGenerator((32, 32, 3), 2)
    z = np.random.default_rng(1).normal(size=(3, 5))
    variables = initial(generator, jnp.zeros((1, 5)))
    params, statistics = variables["params"], variables["batch_stats"]

    def norm(x: np.ndarray, place: Any, moments: Any, name: str) -> np.ndarray:
        return relu(batch_norm(x, place[name], moments[name], train))

    x = (z @ params["Dense_0"]["kernel"] + params["Dense_0"]["bias"]).reshape(3, 4, 4, 2)
    for block in ("ResidualBlock_0", "ResidualBlock_1", "ResidualBlock_2"):
        p, s = params[block], statistics[block]
        y = conv(upsample(norm(x, p, s, "BatchNorm_0")), p["Conv_0"])
        y = conv(norm(y, p, s, "BatchNorm_1"), p["Conv_1"])
        x = conv(upsample(x), p["Conv_2"]) + y
    wanted = np.tanh(conv(norm(x, params, statistics, "BatchNorm_0"), params["Conv_0"]))

    found = jax.jit(lambda v, z: generator.apply(v, z, train, mutable=["batch_stats"])[0])(
        variables, jnp.asarray(z, jnp.float32)
    )
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("norm", ["none", "layer"])
def test_the_critic_is_that_of_the_papers_code(norm: Any) -> None:
    # Oracle: Discriminator and its blocks of gan_cifar_resnet.py in NumPy.
    critic = ResNetCritic(2, norm)
    image = np.random.default_rng(1).normal(size=(3, 32, 32, 3))
    params = initial(critic, IMAGE)["params"]

    def normal(x: np.ndarray, place: Any, name: str) -> np.ndarray:
        return relu(layer_norm(x, place[name]["LayerNorm_0"]) if norm == "layer" else x)

    p = params["FirstBlock_0"]
    y = pool(conv(relu(conv(image, p["Conv_0"])), p["Conv_1"]))
    x = conv(pool(image), p["Conv_2"]) + y
    for block in ("ResidualBlock_0", "ResidualBlock_1", "ResidualBlock_2"):
        p = params[block]
        y = conv(normal(x, p, "LayerNorm_0"), p["Conv_0"])
        y = conv(normal(y, p, "LayerNorm_1"), p["Conv_1"])
        x = pool(conv(x, p["Conv_2"])) + pool(y) if block == "ResidualBlock_0" else x + y
    dense = params["Dense_0"]
    wanted = (relu(x).mean((1, 2)) @ dense["kernel"] + dense["bias"])[:, 0]

    found = jax.jit(critic.apply)({"params": params}, jnp.asarray(image, jnp.float32))
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_parameter_counts_equal_the_papers() -> None:
    # gan_cifar_resnet.py without labels: its layers of width 128, summed by hand.
    pair = presets.resnet((32, 32, 3))
    found = [shapes(pair.generator, LATENT), shapes(pair.critic, IMAGE)]
    counts = [sum(leaf.size for leaf in jax.tree.leaves(params)) for params in found]
    assert counts == [1_204_483, 1_053_825]


def test_initial_weights_are_within_the_bounds_of_the_papers_code() -> None:
    # tflib: uniform with variance 4 / (fan_in + fan_out) in 3 x 3 convolutions; half of that in
    # shortcuts, dense layers and Generator.Output (he_init=False). The biases are 0.
    critic, generator = ResNetCritic(64), ResNetGenerator((32, 32, 3), 64)
    made = {
        "critic": jax.jit(critic.init)(KEY, IMAGE)["params"],
        "generator": jax.jit(generator.init)(KEY, LATENT)["params"],
    }
    for path, leaf in jax.tree_util.tree_leaves_with_path(made):
        name = jax.tree_util.keystr(path, simple=True, separator="/")
        if name.endswith("kernel"):
            *places, inward, outward = leaf.shape
            he = places == [3, 3] and name != "generator/Conv_0/kernel"
            variance = (4 if he else 2) / (np.prod(places) * (inward + outward))
            bound = np.sqrt(3 * variance)
            np.testing.assert_allclose(jnp.abs(leaf).max(), bound, rtol=0.05, err_msg=name)
        if name.endswith("bias"):
            assert not leaf.any(), name


@pytest.mark.slow
def test_a_step_of_wgan_gp_is_finite() -> None:
    pair, recipe = presets.resnet((32, 32, 1), width=2, latent=3), recipes.wgan_gp(n_critic=1)
    data = Dataset(jnp.asarray(np.random.default_rng(0).integers(0, 256, (8, 32, 32, 1)), "uint8"))
    state = create_state(pair, recipe, KEY, data)
    batch = sample_batch(data, KEY, n_critic=1, batch_size=2)
    new, metrics = jax.jit(make_train_step(pair, recipe))(state, batch)
    params = jax.tree.leaves((new.generator.params, new.critic.params))
    assert all(np.isfinite(value).all() for value in [*metrics.values(), *params])


@pytest.mark.parametrize("shape", [(28, 28, 1), (2,), (32, 32)])
def test_other_shapes_are_refused_at_once(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\[32, 32, channels\], got .* use dcgan"):
        presets.resnet(shape)


def test_the_critic_refuses_other_sizes() -> None:
    with pytest.raises(ValueError, match=r"got \(64, 64, 3\)"):
        shapes(ResNetCritic(2), jnp.zeros((1, 64, 64, 3)))
