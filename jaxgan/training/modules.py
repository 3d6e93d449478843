"""Calls of Flax modules; no other file calls one."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import flax.errors
import jax
from flax import linen as nn
from jaxtyping import Array, Key

from jaxgan.networks.conditional import takes_labels
from jaxgan.networks.packed import pack_size
from jaxgan.training.interceptor import FEATURES, INPUTS, Interceptor
from jaxgan.training.keys import MASK
from jaxgan.types import Networks, Variables

__all__ = ["apply", "fakes", "initialize", "parameters_of", "scores_and_features"]


@functools.cache
def parameters_of(kind: type[nn.Module]) -> Mapping[str, inspect.Parameter]:
    """The parameters of a module's `__call__`, by name."""
    return inspect.signature(kind.__call__).parameters


def initialize(module: nn.Module, key: Key[Array, ""], x: Array, labels: Array | None) -> Variables:
    """All collections of a module; `params` is present even if it is empty."""
    with _intercepted(module, Interceptor(train=False)):
        variables = module.init(key, x, **_options(module, labels, train=False))
    kept = {name: value for name, value in variables.items() if name not in (FEATURES, INPUTS)}
    return {"params": {}, **kept}


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
    draws each example's mask from its own key, and is off without keys. With a `dtype` the module
    computes in that type; output and statistics keep the precision of `x`.
    """
    given = x.dtype
    if dtype is not None:
        x = x.astype(dtype)
        params = jax.tree.map(lambda param: param.astype(dtype), variables["params"])
        variables = {**variables, "params": params}
    stats = {name: value for name, value in variables.items() if name != "params"}
    options = _options(module, labels, train=train)
    with _intercepted(module, Interceptor(train, _of_packs(module, keys), axis_name)):
        output, moved = module.apply(variables, x, mutable=list(stats) if train else [], **options)
    return output.astype(given), {**stats, **moved}


def scores_and_features(
    module: nn.Module,
    variables: Variables,
    x: Array,
    labels: Array | None,
    *,
    train: bool,
    keys: Key[Array, " batch"] | None,
    axis_name: str | None,
) -> tuple[Array, Array | None]:
    """The scores of a critic, and its features if they are known.

    Features are what the critic stores with `self.sow("features", "last", x)`, or else the input
    of the dense layer that was called last, if that has one output.
    """
    stats = [name for name in variables if name != "params"] if train else []
    interceptor = Interceptor(train, _of_packs(module, keys), axis_name)
    with _intercepted(module, interceptor):
        scores, moved = module.apply(
            variables,
            x,
            mutable=[*stats, FEATURES, INPUTS],
            **_options(module, labels, train=train),
        )
    return scores, _features(dict(moved), interceptor.last)


def _features(moved: Variables, last: tuple[tuple[str, ...], int] | None) -> Array | None:
    given = jax.tree.leaves(moved.get(FEATURES, {}))
    if len(given) > 1:
        raise ValueError(f"the critic stores {len(given)} arrays of features: store one")
    if given or last is None or last[1] != 1:
        return given[0] if given else None
    inputs = moved.get(INPUTS, {})
    for name in (*last[0], "x"):
        inputs = inputs.get(name, {})
    return inputs if isinstance(inputs, jax.Array) else None


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


def _of_packs(module: nn.Module, keys: Key[Array, " batch"] | None) -> Array | None:
    """One key per score: that of the first example of a pack."""
    m = pack_size(module)
    return keys if keys is None or m == 1 else keys[::m]


def _options(module: nn.Module, labels: Array | None, *, train: bool) -> dict[str, Any]:
    """The arguments that a module's `__call__` declares; no labels for one without classes."""
    given = {"train": train, "training": train, "deterministic": not train}
    given |= {"labels": labels} if takes_labels(module) else {}
    return {name: given[name] for name in given if name in parameters_of(type(module))}


@contextmanager
def _intercepted(module: nn.Module, interceptor: Interceptor) -> Iterator[None]:
    """Calls layers through the interceptor, and explains missing random numbers."""
    try:
        with nn.intercept_methods(interceptor):
            yield
    except flax.errors.InvalidRngError as error:
        raise ValueError(
            f"{type(module).__name__} draws random numbers with make_rng, as the dropout of "
            "attention does: one key for the batch would give other numbers on more devices. Use "
            "flax.linen.Dropout, which gets a key per example"
        ) from error
