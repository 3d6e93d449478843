"""Chunks of steps of all members of a population in one compiled program."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Key

from jaxgan.training import Networks, Recipe, Setup, TrainState, make_train_step
from jaxgan.training.chunk import take_steps
from jaxgan.training.kept import keep_programs
from jaxgan.training.keys import keys_of_run
from jaxgan.types import Dataset

__all__ = ["Program", "Way", "faster_way"]

Way = Literal["serial", "vmapped"]


def faster_way(state: TrainState) -> Way:
    """The way that takes less time for members of this shape on JAX's default device.

    On CPU eight members took less time together if they had dense layers only, and one after the
    other with convolutions (measured in docs/design.md). On an accelerator, where it was not
    measured, they are trained together.

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
    convolutions = any(x.ndim > 2 for x in parameters)
    return "serial" if convolutions and jax.default_backend() == "cpu" else "vmapped"


class Program:
    """Chunks of steps of all members.

    Args:
        setup: the setup of any member; only its recipe differs between members.
        make: the function that returns a recipe.
        seeds: one per member.
        settings: numbers of the recipe by name, one per member.
        capacity: the largest number of steps per call.
    """

    def __init__(
        self,
        setup: Setup,
        make: Callable[..., Recipe],
        seeds: Sequence[int],
        settings: Mapping[str, Sequence[int | float]],
        capacity: int,
    ) -> None:
        self._setup, self._make = setup, make
        self._keys = jnp.stack([keys_of_run(seed)[1] for seed in seeds])
        self._settings = {name: jnp.asarray(values) for name, values in settings.items()}
        n_critic = setup.recipe.critic_steps(0)
        self._size = {"batch_size": setup.batch_size, "n_critic": n_critic, "capacity": capacity}

    def __call__(
        self, way: Way, states: Sequence[TrainState], length: int
    ) -> tuple[list[TrainState], dict[str, np.ndarray]]:
        """The states after the chunk, and metrics `[members, capacity]`."""
        compiled = _compile(self._setup.networks, self._make, way, **self._size)
        together = _stack(states)
        after, history = compiled(together, self._setup.data, self._keys, self._settings, length)
        found = {name: np.asarray(values) for name, values in history.items()}
        return _unstack(after, len(states)), found


@keep_programs
def _compile(
    networks: Networks, make: Callable[..., Recipe], way: Way, **size: Any
) -> Callable[..., Any]:
    def one(
        state: TrainState,
        data: Dataset,
        key: Key[Array, ""],
        settings: dict[str, Array],
        length: Array,
    ) -> Any:
        recipe = _traced(make, settings)
        step, more = make_train_step(networks, recipe), recipe.generator_batches
        return take_steps(step, state, data, key, length, generator_batches=more, **size)

    if way == "vmapped":
        return jax.jit(jax.vmap(one, in_axes=(0, None, 0, 0, None)))
    compiled = jax.jit(one)

    def in_turn(states: Any, data: Dataset, keys: Array, settings: Any, length: int) -> Any:
        members = (_member((states, keys, settings), i) for i in range(len(keys)))
        return _stack([compiled(s, data, key, values, length) for s, key, values in members])

    return in_turn


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
