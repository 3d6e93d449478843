"""Many runs of one recipe in one program: seeds, learning rates, penalty weights.

The members differ in their seed and in numbers of the recipe, which are arguments of the program.
They are trained one after the other or together under `vmap`, whichever is faster for their shape.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

import jax
import numpy as np

from jaxgan.data.paths import check_path
from jaxgan.data.stream import Stream
from jaxgan.runs import checkpoint
from jaxgan.runs.bookkeeping import Bookkeeping, Chunk, Diverged, Interrupted, Plan
from jaxgan.runs.folder import CHECKPOINTS, RunFolder
from jaxgan.runs.identity import describe
from jaxgan.runs.lock import locked
from jaxgan.runs.loop import SECONDS_PER_CHUNK
from jaxgan.runs.members import Program, Way, faster_way
from jaxgan.runs.pace import Pace, stoppable
from jaxgan.runs.progress import Watch, watching
from jaxgan.runs.trackers import Track, check_track, tracking
from jaxgan.training import Networks, Recipe, Setup, TrainState, create_state
from jaxgan.training.keys import keys_of_run
from jaxgan.training.parts import check_parts
from jaxgan.types import Dataset, unknown

__all__ = ["Population", "Way", "train_population"]


class Population(NamedTuple):
    """The results of `train_population`.

    Attributes:
        states: the final state of each member.
        metrics: arrays `[members, steps]` by name; NaN for steps that were taken in an earlier
            call, and from the step at which a member diverged; empty if no step was taken.
        way: how the members were trained.
    """

    states: list[TrainState]
    metrics: dict[str, np.ndarray]
    way: Way


def train_population(
    networks: Networks,
    make: Callable[..., Recipe],
    data: Dataset | Stream,
    *,
    steps: int,
    seeds: Sequence[int],
    settings: Mapping[str, Sequence[int | float]] | None = None,
    batch_size: int = 64,
    way: Way | None = None,
    folder: Path | None = None,
    log_every: int = 100,
    save_every: int = 1000,
    save_minutes: float = 10.0,
    progress: bool = True,
    track: str | Track | None = None,
) -> Population:
    """Trains one member per seed, each with its own settings, in one compiled program.

    Each member equals the result of `train` with its seed and its settings, up to rounding (sums
    may be in another order). A member that diverges keeps its last finite state; the others
    continue.

    Args:
        networks: generator, critic and latent distribution.
        make: a function that returns the recipe, such as `recipes.wgan_gp`; it takes the settings
            by name.
        data: the data set, in memory.
        steps: number of generator steps.
        seeds: one seed per member.
        settings: numbers of the recipe by name, each a sequence with one number per member.
        batch_size: examples per critic step.
        way: "serial", "vmapped", or None for the faster: "serial" for convolutions on CPU.
        folder: a folder with a subfolder `member-I` per member, as `train` writes it; a population
            goes on from its checkpoints. Nothing is written if None.
        log_every: see `train`.
        save_every: see `train`.
        save_minutes: see `train`.
        progress: see `train`.
        track: see `train`; each member has a tracker, with a title such as "member-0 seed-0
            learning_rate=0.001".

    Returns:
        States and metrics of all members.

    Raises:
        TypeError: an argument has another type.
        ValueError: data that are streamed; settings of another length than the seeds, or one that
            changes the program instead of a number in it; or a batch larger than the data.
        BlockingIOError: another process writes to the folder.
        Interrupted: SIGINT, SIGTERM or SIGHUP was received; all members are saved.

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
    if isinstance(data, Stream):
        raise ValueError("a population needs data in memory: give stream=False, or use runs.train")
    folder = None if folder is None else check_path("folder", folder)
    settings, seeds = dict(settings or {}), _seeds(seeds)
    recipes = _recipes(make, seeds, settings)
    setups = [Setup(networks, recipe, data, batch_size, steps) for recipe in recipes]
    plan = Plan(steps, log_every, save_every, (), save_minutes).check()
    check_track(track)
    if way is not None and way not in get_args(Way):
        raise unknown("way", way, get_args(Way))
    program = Program(setups[0], make, seeds, settings, min(log_every, steps or 1))
    states = [
        create_state(networks, setup.recipe, keys_of_run(seed)[0], data)
        for setup, seed in zip(setups, seeds, strict=True)
    ]
    way = way or _earlier_way(folder) or faster_way(states[0])
    logs = [_log(folder, i, setups[i], seed, way) for i, seed in enumerate(seeds)]
    with locked(folder):
        states = [log.restore(state) for log, state in zip(logs, states, strict=True)]
        title = f"{len(seeds)} members, {way}"
        with (
            stoppable() as stopped,
            watching(title, steps, min(int(s.step) for s in states), shown=progress) as watch,
            contextlib.ExitStack() as trackers,
        ):
            for i, log in enumerate(logs):
                name = _title(i, seeds[i], settings)
                tracker = tracking(track, log.path, name, log.settings)
                log.report_to(trackers.enter_context(tracker))
            watch = _once(watch)
            books = [Bookkeeping(plan, log, None, watch) for log in logs]
            metrics = _run(functools.partial(program, way), states, books, plan, stopped)
    return Population(states, metrics, way)


