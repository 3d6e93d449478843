"""The run: chunks of steps on the device, metrics as they come, checkpoints, and a way back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jax
import numpy as np

from jaxgan.parallel import Via, compile_chunk
from jaxgan.progress import watching
from jaxgan.run_folder import Observe, RunFolder, describe
from jaxgan.tempo import Pace, stoppable
from jaxgan.training import Networks, Recipe, TrainState, create_state
from jaxgan.types import Dataset

__all__ = ["Interrupted", "NotFinite", "train"]

SECONDS_PER_CHUNK = 1.0
"""How long a dispatch may take, so that the progress bar lives and Ctrl-C is answered."""


class NotFinite(FloatingPointError):
    """A metric stopped being finite at `step`; the state before that step was kept."""

    def __init__(self, step: int, message: str) -> None:
        super().__init__(message)
        self.step = step


class Interrupted(KeyboardInterrupt):
    """The run was told to stop and has saved its state."""


def train(
    networks: Networks,
    recipe: Recipe,
    data: Dataset,
    *,
    steps: int,
    batch_size: int = 64,
    seed: int = 0,
    folder: Path | None = None,
    settings: Mapping[str, Any] | None = None,
    title: str = "training",
    log_every: int = 100,
    save_every: int = 1000,
    observe: Observe | None = None,
    observe_every: int = 0,
    best_by: str | None = None,
    devices: int = 1,
    via: Via = "jit",
) -> TrainState:
    """Trains for a number of generator steps, from the last checkpoint of the folder if it has one.

    The bits of the result depend on the arguments alone: not on `log_every`, `save_every` or
    `observe_every`, nor on how often the run was stopped and resumed.

    Args:
        networks: who plays.
        recipe: how they play.
        data: what they play on, drawn with replacement.
        steps: generator steps in all; a folder that is further is returned as it is.
        batch_size: examples per step of either player, over all devices.
        seed: of the parameters and of all draws.
        folder: where metrics, observations and checkpoints go; nowhere if None.
        settings: what a resumed run must have in common with this one, as JSON, beside recipe,
            networks, batch size, seed and data.
        title: what the progress bar says.
        log_every: steps per line of `metrics.jsonl`, each the mean since the line before; also
            the most steps of one dispatch.
        save_every: steps between checkpoints; one is always saved at the end.
        observe: what to measure of a state now and then; lines of `observed.jsonl`.
        observe_every: steps between observations, the first at step 0, one at the end; 0 for none.
        best_by: the observation by which the best checkpoint is kept, lower is better.
        devices: over how many devices a batch is split.
        via: how, see `parallel`.

    Returns:
        The state after the last step.

    Raises:
        ValueError: the batch is larger than the data, or settings differ from the folder's.
        NotFinite: a metric is NaN or infinite; the state before that step is saved.
        Interrupted: SIGINT or SIGTERM came; the state is saved.

    >>> from jaxgan import architectures, data, recipes
    >>> networks = architectures.mlp((2,), width=8)
    >>> state = train(networks, recipes.wgan_gp(), data.load("swiss_roll"), steps=3, batch_size=4)
    >>> int(state.step)
    3
    """
    if not 0 < batch_size <= len(data.real):
        raise ValueError(
            f"batch_size={batch_size} with {len(data.real)} examples: use a batch of 1 to "
            f"{len(data.real)}"
        )
    state_key, key = jax.random.split(jax.random.key(seed))
    state = create_state(networks, recipe, state_key, data)
    log = RunFolder(
        folder, describe(networks, recipe, data, batch_size, seed) | dict(settings or {}), best_by
    )
    state = log.restore(state)
    pace = Pace(SECONDS_PER_CHUNK)
    with stoppable() as stopped, watching(title, steps, int(state.step)) as watch:
        if observe and observe_every and int(state.step) == 0:
            log.observe(observe, state)
        while (step := int(state.step)) < steps:
            chunk = compile_chunk(
                networks,
                recipe,
                batch_size=batch_size,
                n_critic=recipe.critic_steps(step),
                capacity=log_every,
                devices=devices,
                via=via,
            )
            boundary = _until_boundary(recipe, step, steps, (observe_every, save_every, log_every))
            length = min(boundary, pace.length())
            begin = time.perf_counter()
            state, history = chunk(state, data, key, length)
            taken = int(state.step) - step
            seconds = time.perf_counter() - begin
            pace.learn(length, seconds)
            metrics = {name: np.asarray(values)[:length] for name, values in history.items()}
            if taken < length:
                log.save(state)
                step += taken
                raise NotFinite(step, _what_failed(step, taken, metrics, folder))
            step += length
            log.gather(metrics, seconds)
            watch(step, log.means())
            if stopped or step == steps or step % log_every == 0:
                log.flush(step)
            if observe and observe_every and (step == steps or step % observe_every == 0):
                log.observe(observe, state)
            if stopped or step == steps or step % save_every == 0:
                log.save(state)
            if stopped and step < steps:
                where = f"; saved in {folder}: the same call goes on from there" if folder else ""
                raise Interrupted(f"stopped after step {step}{where}")
    return state


def _until_boundary(recipe: Recipe, step: int, steps: int, periods: Iterable[int]) -> int:
    """Steps until the next thing to do, over which the number of critic steps stays the same."""
    length = min(steps - step, *(period - step % period for period in periods if period))
    if isinstance(recipe.n_critic, int):
        return length
    n_critic = recipe.critic_steps(step)
    changes = (n for n in range(length) if recipe.critic_steps(step + n) != n_critic)
    return next(changes, length)


def _what_failed(
    step: int, index: int, metrics: Mapping[str, np.ndarray], folder: Path | None
) -> str:
    values = {name: float(series[index]) for name, series in metrics.items()}
    wrong = [f"{name} is {value}" for name, value in values.items() if not np.isfinite(value)]
    return (
        f"step {step}: {', '.join(wrong)}. The state before it is kept"
        f"{f' in {folder}' if folder else ''}; look at the lines before in its metrics, and try a "
        "smaller learning rate"
    )
