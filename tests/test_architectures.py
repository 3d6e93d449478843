"""The seven architectures of WGAN-GP's Figure 2, against the layers of gan_64x64.py."""

from __future__ import annotations

import itertools
from typing import Any, get_args

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.networks import BottleneckCritic, DCGANCritic, presets
from jaxgan.networks.bottleneck import BottleneckBlock
from jaxgan.networks.presets.wgan_gp import Variant

pytestmark = pytest.mark.usefixtures("unchecked_types")
KEY = jax.random.key(0)
VARIANTS = get_args(Variant)


def shapes(module: Any, x: Any) -> Any:
    options = {} if module.classes is None else {"labels": jnp.zeros(len(x), int)}
    return jax.eval_shape(lambda: module.init_with_output(KEY, x, **options))


def count(module: Any, x: Any) -> int:
    return sum(leaf.size for leaf in jax.tree.leaves(shapes(module, x)[1]["params"]))


def layers(window: int, *channels: int, wide: int = 1, joined: int = 0) -> int:
    """Weights and biases of a chain of layers; `wide` times the outputs before each activation.

    `joined` channels are appended to the input of every layer.
    """
    pairs = itertools.pairwise(channels)
    return sum(window * (i + joined) * o * wide + o * wide for i, o in pairs)


NORMS = 2 * (512 + 256 + 128 + 64), 2 * (512 + 256 + 128)


def counts(variant: str, joined: int = 0) -> tuple[int, int]:
    """Generator and critic of 64 pixels, DIM 64 and z 128, written out from gan_64x64.py.

    A dense layer to 4 x 4, 5 x 5 convolutions; two numbers per channel of a normalization.
    """
    wide = 2 if variant == "gated" else 1
    down, flat = (25, 3, 64, 128, 256, 512), (1, 8192, 1)
    critic = layers(*down, wide=wide, joined=joined) + layers(*flat, joined=joined)
    critic += 0 if variant == "unnormalized" else wide * NORMS[1]
    if variant == "constant":
        first, up = layers(1, 128, 1024, joined=joined), (25, 64, 64, 64, 64, 3)
        return first + layers(*up, joined=joined), critic
    if variant == "mlp":
        first = layers(1, 128, 512, joined=joined)
        return first + layers(1, 512, 512, 512, 512, 64 * 64 * 3), critic
    generator = layers(1, 128, 8192, wide=wide, joined=joined)
    generator += layers(25, 512, 256, 128, 64, wide=wide, joined=joined)
    generator += layers(25, 64, 3, joined=joined)
    return generator + (0 if variant == "unnormalized" else wide * NORMS[0]), critic


@pytest.mark.parametrize("classes", [None, 10])
@pytest.mark.parametrize("variant", [one for one in VARIANTS if one != "resnet"])
def test_parameter_counts_are_those_of_the_papers_code(variant: Any, classes: Any) -> None:
    # With ten classes every layer has ten more inputs, of the perceptron the first only.
    pair = presets.wgan_gp_architectures((64, 64, 3), variant, classes=classes)
    found = (
        count(pair.generator, jnp.zeros((1, 128))),
        count(pair.critic, jnp.zeros((1, 64, 64, 3))),
    )
    assert found == counts(variant, classes or 0)


def test_the_residual_networks_have_101_layers() -> None:
    # Paths through the branches: every kernel but those of the shortcuts.
    pair = presets.wgan_gp_architectures((64, 64, 3), "resnet")
    for module, x in (
        (pair.generator, jnp.zeros((1, 128))),
        (pair.critic, jnp.zeros((1, 64, 64, 3))),
    ):
        params = shapes(module, x)[1]["params"]
        names = [
            jax.tree_util.keystr(path, simple=True, separator="/")
            for path, _ in jax.tree_util.tree_leaves_with_path(params)
        ]
        kernels = [name for name in names if name.endswith("kernel") and "shortcut" not in name]
        assert len(kernels) == 101


