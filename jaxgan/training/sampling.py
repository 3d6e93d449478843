"""Outputs of trained networks: examples of the generator, scores of the critic."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import flax.errors
import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float, Key

from jaxgan.training.kept import keep_programs
from jaxgan.training.keys import check_key
from jaxgan.training.modules import apply, fakes
from jaxgan.training.parts import check_parts
from jaxgan.training.state import TrainState
from jaxgan.types import Networks, Variables, check_number

__all__ = ["generate", "sample", "score"]


def sample(
    networks: Networks,
    state: TrainState,
    key: Key[Array, ""],
    n: int,
    labels: Array | None = None,
) -> Array:
    """Generates n examples with the moving average where the state has one.

    Batch normalization uses its running statistics, so an example does not depend on the others.

    Args:
        networks: the networks of the state.
        state: a trained state.
        key: the key of the latents; it is split into one key per example.
        n: number of examples.
        labels: `[n]` labels for a conditional generator.

    Returns:
        `[n, ...]` examples in the units of the training batches: [-1, 1] for images.

    Raises:
        TypeError: networks or state have another type, or n is not a number.
        ValueError: n is negative, or there is not one label per example.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> from jaxgan.training import create_state
    >>> networks, recipe = presets.mlp((2,), width=8), recipes.wgan_gp()
    >>> state = create_state(networks, recipe, jax.random.key(0), data.load("swiss_roll"))
    >>> sample(networks, state, jax.random.key(1), 3).shape
    (3, 2)
    """
    _check(networks, "generator", state, labels, n)
    check_key(key)
    with _explained("networks"):
        program = _compile_sampling(networks)
        return program(state.generator_variables, jax.random.split(key, n), labels)


def generate(
    networks: Networks,
    state: TrainState,
    latents: Float[Array, "n size"],
    labels: Array | None = None,
) -> Array:
    """Generates the examples of given latents, as `sample` does.

    Args:
        networks: the networks of the state.
        state: a trained state.
        latents: `[n, size]`.
        labels: `[n]` labels for a conditional generator.

    Returns:
        `[n, ...]` examples in the units of the training batches.

    >>> import jax.numpy as jnp
    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> from jaxgan.training import create_state
    >>> networks, recipe = presets.mlp((2,), width=8), recipes.wgan_gp()
    >>> state = create_state(networks, recipe, jax.random.key(0), data.load("swiss_roll"))
    >>> generate(networks, state, jnp.zeros((3, 2))).shape
    (3, 2)
    """
    _check(networks, "generator", state, labels, len(latents))
    shape = jax.eval_shape(networks.latent, jax.random.key(0)).shape
    if latents.shape[1:] != shape:
        wanted = f"[n, {', '.join(map(str, shape))}]"
        raise ValueError(f"latents must be {wanted}, got {latents.shape}: see networks.latent")
    with _explained("networks"):
        return _compile_network(networks, "generator")(state.generator_variables, latents, labels)


def score(
    networks: Networks, state: TrainState, x: Float[Array, "n *shape"], labels: Array | None = None
) -> Float[Array, "scores *features"]:
    """The critic's scores of examples; its normalizations use their running statistics.

    Args:
        networks: the networks of the state.
        state: a trained state.
        x: `[n, ...]` examples in the units of the training batches.
        labels: `[n]` labels for a conditional critic.

    Returns:
        `[n]` scores, or `[n, ...]` features; `[n / m]` of a critic that is `networks.Packed`.

    >>> import jax.numpy as jnp
    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> from jaxgan.training import create_state
    >>> networks, recipe = presets.mlp((2,), width=8), recipes.wgan_gp()
    >>> state = create_state(networks, recipe, jax.random.key(0), data.load("swiss_roll"))
    >>> score(networks, state, jnp.zeros((3, 2))).shape
    (3,)
    """
    _check(networks, "critic", state, labels, len(x))
    with _explained("networks or x"):
        return _compile_network(networks, "critic")(state.critic.variables, x, labels)


def _check(networks: Networks, role: str, state: TrainState, labels: Array | None, n: int) -> None:
    check_parts(networks=networks)
    if not isinstance(state, TrainState):
        raise TypeError(f"state must be a TrainState, got {state!r}: give that of runs.train")
    check_number("n", n, "an integer of at least 0", "give the number of examples")
    if labels is None:
        return
    if labels.shape != (n,) or not jnp.issubdtype(labels.dtype, jnp.integer):
        raise ValueError(
            f"labels must be [{n}] integers, one per example, got {labels.dtype} {labels.shape}: "
            "give the class of each example"
        )
    classes = getattr(getattr(networks, role), "classes", None)
    if classes is None or isinstance(labels, Tracer) or not n:
        return
    low, high = np.asarray(labels).min(), np.asarray(labels).max()
    if low < 0 or high >= classes:
        raise ValueError(
            f"labels must lie in 0..{classes - 1}, got {low}..{high}: give classes of the {role}"
        )


@contextlib.contextmanager
def _explained(names: str) -> Iterator[None]:
    try:
        yield
    except flax.errors.ScopeParamShapeError as error:
        raise ValueError(
            f"{names} do not fit the state: give those that were trained, and examples of the "
            f"shape of their data ({error})"
        ) from error


@keep_programs
def _compile_sampling(networks: Networks) -> Callable[..., Array]:
    @jax.jit
    def sample(variables: Variables, keys: Key[Array, " n"], labels: Array | None) -> Array:
        return fakes(networks, variables, keys, labels, train=False)[0]

    return sample


@keep_programs
def _compile_network(networks: Networks, role: str) -> Callable[..., Array]:
    @jax.jit
    def output(variables: Variables, x: Array, labels: Array | None) -> Array:
        return apply(getattr(networks, role), variables, x, labels, train=False)[0]

    return output
