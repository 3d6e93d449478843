"""The number of floating-point operations of a train step, independent of the implementation."""

from __future__ import annotations

from math import prod
from typing import Any

import jax

from jaxgan.training import Networks, Recipe

__all__ = ["flops_of_step"]


def flops_of_step(networks: Networks, recipe: Recipe, batch: int) -> int:
    """Additions and multiplications in the matrix products and convolutions of one generator step.

    G and C are the operations of a forward pass of generator and critic, g and c those of their
    first layers, whose inputs need no gradient. A critic step needs G for its fakes and
    2 (3 C - c) for scores and gradients of real and fake; a gradient penalty adds 2 C for the
    gradient with respect to the input and 2 C for the backward pass through it (a ReLU critic has
    no other second derivative). The generator step needs 3 G - g and 2 C for each of its batches.
    Padding is counted like data, as usual.
    """
    key = jax.random.key(0)
    one = jax.eval_shape(networks.latent, key)
    latent = jax.ShapeDtypeStruct((batch, *one.shape), one.dtype)
    variables = jax.eval_shape(networks.generator.init, key, latent)
    fake = jax.eval_shape(networks.generator.init_with_output, key, latent)[0]
    generator = _products(
        lambda v, z: networks.generator.apply(v, z, mutable=True), variables, latent
    )
    of_critic = jax.eval_shape(networks.critic.init, key, fake)
    critic = _products(networks.critic.apply, of_critic, fake)
    g, c = sum(generator), sum(critic)
    n_critic = recipe.critic_steps(0)
    penalty = 4 * c if recipe.penalties else 0
    of_generator = recipe.generator_batches * (3 * g - generator[0] + 2 * c)
    return n_critic * (g + 6 * c - 2 * critic[0] + penalty) + of_generator


def _products(function: Any, *arguments: Any) -> list[int]:
    """The operations of each matrix product and each convolution, in order."""
    return [
        2 * _multiplications(equation)
        for equation in jax.make_jaxpr(function)(*arguments).jaxpr.eqns
        if equation.primitive.name in ("dot_general", "convolution_face")
    ]


def _multiplications(equation: Any) -> int:
    first, second = (variable.aval for variable in equation.invars)
    (result,) = (variable.aval for variable in equation.outvars)
    if equation.primitive.name == "dot_general":
        ((contracted, _), _) = equation.params["dimension_numbers"]
        return result.size * prod(first.shape[i] for i in contracted)
    places, kernel = (result, second) if equation.params["role"] == "output" else (second, first)
    return prod(places.shape[:-1]) * kernel.size
