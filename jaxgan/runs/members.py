"""Chunks of steps of all members of a population in one compiled program."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import NamedSharding
from jaxtyping import Array, Key

from jaxgan.runs.mesh import put, shardings
from jaxgan.runs.processes import team_of
from jaxgan.training import Networks, Recipe, Setup, TrainState, make_train_step
from jaxgan.training.chunk import take_steps
from jaxgan.training.kept import keep_programs
from jaxgan.training.keys import keys_of_run
from jaxgan.types import Dataset

__all__ = ["Program", "Way", "compile_members", "faster_way"]

Way = Literal["serial", "vmapped"]
T = TypeVar("T")
LARGE = 256 * 256
"""The entries of the largest dense kernel with which members take less time together on CPU."""


def faster_way(state: TrainState) -> Way:
    """The way that takes less time for members of this shape on JAX's default device.

    On CPU eight members took less time together if they had small dense layers only, and one after
    the other with convolutions or large layers (measured in docs/design.md). On an accelerator,
    where it was not measured, they are trained together.

    Args:
        state: the state of a member.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> from jaxgan.training import create_state
    >>> networks, recipe = presets.mlp((2,), width=8), recipes.wgan_gp()
    >>> faster_way(create_state(networks, recipe, jax.random.key(0), data.load("swiss_roll")))
    'vmapped'
    """
    parameters = jax.tree.leaves((state.generator.params, state.critic.params))
    large = any(x.ndim > 2 or x.size > LARGE for x in parameters)
    return "serial" if large and jax.default_backend() == "cpu" else "vmapped"


class Program:
    """Chunks of steps of all members.

    Args:
        setup: the setup of any member; only its recipe differs between members.
        make: the function that returns a recipe.
        seeds: one per member.
        settings: numbers of the recipe by name, one per member.
        capacity: the largest number of steps per call.
        devices: number of devices over which the members are divided, over all processes.
    """

    def __init__(
        self,
        setup: Setup,
        make: Callable[..., Recipe],
        seeds: Sequence[int],
        settings: Mapping[str, Sequence[int | float]],
        capacity: int,
        devices: int = 1,
    ) -> None:
        self._networks, self._make, self._devices = setup.networks, make, devices
        keys = jnp.stack([keys_of_run(seed)[1] for seed in seeds])
        numbers = {name: jnp.asarray(values) for name, values in settings.items()}
        whole, self._split = shardings(devices, axis=0) if devices > 1 else (None, None)
        self._of_members, self._data = (
            _placed((keys, numbers), self._split),
            _placed(setup.data, whole),
        )
        n_critic = setup.recipe.critic_steps(0)
        self._size = {"batch_size": setup.batch_size, "n_critic": n_critic, "capacity": capacity}

    def __call__(
        self, way: Way, states: Sequence[TrainState], length: int
    ) -> tuple[list[TrainState], dict[str, np.ndarray]]:
        """The states after the chunk, and metrics `[members, capacity]`."""
        compiled = compile_members(self._networks, self._make, way, self._devices, **self._size)
        together = _placed(_stack(states), self._split)
        found = compiled(together, *self._of_members, self._data, length)
        after, history = team_of(self._devices).local(found)
        metrics = {name: np.asarray(values) for name, values in history.items()}
        return _unstack(after, len(states)), metrics


def _placed(tree: T, sharding: NamedSharding | None) -> T:
    return tree if sharding is None else put(tree, sharding)


@keep_programs
def compile_members(
    networks: Networks, make: Callable[..., Recipe], way: Way, devices: int = 1, **size: Any
) -> Callable[..., Any]:
    """Compiles a chunk of steps of all members; equal arguments share one program.

    Args:
        networks: generator, critic and latent distribution.
        make: the function that returns a recipe.
        way: how the members of a device are trained.
        devices: number of devices over which the members are divided.
        size: batch_size, n_critic and capacity of `train_chunk`.

    Returns:
        `(states, keys, settings, data, length) -> (states, metrics)`, all but data and length with
        an axis of members.
    """

    def all_of(states: TrainState, keys: Array, settings: Any, data: Dataset, length: Array) -> Any:
        def one(member: tuple[TrainState, Key[Array, ""], dict[str, Array]]) -> Any:
            state, key, numbers = member
            recipe = _traced(make, numbers)
            step, more = make_train_step(networks, recipe), recipe.generator_batches
            return take_steps(step, state, data, key, length, generator_batches=more, **size)

        members = states, keys, settings
        return jax.vmap(one)(members) if way == "vmapped" else jax.lax.map(one, members)

    if devices == 1:
        return jax.jit(all_of)
    whole, split = shardings(devices, axis=0)
    of_members, same = split.spec, whole.spec
    parts = jax.shard_map(
        all_of,
        mesh=whole.mesh,
        in_specs=(of_members, of_members, of_members, same, same),
        out_specs=of_members,
        check_vma=False,
    )
    return jax.jit(parts, out_shardings=whole)


def _traced(make: Callable[..., Recipe], settings: dict[str, Array]) -> Recipe:
    try:
        return make(**settings)
    except (jax.errors.ConcretizationTypeError, TypeError) as error:
        raise ValueError(
            f"one of settings={list(settings)} changes the program instead of a number in it, so "
            "members cannot share one: set it inside `make`, and train one population per value"
        ) from error


@jax.jit
def _stack(trees: Sequence[Any]) -> Any:
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *trees)


@functools.partial(jax.jit, static_argnums=1)
def _unstack(tree: Any, n: int) -> list[Any]:
    return [_member(tree, i) for i in range(n)]


def _member(tree: Any, index: int) -> Any:
    return jax.tree.map(lambda leaf: leaf[index], tree)
