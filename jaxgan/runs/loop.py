"""One run: chunks of steps on the device, metrics, checkpoints, resuming."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Array, Key

from jaxgan.runs.devices import Via, check_placement, compile_chunk
from jaxgan.runs.folder import Observe, RunFolder
from jaxgan.runs.identity import describe
from jaxgan.runs.pace import Pace, stoppable
from jaxgan.runs.progress import watching
from jaxgan.training import Recipe, Setup, TrainState, create_state
from jaxgan.training.keys import keys_of_run

__all__ = ["Diverged", "Interrupted", "train"]

SECONDS_PER_CHUNK = 1.0
"""Duration of a dispatch: short enough for the progress bar and for Ctrl-C."""


class Diverged(FloatingPointError):
    """A training diverged: a metric or a number of the state is not finite.

    Attributes:
        step: the step that was not taken.
        state: the state before that step, which is saved.
    """

    def __init__(self, message: str, state: TrainState) -> None:
        super().__init__(message)
        self.state, self.step = state, int(state.step)


class Interrupted(KeyboardInterrupt):
    """The run was stopped by a signal; its state is saved."""


class _Plan(NamedTuple):
    """The steps at which something is due: periodically, at given steps, and at the end."""

    steps: int
    log_every: int
    save_every: int
    observe_at: Collection[int]

    def check(self) -> _Plan:
        """The plan itself, if it can be followed."""
        for name in ("log_every", "save_every"):
            if (period := getattr(self, name)) < 1:
                raise ValueError(f"{name} must be at least 1 step, got {period}")
        wrong = [step for step in self.observe_at if step < 0]
        if wrong:
            raise ValueError(f"observe_at must be steps from 0 on, got {wrong[0]}")
        return self

    def due(self, step: int, period: int) -> bool:
        """Whether something with this period is due."""
        return step == self.steps or step % period == 0

    def observed(self, step: int) -> bool:
        """Whether an observation is due."""
        return bool(self.observe_at) and (step == self.steps or step in self.observe_at)

    def room(self, step: int) -> int:
        """Number of steps until something is due."""
        periods = (period - step % period for period in (self.log_every, self.save_every))
        moments = (moment - step for moment in self.observe_at if moment > step)
        return min(self.steps - step, *periods, *moments)


def train(
    setup: Setup,
    *,
    seed: int = 0,
    folder: Path | None = None,
    settings: Mapping[str, Any] | None = None,
    title: str = "training",
    log_every: int = 100,
    save_every: int = 1000,
    observe: Observe | None = None,
    observe_at: Collection[int] = (),
    best_by: str | None = None,
    devices: int = 1,
    via: Via | None = None,
    progress: bool = True,
) -> TrainState:
    """Trains for the setup's number of steps, from the last checkpoint in the folder if it has one.

    The result depends only on the setup and the seed, to the last bit: not on `log_every`,
    `save_every` or `observe_at`, nor on how often the run was stopped and resumed.

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
        observe: a function of the state that returns numbers by name, for lines of
            `observed.jsonl`.
        observe_at: the steps at which it is called, such as `range(0, 1001, 100)`, besides the
            last step; it is never called if empty.
        best_by: name of the observation by which the best checkpoint is kept, lower is better.
        devices: number of devices over which a batch is split.
        via: how it is split, see `runs.devices`.
        progress: whether to show the progress on standard error.

    Returns:
        The state after the last step.

    Raises:
        ValueError: the setup or the settings differ from the folder's, a period is below 1, or the
            batch does not divide over the devices.
        Diverged: a metric or the state is not finite; the state before that step is saved.
        Interrupted: SIGINT or SIGTERM was received; the state is saved.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> networks, points = presets.mlp((2,), width=8), data.load("swiss_roll")
    >>> state = train(Setup(networks, recipes.wgan_gp(), points, batch_size=4, steps=3))
    >>> int(state.step)
    3
    """
    plan = _Plan(setup.steps, log_every, save_every, observe_at if observe else ()).check()
    check_placement(setup.batch_size, devices, via)
    state_key, key = keys_of_run(seed)
    state = create_state(setup.networks, setup.recipe, state_key, setup.data)
    identity = {} if folder is None else describe(setup, seed) | dict(settings or {})
    log = RunFolder(folder, identity, best_by, setup.steps)
    state = log.restore(state)
    advance = _advance(setup, key, plan, devices=devices, via=via)
    with (
        stoppable() as stopped,
        watching(title, setup.steps, int(state.step), shown=progress) as watch,
    ):
        if observe and plan.observed(int(state.step)):
            log.observe(observe, state)
        while (step := int(state.step)) < setup.steps:
            begin = time.perf_counter()
            state, metrics, failed = advance(state)
            log.gather(metrics, time.perf_counter() - begin)
            step = int(state.step)
            if failed is not None:
                log.flush(step, failed)
                log.save(state)
                raise Diverged(_why(step, failed), state)
            watch(step, log.means())
            if stopped or plan.due(step, log_every):
                log.flush(step)
            observed = bool(observe) and plan.observed(step)
            if observe and observed:
                log.observe(observe, state)
            if stopped or plan.due(step, save_every) or (observed and best_by):
                log.save(state)
            if stopped and step < setup.steps:
                where = f"; saved in {folder}: the same call resumes from there" if folder else ""
                raise Interrupted(f"stopped after step {step}{where}")
    return state


Metrics = dict[str, np.ndarray]


def _advance(
    setup: Setup, key: Key[Array, ""], plan: _Plan, **placement: Any
) -> Callable[[TrainState], tuple[TrainState, Metrics, dict[str, float] | None]]:
    """A function that takes a chunk of steps.

    It returns the state, the metrics of the steps that were taken, and the metrics of the step that
    diverged if one did.
    """
    pace = Pace(SECONDS_PER_CHUNK)

    def advance(state: TrainState) -> tuple[TrainState, Metrics, dict[str, float] | None]:
        step = int(state.step)
        chunk = compile_chunk(
            setup.networks,
            setup.recipe,
            batch_size=setup.batch_size,
            n_critic=setup.recipe.critic_steps(step),
            capacity=plan.log_every,
            **placement,
        )
        length = min(_same_critic_steps(setup.recipe, step, plan.room(step)), pace.length())
        begin = time.perf_counter()
        state, history = chunk(state, setup.data, key, length)
        taken = int(state.step) - step
        pace.learn(length, time.perf_counter() - begin)
        metrics = {name: np.asarray(values) for name, values in history.items()}
        failed = None
        if taken < length:
            failed = {name: float(values[taken]) for name, values in metrics.items()}
        return state, {name: values[:taken] for name, values in metrics.items()}, failed

    return advance


def _same_critic_steps(recipe: Recipe, step: int, length: int) -> int:
    """How many of the next `length` steps have the same number of critic steps."""
    if isinstance(recipe.n_critic, int):
        return length
    n_critic = recipe.critic_steps(step)
    changes = (n for n in range(length) if recipe.critic_steps(step + n) != n_critic)
    return next(changes, length)


def _why(step: int, metrics: Mapping[str, float]) -> str:
    wrong = [f"{name} is {value}" for name, value in metrics.items() if not np.isfinite(value)]
    what = ", ".join(wrong) or "a number in the statistics or optimizer states is not finite"
    return (
        f"diverged at step {step}: {what}. The state before that step is kept, and the last lines "
        "of metrics.jsonl show the steps before it. Try a smaller learning rate"
    )
