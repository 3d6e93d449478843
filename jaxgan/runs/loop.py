"""One run: chunks of steps on the device, metrics, checkpoints, resuming."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from jaxtyping import Array, Key

from jaxgan.data.paths import check_path
from jaxgan.runs.bookkeeping import Bookkeeping, Chunk, Diverged, Interrupted, Plan
from jaxgan.runs.devices import Via, check_placement, compile_chunk
from jaxgan.runs.feed import feed
from jaxgan.runs.folder import Observe, RunFolder, check_json
from jaxgan.runs.identity import describe
from jaxgan.runs.lock import locked
from jaxgan.runs.mesh import own_rows, place
from jaxgan.runs.pace import Pace, stoppable
from jaxgan.runs.processes import Team, together
from jaxgan.runs.progress import watching
from jaxgan.runs.trackers import Track, check_track, tracking
from jaxgan.training import Recipe, Setup, TrainState, create_state
from jaxgan.training.keys import keys_of_run
from jaxgan.training.setup import check_setup

__all__ = ["SECONDS_PER_CHUNK", "Diverged", "Interrupted", "shared_identity", "train"]

SECONDS_PER_CHUNK = 1.0
"""Duration of a dispatch: short enough for the progress bar and for Ctrl-C."""


def train(
    setup: Setup,
    *,
    seed: int = 0,
    folder: Path | None = None,
    settings: Mapping[str, Any] | None = None,
    title: str = "training",
    log_every: int = 100,
    save_every: int = 1000,
    save_minutes: float = 10.0,
    observe: Observe | None = None,
    observe_at: Collection[int] = (),
    best_by: str | None = None,
    devices: int = 1,
    via: Via | None = None,
    progress: bool = True,
    track: str | Track | None = None,
) -> TrainState:
    """Trains for the setup's number of steps, from the last checkpoint in the folder if it has one.

    The result depends only on the setup and the seed, to the last bit: not on `log_every`,
    `save_every`, `save_minutes` or `observe_at`, nor on how often the run was stopped and resumed.

    Args:
        setup: networks, recipe, data, batch size and steps; if the folder already has that many
            steps or more, its last state is returned.
        seed: the seed of the parameters and of all draws.
        folder: the folder for metrics, observations and checkpoints; nothing is written if None.
        settings: further settings in which a resumed run must equal this one, as JSON, besides
            the setup and the seed.
        title: title of the progress bar.
        log_every: steps per line of `metrics.jsonl`, which has the means since the line before;
            also the largest number of steps per dispatch.
        save_every: steps between checkpoints; one is always saved at the end.
        save_minutes: the longest time between checkpoints, in minutes.
        observe: a function of the state that returns numbers by name, for lines of
            `observed.jsonl`.
        observe_at: the steps at which it is called, such as `range(0, 1001, 100)`, besides the
            last step; it is never called if empty.
        best_by: name of the observation by which the best checkpoint is kept, lower is better.
        devices: number of devices over which a batch is split, the same number of each process if
            there are several; with one device every process trains by itself.
        via: how it is split, see `runs.devices`.
        progress: whether to show the progress on standard error.
        track: "tensorboard", "wandb" or a function that makes your own tracker, see
            `runs.trackers`; it receives the lines that the folder's files get.

    Returns:
        The state after the last step.

    Raises:
        TypeError: an argument has another type.
        ValueError: the setup or the settings differ from the folder's, a number is out of range, or
            the batch does not divide over the devices.
        BlockingIOError: another process writes to the folder.
        Lost: another process failed or is gone.
        Diverged: a metric or the state is not finite; the state before that step is saved.
        Interrupted: SIGINT, SIGTERM or SIGHUP was received; the state is saved.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> networks, points = presets.mlp((2,), width=8), data.load("swiss_roll")
    >>> state = train(Setup(networks, recipes.wgan_gp(), points, batch_size=4, steps=3))
    >>> int(state.step)
    3
    """
    check_setup(setup)
    plan = Plan(setup.steps, log_every, save_every, observe_at, save_minutes).check()
    _check_observe(observe, observe_at, best_by)
    check_placement(setup.batch_size, devices, via)
    check_track(track)
    check_json({} if settings is None else settings)
    folder = None if folder is None else check_path("folder", folder)
    state_key, key = keys_of_run(seed)
    state = create_state(setup.networks, setup.recipe, state_key, setup.data)
    with together(devices, (Diverged, Interrupted)) as team:
        own = folder if team.first else None
        identity = shared_identity(setup, int(seed), own, team, settings or {})
        log = RunFolder(own, identity, best_by, setup.steps)
        advance = _advance(setup, key, plan, team, devices=devices, via=via)
        with locked(own):
            state = team.share(log.restore(state))
            start, shown = int(state.step), progress and team.first
            with (
                stoppable() as stopped,
                watching(title, setup.steps, start, shown=shown) as watch,
                tracking(track if team.first else None, folder, title, log.settings) as tracker,
            ):
                log.report_to(tracker)
                books = Bookkeeping(plan, log, observe if team.first else None, watch, team)
                books.start(state, stopped)
                while int(state.step) < setup.steps:
                    chunk = advance(state)
                    books.after(chunk._replace(state=team.local(chunk.state)), stopped)
                    state = chunk.state
        return team.local(state)


def shared_identity(
    setup: Setup, seed: int, folder: Path | None, team: Team, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """The identity of a run, whose setup and seed all processes share.

    Args:
        setup: the setup.
        seed: the seed.
        folder: the folder of this process, if it writes one.
        team: the processes.
        settings: further settings in which a resumed run must equal this one.

    Returns:
        The identity; empty for one process without a folder, which compares it with nothing.

    Raises:
        ValueError: a process has another setup or seed.
    """
    if folder is None and team.processes == 1:
        return {}
    identity = describe(setup, seed)
    team.check_same(identity)
    return identity | dict(settings)


def _check_observe(observe: object, observe_at: Collection[int], best_by: object) -> None:
    """Checks that there is an observer if something needs one."""
    if observe is None and (best_by is not None or len(observe_at)):
        name, given = ("observe_at", observe_at) if best_by is None else ("best_by", best_by)
        raise ValueError(f"{name}={given!r} has no effect without observe: give observe=function")
    if observe is not None and not callable(observe):
        raise TypeError(
            f"observe must be a function of the state, got {observe!r}: give one that returns "
            "numbers by name"
        )


def _advance(
    setup: Setup, key: Key[Array, ""], plan: Plan, team: Team, *, devices: int, via: Via | None
) -> Callable[[TrainState], Chunk]:
    """A function that takes a chunk of steps."""
    pace, rows = Pace(SECONDS_PER_CHUNK), own_rows(setup.batch_size, devices)
    shared = check_placement(setup.batch_size, devices, via) == "sharded"
    on_mesh = functools.partial(place, devices=devices) if shared else lambda data: data
    capacity, data = feed(setup, key, plan.log_every, rows, on_mesh)
    ready: set[int] = set()

    def advance(state: TrainState) -> Chunk:
        begin, step = time.perf_counter(), int(state.step)
        n_critic = setup.recipe.critic_steps(step)
        program = compile_chunk(
            setup.networks,
            setup.recipe,
            batch_size=setup.batch_size,
            n_critic=n_critic,
            capacity=capacity,
            devices=devices,
            via=via,
        )
        room = min(plan.room(step), capacity, pace.length())
        length = team.of_first(_same_critic_steps(setup.recipe, step, room))
        examples = data(step, length)
        if team.processes > 1 and n_critic not in ready:
            state, _ = team.compiled(lambda: program(state, examples, key, 0))
            ready.add(n_critic)
        state, history = program(state, examples, key, length)
        int(state.step)  # waits for the device
        seconds = time.perf_counter() - begin
        pace.learn(length, seconds)
        return Chunk.of(state, history, step, length, seconds)

    return advance


def _same_critic_steps(recipe: Recipe, step: int, length: int) -> int:
    """How many of the next `length` steps have the same number of critic steps."""
    if isinstance(recipe.n_critic, int):
        return length
    n_critic = recipe.critic_steps(step)
    changes = (n for n in range(length) if recipe.critic_steps(step + n) != n_critic)
    return next(changes, length)