def test_classes_of_the_residual_networks_are_scales_offsets_and_an_embedding() -> None:
    # Nine more scales and offsets per channel of each block's normalization: with depth 1, blocks
    # of 8 (4 x 4), 8 to 4 (8 x 8), 4, 4 to 2 (16 x 16). An embedding of 10 * 4 * 4 * 8.
    modules, z, x = [], jnp.zeros((1, 3)), jnp.zeros((1, 16, 16, 1))
    for classes in (None, 10):
        options = {"width": 4, "latent": 3, "classes": classes}
        pair: Any = presets.wgan_gp_architectures((16, 16, 1), "resnet", **options)
        modules.append([one.clone(depth=1) for one in (pair.generator, pair.critic)])
    (generator, critic), (of_classes, critic_of_classes) = modules
    assert count(of_classes, z) - count(generator, z) == 9 * 2 * (8 + 4 + 4 + 2)
    assert count(critic_of_classes, x) - count(critic, x) == 10 * 4 * 4 * 8


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("pixels", [16, 28, 32])
def test_every_architecture_has_every_size(variant: Any, pixels: int) -> None:
    shape = (pixels, pixels, 1)
    pair = presets.wgan_gp_architectures(shape, variant, width=2, latent=3)
    modules: Any = (pair.generator, pair.critic)
    if variant == "resnet":
        modules = [module.clone(depth=1) for module in modules]
    assert shapes(modules[0], jnp.zeros((5, 3)))[0].shape == (5, *shape)
    assert shapes(modules[1], jnp.zeros((5, *shape)))[0].shape == (5,)


def test_kernels_start_as_in_the_papers_code() -> None:
    # gan_64x64.py: set_weights_stdev(0.02) is uniform with this deviation in the DCGAN networks.
    # The sample variance of n uniform numbers deviates by 0.9 / sqrt(n) of it.
    critic = presets.wgan_gp_architectures((16, 16, 1), width=16).critic
    params = jax.jit(critic.init)(KEY, jnp.zeros((1, 16, 16, 1)))["params"]
    kernel = params["Conv_1"]["kernel"]
    np.testing.assert_allclose(kernel.var(), 0.02**2, rtol=5 * 0.9 / np.sqrt(kernel.size))
    assert float(jnp.abs(kernel).max()) <= 0.02 * np.sqrt(3)
    normal = DCGANCritic(16, initial="normal")
    kernel = jax.jit(normal.init)(KEY, jnp.zeros((1, 16, 16, 1)))["params"]["Conv_1"]["kernel"]
    np.testing.assert_allclose(kernel.std(), 0.02, rtol=5 / np.sqrt(2 * kernel.size))
    assert float(jnp.abs(kernel).max()) > 0.02 * np.sqrt(3)


def test_a_bottleneck_is_the_formula() -> None:
    # Oracle: NumPy; the 1 x 1 convolutions are products. With one pixel per map the 3 x 3
    # convolution with padding is its central tap.
    x = np.random.default_rng(0).normal(size=(3, 1, 1, 4)).astype(np.float32)
    block = BottleneckBlock(4, "none")
    params = block.init(KEY, jnp.asarray(x), True)["params"]
    narrow, middle, wide = (np.asarray(params[f"Conv_{i}"]["kernel"]) for i in range(3))
    y = np.maximum(np.maximum(x, 0) @ narrow[0, 0], 0) @ middle[1, 1]
    wanted = x + 0.3 * (np.maximum(y, 0) @ wide[0, 0])
    found: Any = block.apply({"params": params}, jnp.asarray(x), True)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)
    assert narrow.shape == (1, 1, 4, 2)


@pytest.mark.parametrize(
    "critic", [DCGANCritic(2, "layer", activation="gated"), BottleneckCritic(2, depth=1, classes=3)]
)
def test_each_score_depends_on_its_example_only(critic: Any) -> None:
    x = jax.random.normal(KEY, (3, 16, 16, 1))
    options = {} if critic.classes is None else {"labels": jnp.arange(3)}

    @jax.jit
    def coupling() -> jax.Array:
        variables = critic.init(KEY, x, **options)
        jacobian = jax.jacrev(lambda x: critic.apply(variables, x, **options))(x)
        return jnp.abs(jacobian).reshape(3, 3, -1).max(axis=2)

    found = coupling()
    assert (found[~np.eye(3, dtype=bool)] == 0).all()
    assert (np.diag(found) > 0).all()
