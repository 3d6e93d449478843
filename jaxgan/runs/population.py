"""Many runs of one recipe in one program: seeds, learning rates, penalty weights.

The members differ in their seed and in numbers of the recipe, which are arguments of the program.
They are trained one after the other or together under `vmap`, whichever is faster for their shape.
"""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

import jax
import numpy as np

from jaxgan.data.paths import check_path
from jaxgan.data.stream import Stream
from jaxgan.runs import checkpoint
from jaxgan.runs.bookkeeping import Bookkeeping, Chunk, Diverged, Interrupted, Plan
from jaxgan.runs.devices import check_divides, check_placement
from jaxgan.runs.folder import CHECKPOINTS, RunFolder
from jaxgan.runs.lock import locked
from jaxgan.runs.loop import SECONDS_PER_CHUNK, shared_identity
from jaxgan.runs.member_recipes import member_recipes, member_seeds
from jaxgan.runs.members import Program, Way, faster_way
from jaxgan.runs.pace import Pace, stoppable
from jaxgan.runs.processes import Team, together
from jaxgan.runs.progress import Watch, watching
from jaxgan.runs.trackers import Track, check_track, tracking
from jaxgan.training import Networks, Recipe, Setup, TrainState, create_state
from jaxgan.training.keys import keys_of_run
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
    devices: int = 1,
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
        way: "serial", "vmapped", or None for the faster: see `runs.members.faster_way`.
        folder: a folder with a subfolder `member-I` per member, as `train` writes it; a population
            goes on from its checkpoints. Nothing is written if None.
        log_every: see `train`.
        save_every: see `train`.
        save_minutes: see `train`.
        devices: number of devices over which the members are divided, the same number of each
            process if there are several; with one device every process trains all by itself.
        progress: see `train`.
        track: see `train`; each member has a tracker, with a title such as "member-0 seed-0
            learning_rate=0.001".

    Returns:
        States and metrics of all members.

    Raises:
        TypeError: an argument has another type.
        ValueError: data that are streamed; settings of another length than the seeds, or one that
            changes the program instead of a number in it; a batch larger than the data; or
            members that do not divide over the devices.
        BlockingIOError: another process writes to the folder.
        Lost: another process failed or is gone.
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
    settings, seeds = dict(settings or {}), member_seeds(seeds)
    recipes = member_recipes(make, seeds, settings)
    setups = [Setup(networks, recipe, data, batch_size, steps) for recipe in recipes]
    plan = Plan(steps, log_every, save_every, (), save_minutes).check()
    check_track(track)
    if way is not None and way not in get_args(Way):
        raise unknown("way", way, get_args(Way))
    _check_devices(len(seeds), devices)
    program = Program(setups[0], make, seeds, settings, min(log_every, steps or 1), devices)
    states = [
        create_state(networks, setup.recipe, keys_of_run(seed)[0], data)
        for setup, seed in zip(setups, seeds, strict=True)
    ]
    with together(devices, (Diverged, Interrupted)) as team:
        own = folder if team.first else None
        way = team.of_first(way or _earlier_way(own) or faster_way(states[0]))
        logs = _logs(own, setups, seeds, way, team)
        with locked(own):
            states = [log.restore(state) for log, state in zip(logs, states, strict=True)]
            states, title = team.share(states), f"{len(seeds)} members, {way}"
            titles = [_title(i, seed, settings) for i, seed in enumerate(seeds)]
            with (
                stoppable() as stopped,
                _watching(title, states, steps, progress and team.first) as watch,
                _tracked(logs, titles, track if team.first else None),
            ):
                books = [Bookkeeping(plan, log, None, watch, team) for log in logs]
                advance = functools.partial(program, way)
                metrics = _run(advance, states, books, plan, stopped, team)
    return Population(states, metrics, way)


def _run(
    program: Callable[..., Any],
    states: list[TrainState],
    books: Sequence[Bookkeeping],
    plan: Plan,
    stopped: Sequence[int],
    team: Team,
) -> dict[str, np.ndarray]:
    """Trains the members in place, those with the fewest steps first; returns all metrics."""
    history: dict[str, np.ndarray] = {}
    lost: set[int] = set()
    pace = Pace(SECONDS_PER_CHUNK)
    if team.processes > 1:
        team.compiled(lambda: program(states, 0))
    while waiting := [
        i for i, state in enumerate(states) if i not in lost and int(state.step) < plan.steps
    ]:
        first = min(int(states[i].step) for i in waiting)
        length = team.of_first(min(plan.room(first), pace.length()))
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


@contextlib.contextmanager
def _watching(title: str, states: Sequence[TrainState], steps: int, shown: bool) -> Iterator[Watch]:
    """Shows each step once, for several members that reach it."""
    last = -1
    with watching(title, steps, min(int(s.step) for s in states), shown=shown) as watch:

        def watch_once(step: int, metrics: Mapping[str, float]) -> None:
            nonlocal last
            if step > last:
                last = step
                watch(step, metrics)

        yield watch_once


@contextlib.contextmanager
def _tracked(
    logs: Sequence[RunFolder], titles: Sequence[str], track: str | Track | None
) -> Iterator[None]:
    """A tracker for each member."""
    with contextlib.ExitStack() as trackers:
        for log, title in zip(logs, titles, strict=True):
            tracker = tracking(track, log.path, title, log.settings)
            log.report_to(trackers.enter_context(tracker))
        yield


def _earlier_way(folder: Path | None) -> Way | None:
    """The way in which the members in a folder were trained."""
    manifest = folder and checkpoint.newest_manifest(folder / "member-0" / CHECKPOINTS)
    return manifest["settings"].get("way") if manifest else None


def _logs(
    folder: Path | None, setups: Sequence[Setup], seeds: Sequence[int], way: Way, team: Team
) -> list[RunFolder]:
    """The folder of each member, whose setup and seed all processes share."""
    logs: list[RunFolder] = []
    for i, (setup, seed) in enumerate(zip(setups, seeds, strict=True)):
        path = folder and folder / f"member-{i}"
        further = {"way": way}  # the other way rounds differently
        identity = shared_identity(setup, seed, path, team, further)
        logs.append(RunFolder(path, identity, None, setup.steps))
    return logs


def _check_devices(members: int, devices: int) -> None:
    """Checks that the members can be divided over the devices."""
    check_placement(devices, devices, None)
    check_divides(f"{members} seeds do", members, devices, "give")


def _title(index: int, seed: int, settings: Mapping[str, Sequence[int | float]]) -> str:
    numbers = (f"{name}={values[index]}" for name, values in settings.items())
    return " ".join([f"member-{index}", f"seed-{seed}", *numbers])
