"""The only place that calls a Flax module."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import jax
from flax import linen as nn
from jaxtyping import Array, Key

from jaxgan.training.recipe import Networks
from jaxgan.types import Variables

__all__ = ["apply", "generate", "initialize", "parameters_of"]


@functools.cache
def parameters_of(kind: type[nn.Module]) -> Mapping[str, inspect.Parameter]:
    """What a module's `__call__` declares, by name."""
    return inspect.signature(kind.__call__).parameters


def initialize(module: nn.Module, key: Key[Array, ""], x: Array, labels: Array | None) -> Variables:
    """All collections of a module; `params` is there even if it is empty."""
    return {"params": {}, **module.init(key, x, **_options(module, labels, train=False))}


def apply(
    module: nn.Module,
    variables: Variables,
    x: Array,
    labels: Array | None,
    *,
    train: bool,
    axis_name: str | None = None,
    dtype: str | None = None,
) -> tuple[Array, Variables]:
    """The output of a module and its statistics, which move only in training.

    Batch statistics are those of the whole batch, also where it is split over `axis_name`. With a
    `dtype` the module computes in it, and output and statistics keep the precision of `x`.
    """
    given = x.dtype
    if dtype is not None:
        x = x.astype(dtype)
        params = jax.tree.map(lambda param: param.astype(dtype), variables["params"])
        variables = {**variables, "params": params}
    stats = {name: value for name, value in variables.items() if name != "params"}
    options = _options(module, labels, train=train)
    with nn.intercept_methods(functools.partial(_over_devices, axis_name)):
        output, moved = module.apply(variables, x, mutable=list(stats) if train else [], **options)
    return output.astype(given), {**stats, **moved}


def generate(
    networks: Networks,
    variables: Variables,
    keys: Key[Array, " batch"],
    labels: Array | None,
    **options: Any,
) -> tuple[Array, Variables]:
    """One fake per key, and the statistics of the generator; the options are those of `apply`."""
    latent = jax.vmap(networks.latent)(keys)
    return apply(networks.generator, variables, latent, labels, **options)


def _options(module: nn.Module, labels: Array | None, *, train: bool) -> dict[str, Any]:
    given = {"labels": labels, "train": train}
    return {name: given[name] for name in given if name in parameters_of(type(module))}


def _over_devices(
    axis_name: str | None,
    method: Callable[..., Any],
    args: Any,
    kwargs: Any,
    context: nn.module.InterceptorContext,
) -> Any:
    """Tells every batch normalization of a module over which axis its batch is split."""
    if axis_name and isinstance(context.module, nn.BatchNorm):
        object.__setattr__(context.module, "axis_name", axis_name)
    return method(*args, **kwargs)
