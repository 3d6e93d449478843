"""What is examined, and what several diagnoses need of it, computed once."""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Key

from jaxgan.training import (
    Networks,
    Player,
    Recipe,
    TrainState,
    create_state,
    make_train_step,
    sample_batch,
)
from jaxgan.training.modules import apply, generate
from jaxgan.types import Batch, Dataset

__all__ = ["Course", "Patient"]

WARM_UP = 20
"""Steps that are really taken: enough for a zero last layer to come alive and for a median time."""


class Course(NamedTuple):
    """How the first steps went; they end early at one that is not finite."""

    state: TrainState
    metrics: dict[str, np.ndarray]
    seconds: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Patient:
    """Networks, recipe and data as they would be trained."""

    networks: Networks
    recipe: Recipe
    data: Dataset
    batch_size: int
    steps: int
    devices: int
    key: Key[Array, ""]

    @functools.cached_property
    def n_critic(self) -> int:
        """Critic steps per generator step, at the end of a schedule."""
        return self.recipe.critic_steps(self.steps - 1)

    @functools.cached_property
    def state(self) -> TrainState:
        """The state before step 0."""
        return create_state(self.networks, self.recipe, self.key, self.data)

    def draw(self, step: int, n_critic: int | None = None, batch_size: int | None = None) -> Batch:
        """The batch of a step."""
        return sample_batch(
            self.data,
            jax.random.fold_in(self.key, step),
            n_critic=self.n_critic if n_critic is None else n_critic,
            batch_size=batch_size or self.batch_size,
        )

    def probe(self, n: int) -> Batch:
        """Examples and keys that no step sees, `[n]`."""
        return jax.tree.map(lambda x: x[0], self.draw(self.steps, n_critic=0, batch_size=n))

    @functools.cached_property
    def program(self) -> Any:
        """The compiled train step."""
        return self.compiled(self.recipe).lower(self.state, self.draw(0)).compile()

    def compiled(self, recipe: Recipe) -> Any:
        """The jitted train step of these networks with another recipe."""
        return jax.jit(make_train_step(self.networks, recipe))

    @functools.cached_property
    def scores(self) -> Callable[[Player, Array, Batch], Array]:
        """`(critic, x, probe) -> [batch, ...]` scores or features, in training mode."""
        return jax.jit(functools.partial(_scores, self.networks))

    @functools.cached_property
    def fakes(self) -> Callable[[Player, Batch], Array]:
        """`(generator, probe) -> [batch, ...]` examples, in training mode."""
        return jax.jit(functools.partial(_fakes, self.networks))

    @functools.cached_property
    def course(self) -> Course:
        """The first steps of the training."""
        state, history, seconds = self.state, [], []
        for step in range(WARM_UP):
            batch = jax.block_until_ready(self.draw(step))
            start = time.perf_counter()
            state, metrics = jax.block_until_ready(self.program(state, batch))
            seconds.append(time.perf_counter() - start)
            history.append({name: float(value) for name, value in metrics.items()})
            if not np.isfinite(list(history[-1].values())).all():
                break
        rows = {name: np.array([row[name] for row in history]) for name in history[0]}
        return Course(state, rows, np.array(seconds))


def _scores(networks: Networks, critic: Player, x: Array, probe: Batch) -> Array:
    variables = {"params": critic.params, **critic.stats}
    return apply(networks.critic, variables, x, probe.labels, train=True, keys=probe.keys)[0]


def _fakes(networks: Networks, generator: Player, probe: Batch) -> Array:
    variables = {"params": generator.params, **generator.stats}
    return generate(networks, variables, probe.keys, probe.labels, train=True)[0]
