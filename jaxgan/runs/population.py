"""Many runs of one recipe in one program: seeds, learning rates, penalty weights.

The members differ in their seed and in numbers of the recipe, which are arguments of the program.
They are trained one after the other or together under `vmap`, whichever is faster on the device.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Key

from jaxgan.runs.progress import watching
from jaxgan.training import Networks, Recipe, TrainState, create_state, train_chunk
from jaxgan.training.keys import keys_of_run
from jaxgan.types import Dataset, unknown

__all__ = ["Population", "Way", "train_population"]

Way = Literal["serial", "vmapped"]
TRIAL = 5
"""Number of steps in which the two ways are timed."""


class Population(NamedTuple):
    """The results of `train_population`.

    Attributes:
        states: the final state of each member.
        metrics: arrays `[members, steps]` by name; NaN from the step at which a member diverged.
        way: how the members were trained.
    """

    states: list[TrainState]
    metrics: dict[str, np.ndarray]
    way: Way


def train_population(
    networks: Networks,
    make: Callable[..., Recipe],
    data: Dataset,
    *,
    steps: int,
    seeds: Sequence[int],
    settings: Mapping[str, Sequence[float]] | None = None,
    batch_size: int = 64,
    way: Way | None = None,
    chunk: int = 100,
) -> Population:
    """Trains one member per seed, each with its own settings, in one compiled program.

    Each member equals the result of `train` with its seed and its settings, up to rounding (sums
    may be in another order). A member that diverges keeps its last finite state; the others
    continue.

    Args:
        networks: generator, critic and latent distribution.
        make: a function that returns the recipe, such as `recipes.wgan_gp`; it takes the settings
            by name.
        data: the data set.
        steps: number of generator steps.
        seeds: one seed per member.
        settings: numbers of the recipe by name, each a sequence with one number per member.
        batch_size: examples per critic step.
        way: "serial", "vmapped", or None to time both and use the faster.
        chunk: steps per dispatch.

    Returns:
        States and metrics of all members.

    Raises:
        ValueError: settings of another length than the seeds, or one that changes the program
            instead of a number in it.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> rates = {"learning_rate": [1e-4, 1e-3]}
    >>> found = train_population(
    ...     presets.mlp((2,), width=8), recipes.wgan_gp, data.load("swiss_roll"),
    ...     steps=3, seeds=[0, 0], settings=rates, batch_size=4, way="serial",
    ... )
    >>> len(found.states), found.metrics["critic/gap"].shape
    (2, (2, 3))
    """
    settings = dict(settings or {})
    recipes = _recipes(make, seeds, settings)
    if way is not None and way not in get_args(Way):
        raise unknown("way", way, get_args(Way))
    states, keys = [], []
    for seed, recipe in zip(seeds, recipes, strict=True):
        state_key, key = keys_of_run(seed)
        states.append(create_state(networks, recipe, state_key, data))
        keys.append(key)
    members = (
        _stack(states),
        jnp.stack(keys),
        {name: jnp.asarray(x) for name, x in settings.items()},
    )
    n_critic = recipes[0].critic_steps(0)
    size = {"batch_size": batch_size, "n_critic": n_critic, "capacity": min(chunk, steps)}
    ways: Sequence[Way] = [way] if way else get_args(Way)
    programs = {name: _compile(networks, make, name, **size) for name in ways}
    trials = {name: _seconds(programs[name], members, data) for name in ways if not way}
    chosen = way or min(ways, key=lambda name: trials[name])
    return _run(programs[chosen], chosen, members, data, steps, size["capacity"])


def _run(
    program: Any, way: Way, members: tuple[Any, Any, Any], data: Dataset, steps: int, chunk: int
) -> Population:
    states, keys, settings = members
    parts: list[dict[str, np.ndarray]] = []
    with watching(f"{len(keys)} members, {way}", steps) as watch:
        for begin in range(0, steps, chunk):
            length = min(chunk, steps - begin)
            states, history = program(states, data, keys, settings, length)
            taken = np.asarray(states.step)[:, None] - begin > np.arange(length)
            parts.append(
                {
                    name: np.where(taken, np.asarray(values)[:, :length], np.nan)
                    for name, values in history.items()
                }
            )
            watch(begin + length, {name: float(part[0, -1]) for name, part in parts[-1].items()})
    metrics = {name: np.concatenate([part[name] for part in parts], axis=1) for name in parts[0]}
    return Population([_member(states, i) for i in range(len(keys))], metrics, way)


@functools.cache
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
        return train_chunk(networks, _traced(make, settings), state, data, key, length, **size)

    if way == "vmapped":
        return jax.jit(jax.vmap(one, in_axes=(0, None, 0, 0, None)))
    compiled = jax.jit(one)

    def in_turn(states: Any, data: Dataset, keys: Array, settings: Any, length: int) -> Any:
        members = (_member((states, keys, settings), i) for i in range(len(keys)))
        return _stack([compiled(s, data, key, values, length) for s, key, values in members])

    return in_turn


def _seconds(program: Any, members: tuple[Any, Any, Any], data: Dataset) -> float:
    """The time of a few steps of all members; the results are discarded."""
    states, keys, settings = members
    jax.block_until_ready(program(states, data, keys, settings, 1))
    begin = time.perf_counter()
    jax.block_until_ready(program(states, data, keys, settings, TRIAL))
    return time.perf_counter() - begin


def _recipes(
    make: Callable[..., Recipe], seeds: Sequence[int], settings: Mapping[str, Sequence[float]]
) -> list[Recipe]:
    """The recipe of each member; raises the errors of recipes that reject their numbers."""
    for name, values in settings.items():
        if len(values) != len(seeds):
            raise ValueError(
                f"settings[{name!r}] has {len(values)} values for {len(seeds)} seeds: give one "
                "value per member, and repeat seeds for more settings"
            )
    names = list(settings)
    members = zip(*settings.values(), strict=True) if settings else [()] * len(seeds)
    recipes = [make(**dict(zip(names, values, strict=True))) for values in members]
    if not recipes:
        raise ValueError("seeds is empty: give one seed per member")
    if any(not isinstance(recipe.n_critic, int) for recipe in recipes):
        raise ValueError("a population needs the same n_critic for all steps, got a schedule")
    return recipes


def _traced(make: Callable[..., Recipe], settings: dict[str, Array]) -> Recipe:
    try:
        return make(**settings)
    except (jax.errors.ConcretizationTypeError, TypeError) as error:
        raise ValueError(
            f"one of settings={list(settings)} changes the program instead of a number in it, so "
            "members cannot share one: set it inside `make`, and train one population per value"
        ) from error


def _stack(trees: Sequence[Any]) -> Any:
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *trees)


def _member(tree: Any, index: int) -> Any:
    return jax.tree.map(lambda leaf: leaf[index], tree)
