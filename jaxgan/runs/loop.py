"""One training: chunks of steps on the device, metrics as they come, checkpoints, resuming."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Array, Key

from jaxgan.runs.devices import Via, compile_chunk
from jaxgan.runs.folder import Observe, RunFolder, describe
from jaxgan.runs.pace import Pace, stoppable
from jaxgan.runs.progress import watching
from jaxgan.training import Recipe, Setup, TrainState, create_state
from jaxgan.training.keys import keys_of_run

__all__ = ["Diverged", "Interrupted", "train"]

SECONDS_PER_CHUNK = 1.0
"""How long a dispatch may take, so that the progress bar lives and Ctrl-C is answered."""


class Diverged(FloatingPointError):
    """A training diverged: a metric or a number of the state stopped being finite.

    Attributes:
        step: the one that was not taken.
        state: the state before it, which is saved.
    """

    def __init__(self, message: str, state: TrainState) -> None:
        super().__init__(message)
        self.state, self.step = state, int(state.step)


class Interrupted(KeyboardInterrupt):
    """The run was told to stop and has saved its state."""


class _Plan(NamedTuple):
    """When something is due: every so many steps, at certain steps, and always at the end."""

    steps: int
    log_every: int
    save_every: int
    observe_at: Collection[int]

    def due(self, step: int, period: int) -> bool:
        """Whether what is done every `period` steps is due."""
        return step == self.steps or step % period == 0

    def observed(self, step: int) -> bool:
        """Whether an observation is due."""
        return bool(self.observe_at) and (step == self.steps or step in self.observe_at)

    def room(self, step: int) -> int:
        """Steps until something is due."""
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
    via: Via = "jit",
) -> TrainState:
    """Trains for the setup's number of steps, from the last checkpoint of the folder if it has one.

    The bits of the result depend on the setup and the seed only: not on `log_every`, `save_every`
    or `observe_at`, nor on how often the run was stopped and resumed.

    Args:
        setup: networks, recipe, data, batch size and steps; a folder that is further than that
            many steps is returned as it is.
        seed: of the parameters and of all draws.
        folder: where metrics, observations and checkpoints go; nowhere if None.
        settings: what a resumed run must have in common with this one, as JSON, beside the setup
            and the seed.
        title: what the progress bar says.
        log_every: steps per line of `metrics.jsonl`, each the mean since the line before; also
            the most steps of one dispatch.
        save_every: steps between checkpoints; one is always saved at the end.
        observe: what to measure of a state now and then; lines of `observed.jsonl`.
        observe_at: the steps at which it is measured, such as `range(0, 1001, 100)`, and at the
            end; never if empty.
        best_by: the observation by which the best checkpoint is kept, lower is better.
        devices: over how many devices a batch is split.
        via: how it is split, see `runs.devices`.

    Returns:
        The state after the last step.

    Raises:
        ValueError: the setup or the settings differ from the folder's.
        Diverged: a metric or the state stopped being finite; the state before that step is saved.
        Interrupted: SIGINT or SIGTERM came; the state is saved.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> networks, points = presets.mlp((2,), width=8), data.load("swiss_roll")
    >>> state = train(Setup(networks, recipes.wgan_gp(), points, batch_size=4, steps=3))
    >>> int(state.step)
    3
    """
    state_key, key = keys_of_run(seed)
    state = create_state(setup.networks, setup.recipe, state_key, setup.data)
    log = RunFolder(folder, describe(setup, seed) | dict(settings or {}), best_by)
    state = log.restore(state)
    plan = _Plan(setup.steps, log_every, save_every, observe_at if observe else ())
    advance = _advance(setup, key, plan, devices=devices, via=via)
    with stoppable() as stopped, watching(title, setup.steps, int(state.step)) as watch:
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
                where = f"; saved in {folder}: the same call goes on from there" if folder else ""
                raise Interrupted(f"stopped after step {step}{where}")
    return state


Metrics = dict[str, np.ndarray]


def _advance(
    setup: Setup, key: Key[Array, ""], plan: _Plan, **placement: Any
) -> Callable[[TrainState], tuple[TrainState, Metrics, dict[str, float] | None]]:
    """A function that takes a chunk of steps.

    It returns the state, the metrics of the steps that were taken, and those of the step that
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
    """So many of the next steps, at most `length`, take the same number of critic steps."""
    if isinstance(recipe.n_critic, int):
        return length
    n_critic = recipe.critic_steps(step)
    changes = (n for n in range(length) if recipe.critic_steps(step + n) != n_critic)
    return next(changes, length)


def _why(step: int, metrics: Mapping[str, float]) -> str:
    wrong = [f"{name} is {value}" for name, value in metrics.items() if not np.isfinite(value)]
    what = ", ".join(wrong) or "a number of the statistics or of an optimizer is not finite"
    return (
        f"diverged at step {step}: {what}. The state before that step is kept, and the last lines "
        "of metrics.jsonl show how it came. Try a smaller learning rate"
    )
