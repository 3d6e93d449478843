"""Calls of Flax modules; no other file calls one."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn
from jaxtyping import Array, Key

from jaxgan.training.keys import MASK
from jaxgan.types import Networks, Variables

__all__ = ["apply", "fakes", "initialize", "parameters_of", "scores_and_features"]


@functools.cache
def parameters_of(kind: type[nn.Module]) -> Mapping[str, inspect.Parameter]:
    """The parameters of a module's `__call__`, by name."""
    return inspect.signature(kind.__call__).parameters


def initialize(module: nn.Module, key: Key[Array, ""], x: Array, labels: Array | None) -> Variables:
    """All collections of a module; `params` is present even if it is empty."""
    return {"params": {}, **module.init(key, x, **_options(module, labels, train=False))}


def apply(
    module: nn.Module,
    variables: Variables,
    x: Array,
    labels: Array | None,
    *,
    train: bool,
    keys: Key[Array, " batch"] | None = None,
    axis_name: str | None = None,
    dtype: str | None = None,
) -> tuple[Array, Variables]:
    """The output of a module and its statistics, which change only in training.

    Batch statistics are those of the whole batch, even if it is split over `axis_name`. Dropout
    draws each example's mask from its own key. With a `dtype` the module computes in that type;
    output and statistics keep the precision of `x`.
    """
    options: dict[str, Any] = {"train": train, "keys": keys, "axis_name": axis_name}
    output, moved, _ = _apply(module, variables, x, labels, dtype=dtype, **options)
    return output, moved


def scores_and_features(
    module: nn.Module, variables: Variables, x: Array, labels: Array | None, **options: Any
) -> tuple[Array, Array | None]:
    """The scores of a critic and the input of its last dense layer, if there is one."""
    scores, _, features = _apply(module, variables, x, labels, **options)
    return scores, features


def _apply(
    module: nn.Module,
    variables: Variables,
    x: Array,
    labels: Array | None,
    *,
    train: bool,
    keys: Key[Array, " batch"] | None,
    axis_name: str | None,
    dtype: str | None = None,
) -> tuple[Array, Variables, Array | None]:
    given = x.dtype
    if dtype is not None:
        x = x.astype(dtype)
        params = jax.tree.map(lambda param: param.astype(dtype), variables["params"])
        variables = {**variables, "params": params}
    stats = {name: value for name, value in variables.items() if name != "params"}
    options = _options(module, labels, train=train)
    watch = _Watch(keys, axis_name)
    with nn.intercept_methods(watch):
        output, moved = module.apply(variables, x, mutable=list(stats) if train else [], **options)
    features = None if watch.features is None else watch.features.astype(given)
    return output.astype(given), {**stats, **moved}, features


def fakes(
    networks: Networks,
    variables: Variables,
    keys: Key[Array, " batch"],
    labels: Array | None,
    **options: Any,
) -> tuple[Array, Variables]:
    """One fake per key, and the statistics of the generator; the options are those of `apply`."""
    latent = jax.vmap(networks.latent)(keys)
    masks = jax.vmap(jax.random.fold_in, (0, None))(keys, MASK)
    return apply(networks.generator, variables, latent, labels, keys=masks, **options)


def _options(module: nn.Module, labels: Array | None, *, train: bool) -> dict[str, Any]:
    given = {"labels": labels, "train": train}
    return {name: given[name] for name in given if name in parameters_of(type(module))}


@dataclasses.dataclass
class _Watch:
    """Intercepts the calls of a module's layers, so that networks know nothing about devices.

    It gives batch normalization the mapped axis and dropout one key per example, and keeps the
    input of the last dense layer.
    """

    keys: Key[Array, " batch"] | None
    axis_name: str | None
    features: Array | None = None

    def __call__(
        self,
        method: Callable[..., Any],
        args: Any,
        kwargs: Any,
        context: nn.module.InterceptorContext,
    ) -> Any:
        module = context.module
        if context.method_name != "__call__":
            return method(*args, **kwargs)
        if isinstance(module, nn.BatchNorm) and self.axis_name:
            object.__setattr__(module, "axis_name", self.axis_name)
        if isinstance(module, nn.Dropout) and self.keys is not None:
            return _drop(module, self.keys, *args, **kwargs)
        if isinstance(module, nn.Dense):
            self.features = args[0]
        return method(*args, **kwargs)


def _drop(
    module: nn.Dropout, keys: Key[Array, " batch"], x: Array, deterministic: bool | None = None
) -> Array:
    """Flax's dropout with a mask per example; each layer folds its path into the keys."""
    off = nn.merge_param("deterministic", module.deterministic, deterministic)
    if off or module.rate == 0:
        return x
    layer = zlib.crc32("/".join(module.path).encode())
    shape = [1 if axis in module.broadcast_dims else size for axis, size in enumerate(x.shape)][1:]

    def mask(key: Array) -> Array:
        return jax.random.bernoulli(jax.random.fold_in(key, layer), 1 - module.rate, shape)

    return jnp.where(jax.vmap(mask)(keys), x / (1 - module.rate), 0)