def _run(
    program: Callable[..., Any],
    states: list[TrainState],
    books: Sequence[Bookkeeping],
    plan: Plan,
    stopped: Sequence[int],
) -> dict[str, np.ndarray]:
    """Trains the members in place, those with the fewest steps first; returns all metrics."""
    history: dict[str, np.ndarray] = {}
    lost: set[int] = set()
    pace = Pace(SECONDS_PER_CHUNK)
    while waiting := [
        i for i, state in enumerate(states) if i not in lost and int(state.step) < plan.steps
    ]:
        first = min(int(states[i].step) for i in waiting)
        length = min(plan.room(first), pace.length())
        begin = time.perf_counter()
        found, values = program(states, length)
        jax.block_until_ready(found)
        seconds = time.perf_counter() - begin
        pace.learn(length, seconds)
        interrupted = None
        for i in [i for i in waiting if int(states[i].step) == first]:
            of_member = {name: of_all[i] for name, of_all in values.items()}
            chunk = Chunk.of(found[i], of_member, first, length, seconds / len(states))
            states[i] = chunk.state
            for name, taken in chunk.metrics.items():
                rows = history.setdefault(name, np.full((len(states), plan.steps), np.nan))
                rows[i, first : first + len(taken)] = taken
            try:
                books[i].after(chunk, stopped)
            except Diverged:
                lost.add(i)
            except Interrupted as stop:  # the other members are saved too
                interrupted = stop
        if interrupted:
            raise interrupted
    return history


def _once(watch: Watch) -> Watch:
    """Shows each step once, for several members that reach it."""
    shown = -1

    def watch_once(step: int, metrics: Mapping[str, float]) -> None:
        nonlocal shown
        if step > shown:
            shown = step
            watch(step, metrics)

    return watch_once


def _earlier_way(folder: Path | None) -> Way | None:
    """The way in which the members in a folder were trained."""
    manifest = folder and checkpoint.newest_manifest(folder / "member-0" / CHECKPOINTS)
    return manifest["settings"].get("way") if manifest else None


def _log(folder: Path | None, index: int, setup: Setup, seed: int, way: Way) -> RunFolder:
    if folder is None:
        return RunFolder(None, {}, None, setup.steps)
    identity = describe(setup, seed) | {"way": way}  # the other way rounds differently
    return RunFolder(folder / f"member-{index}", identity, None, setup.steps)


def _title(index: int, seed: int, settings: Mapping[str, Sequence[int | float]]) -> str:
    numbers = (f"{name}={values[index]}" for name, values in settings.items())
    return " ".join([f"member-{index}", f"seed-{seed}", *numbers])


def _seeds(seeds: Sequence[int]) -> list[int]:
    if not isinstance(seeds, Sequence | np.ndarray) or isinstance(seeds, str):
        raise TypeError(f"seeds must be integers, got {seeds!r}: give one per member, [0, 1]")
    if not len(seeds):
        raise ValueError("seeds is empty: give one seed per member")
    for seed in seeds:
        keys_of_run(seed)
    return [int(seed) for seed in seeds]


def _check_settings(make: object, members: int, settings: Mapping[str, Any]) -> None:
    """Checks that `make` takes the settings, and that there is a value per member."""
    if not callable(make):
        raise TypeError(f"make must be a function, got {make!r}: give recipes.wgan_gp or your own")
    takes = inspect.signature(make).parameters
    everything = any(one.kind is one.VAR_KEYWORD for one in takes.values())
    for name, values in settings.items():
        if name not in takes and not everything:
            raise unknown("argument of make in settings", name, takes or ["none"])
        if np.ndim(values) != 1:
            raise TypeError(f"settings[{name!r}] must be numbers, got {values!r}: give a list")
        if len(values) != members:
            raise ValueError(
                f"settings[{name!r}] has {len(values)} values for {members} seeds: give one "
                "value per member, and repeat seeds for more settings"
            )


def _recipes(
    make: Callable[..., Recipe], seeds: Sequence[int], settings: Mapping[str, Sequence[int | float]]
) -> list[Recipe]:
    """The recipe of each member; raises the errors of recipes that reject their numbers."""
    _check_settings(make, len(seeds), settings)
    names = list(settings)
    members = zip(*settings.values(), strict=True) if settings else [()] * len(seeds)
    recipes = [make(**dict(zip(names, values, strict=True))) for values in members]
    for recipe in recipes:
        check_parts(recipe=recipe)
    numbers = list(dict.fromkeys(recipe.n_critic for recipe in recipes))
    if len(numbers) > 1 or not isinstance(numbers[0], int):
        got = f"got {', '.join(map(str, numbers))}" if len(numbers) > 1 else "got a schedule"
        raise ValueError(
            f"a population needs the same n_critic for all steps and members, {got}: train one "
            "population per value"
        )
    return recipes
