"""Spectral and weight normalization: convergence, iterations per step, nested gradients."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn
from jax.flatten_util import ravel_pytree

from jaxgan import networks as nets
from jaxgan.networks import presets
from jaxgan.networks.norms import reweight
from jaxgan.objectives import Hinge
from jaxgan.optimizers import sgd
from jaxgan.penalties import GradientPenalty
from jaxgan.study.scoring import origin_of
from jaxgan.training import Networks, Recipe, create_state, make_train_step, sample_batch
from tests.members import MEMBERS, MLP

KEY = jax.random.key(0)
NETWORKS = {
    "mlp": (nets.MLPCritic(16, 2, weights="spectral"), (2,)),
    "dcgan": (nets.DCGANCritic(4, weights="spectral"), (8, 8, 1)),
    "resnet": (nets.ResNetCritic(4, weights="spectral"), (32, 32, 3)),
    "dcgan_generator": (
        nets.DCGANGenerator((8, 8, 1), 8, attention=True, weights="spectral"),
        (5,),
    ),
}


def kernels(params: Any) -> list[jax.Array]:
    return [leaf for leaf in jax.tree.leaves(params) if leaf.ndim > 1]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_has_spectral_norm_one_after_iterations(name: str) -> None:
    # Oracle: NumPy's SVD of the kernels as [inputs, outputs] matrices; the estimates converge
    # geometrically, so after 100 iterations with fixed parameters only rounding is left.
    network, shape = NETWORKS[name]
    x = jax.random.normal(KEY, (2, *shape))
    variables = network.init(KEY, x, train=False)
    params, stats = variables["params"], variables["batch_stats"]

    def iterate(_: Any, stats: Any) -> Any:
        return network.apply(
            {"params": params, "batch_stats": stats}, x, train=True, mutable=["batch_stats"]
        )[1]["batch_stats"]

    stats = jax.jit(lambda stats: jax.lax.fori_loop(0, 100, iterate, stats))(stats)
    sigmas = sorted(
        float(leaf)
        for path, leaf in jax.tree_util.tree_leaves_with_path(stats)
        if "sigma" in jax.tree_util.keystr(path)
    )
    exact = sorted(
        np.linalg.norm(np.asarray(k).reshape(-1, k.shape[-1]), 2) for k in kernels(params)
    )
    assert len(sigmas) == len(exact)
    np.testing.assert_allclose(sigmas, exact, rtol=2e-3)


def test_weight_normalization_inside_the_nested_gradient() -> None:
    # Central differences in float64: W = g w / |w| has no state, so the loss is a function.
    with jax.enable_x64(True):
        critic, keys = nets.MLPCritic((4,), weights="weight"), jax.random.split(KEY, 5)
        real, fake = jax.random.normal(KEY, (2, 5, 2))
        flat, unflatten = ravel_pytree(critic.init(KEY, real, train=False)["params"])

        def loss(flat: jax.Array) -> jax.Array:
            def function(x: jax.Array) -> jax.Array:
                return critic.apply({"params": unflatten(flat)}, x, train=False)

            penalty = GradientPenalty()(function, real, fake, keys)
            return Hinge().critic_loss(function(real), function(fake)) + penalty

        gradient = jax.jit(jax.grad(loss))(flat)
        value = jax.jit(loss)
        differences = [(value(flat + h) - value(flat - h)) / 2e-6 for h in 1e-6 * np.eye(len(flat))]
        np.testing.assert_allclose(gradient, differences, rtol=1e-5, atol=1e-6)


def test_spectral_normalization_inside_the_nested_gradient() -> None:
    # The layer treats u and v as constants, so W / (u' W v) is a function of W. Oracle: this
    # formula written out, differentiated by JAX.
    with jax.enable_x64(True):
        critic = nets.MLPCritic((4,), weights="spectral")
        real, fake = jax.random.normal(KEY, (2, 5, 2))
        variables = critic.init(KEY, real, train=False)
        stats = variables["batch_stats"]
        keys = jax.random.split(KEY, 5)

        def normalized(kernel: jax.Array, u: jax.Array) -> jax.Array:
            v = u @ kernel.T
            v = v / jnp.linalg.norm(v)
            u = v @ kernel
            u = u / jnp.linalg.norm(u)
            u, v = jax.lax.stop_gradient((u, v))
            return kernel / (v @ kernel @ u.T)[0, 0]

        def plain(params: Any, x: jax.Array) -> jax.Array:
            for index, layer in enumerate(("Dense_0", "Dense_1")):
                u = stats[f"SpectralNorm_{index}"][f"{layer}/kernel/u"]
                x = x @ normalized(params[layer]["kernel"], u) + params[layer]["bias"][None]
                x = jax.nn.relu(x) if index == 0 else x
            return x[:, 0]

        def library(params: Any, x: jax.Array) -> jax.Array:
            return critic.apply({"params": params, "batch_stats": stats}, x, train=False)

        def loss(function: Any, params: Any) -> jax.Array:
            penalty = GradientPenalty()(lambda x: function(params, x), real, fake, keys)
            scores = function(params, real), function(params, fake)
            return Hinge().critic_loss(*scores) + penalty

        found, wanted = (
            jax.jit(jax.value_and_grad(lambda p, f=function: loss(f, p)))(variables["params"])
            for function in (library, plain)
        )
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-9), found, wanted)


def test_a_critic_step_is_one_iteration_and_the_generators_step_none() -> None:
    critic = nets.MLPCritic(8, 1, weights="spectral")
    networks, data = dataclasses.replace(MLP, critic=critic), MEMBERS["penalized"].data
    recipe = Recipe(Hinge(), sgd(0.0), sgd(0.0), (GradientPenalty(),), n_critic=3)
    state = create_state(networks, recipe, KEY, data)
    batch = sample_batch(data, KEY, n_critic=3, batch_size=4)
    new, _ = jax.jit(make_train_step(networks, recipe))(state, batch)
    kernel = state.critic.params["Dense_0"]["kernel"]
    u = state.critic.stats["batch_stats"]["SpectralNorm_0"]["Dense_0/kernel/u"]
    for _ in range(3):
        v = u @ kernel.T
        u = v @ kernel / jnp.linalg.norm(v @ kernel)
    moved = new.critic.stats["batch_stats"]["SpectralNorm_0"]["Dense_0/kernel/u"]
    np.testing.assert_allclose(moved, u, rtol=1e-4)


class SpectralGenerator(nn.Module):
    """A dense layer with spectral normalization."""

    @nn.compact
    def __call__(self, latent: jax.Array, train: bool) -> jax.Array:
        return reweight(nn.Dense(2), "spectral", train=train)(latent)


def test_a_generator_step_is_one_iteration_and_the_critics_steps_none() -> None:
    # As batch statistics: kept from the generator's own step, and averaged with its parameters.
    networks = dataclasses.replace(MLP, generator=SpectralGenerator())
    recipe = Recipe(Hinge(), sgd(0.0), sgd(0.0), n_critic=3, average=0.75)
    data = MEMBERS["penalized"].data
    state = create_state(networks, recipe, KEY, data)
    batch = sample_batch(data, KEY, n_critic=3, batch_size=4)
    new, _ = jax.jit(make_train_step(networks, recipe))(state, batch)
    kernel = state.generator.params["Dense_0"]["kernel"]

    def u(stats: Any) -> jax.Array:
        return stats["batch_stats"]["SpectralNorm_0"]["Dense_0/kernel/u"]

    before = u(state.generator.stats)
    moved = before @ kernel.T @ kernel
    moved = moved / jnp.linalg.norm(moved)
    np.testing.assert_allclose(u(new.generator.stats), moved, rtol=1e-4)
    np.testing.assert_allclose(u(new.average), 0.75 * before + 0.25 * moved, rtol=1e-4)
    assert origin_of(new).batch_norm == "none"  # the collection has no moments


BOTH = {"classes": 3, "generator_weights": "spectral"}


@pytest.mark.parametrize(
    "pair",
    [
        presets.sngan_resnet((32, 32, 3), 8, 8, 4, attention=True, **BOTH),
        presets.resnet((32, 32, 3), 8, 4, critic_weights="spectral", **BOTH),
    ],
    ids=["sagan", "resnet"],
)
def test_every_layer_of_both_networks_is_normalized(pair: Networks) -> None:
    # Section 4.1 of Zhang et al. and generator.py of their code: every convolution and dense layer,
    # those of self-attention too; not the scales and offsets of the classes.
    labels = jnp.zeros(1, int)
    for module, shape in ((pair.generator, (1, 4)), (pair.critic, (1, 32, 32, 3))):
        init = functools.partial(module.init, train=False, labels=labels)
        variables = jax.eval_shape(init, KEY, jnp.zeros(shape))
        stats = jax.tree_util.tree_leaves_with_path(variables["batch_stats"])
        sigmas = [path for path, _ in stats if path[-1].key.endswith("kernel/sigma")]
        paths = jax.tree_util.tree_leaves_with_path(variables["params"])
        layers = [path for path, _ in paths if path[-1].key == "kernel"]
        assert len(sigmas) == len(layers) > 4
