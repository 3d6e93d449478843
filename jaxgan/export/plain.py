"""The program of an export: without jaxgan's own primitive, for batches of any size."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import export
from jaxtyping import Array

from jaxgan.export.generator import Generator
from jaxgan.networks import Conv, ConvTranspose, Dense
from jaxgan.training.modules import apply

__all__ = ["input_types", "plain"]

FLAX: dict[type[nn.Module], type[nn.Module]] = {
    Conv: nn.Conv,
    ConvTranspose: nn.ConvTranspose,
    Dense: nn.Dense,
}
OWN = ("parent", "name", "conv_general_dilated", "dot_general", "promote_dtype")
"""Fields of a layer that are not taken over."""


def plain(generator: Generator) -> Callable[..., Array]:
    """A generator whose linear layers are Flax's, of the same fields and parameters.

    They trace to operations of `jax.lax`, which every runtime knows and which take a batch of
    unknown size; jaxgan's own primitive plans its products for one size.

    Args:
        generator: the generator.

    Returns:
        A function of latents, and of labels if the generator uses them.

    >>> import jax
    >>> from jaxgan import recipes
    >>> from jaxgan.networks import presets
    >>> from jaxgan.training import Dataset, Setup, create_state
    >>> digits = Dataset(jax.numpy.zeros((64, 8, 8, 1), "uint8"))
    >>> setup = Setup(presets.dcgan((8, 8, 1), width=2), recipes.wgan_gp(), digits)
    >>> state = create_state(setup.networks, setup.recipe, jax.random.key(0), digits)
    >>> generator = Generator.of(setup, state)
    >>> program = str(jax.make_jaxpr(plain(generator))(generator.draw(jax.random.key(0), 2)))
    >>> "conv_general_dilated" in program, "convolution_face" in program
    (True, False)
    """
    networks, variables = generator.networks, generator.variables

    def examples(latents: Array, *labels: Array) -> Array:
        given = labels[0] if labels else None
        with nn.intercept_methods(_with_flax):
            return apply(networks.generator, variables, latents, given, train=False)[0]

    return examples


def input_types(generator: Generator) -> dict[str, jax.ShapeDtypeStruct]:
    """The inputs of a program for a batch of any size.

    Args:
        generator: the generator.

    Returns:
        `latents`, `[batch, size]`, and `labels`, `[batch]`, if the generator uses them.

    Raises:
        ValueError: the generator's module needs a batch of one size.
    """
    (batch,) = export.symbolic_shape("batch")
    inputs = {"latents": jax.ShapeDtypeStruct((batch, generator.latent_size), jnp.float32)}
    if generator.classes:
        inputs["labels"] = jax.ShapeDtypeStruct((batch,), jnp.int32)
    try:
        jax.eval_shape(plain(generator), *inputs.values())
    except (TypeError, ValueError) as error:
        name = type(generator.networks.generator).__name__
        raise ValueError(
            f"{name} cannot be traced for a batch of unknown size ({error}): in its __call__ write "
            "x.shape[0] instead of len(x), and -1 for the batch in reshape"
        ) from error
    return inputs


def _with_flax(call: Any, args: Any, kwargs: Any, context: nn.module.InterceptorContext) -> Any:
    """Calls Flax's layer instead of one of jaxgan's."""
    layer = context.module
    for ours, theirs in FLAX.items():
        if isinstance(layer, ours) and context.method_name == "__call__":
            names = [field.name for field in dataclasses.fields(theirs) if field.init]  # pyright: ignore[reportArgumentType]
            fields = {name: getattr(layer, name) for name in names if name not in OWN}
            variables = {"params": layer.variables["params"]}
            return theirs(**fields, parent=None).apply(variables, *args, **kwargs)
    return call(*args, **kwargs)
