"""The setup that is examined, with values that several diagnoses use, computed once."""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn
from jaxtyping import Array, Key

from jaxgan.training import (
    Player,
    Setup,
    TrainState,
    create_state,
    make_train_step,
    sample_batch,
)
from jaxgan.training.modules import apply, fakes
from jaxgan.types import Batch, Networks

__all__ = ["FirstSteps", "Subject", "limits", "quick", "with_noise", "with_optimizer"]

WARM_UP = 20
"""Number of first steps: enough for a last layer of zeros to change, and for a median time."""

NOISE = 0.05
"""About the size of initial weights."""


def quick(function: Callable[..., Any], **options: Any) -> Any:
    """Compiles a function that runs only a few times: with few optimizations."""
    few = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
    return jax.jit(function, compiler_options=few, **options)


def limits(near: np.ndarray, far: np.ndarray) -> tuple[float, float]:
    """The smallest and the largest output of a network for any parameters.

    An extreme counts as a limit if the outputs for large (`near`) and for larger parameters (`far`)
    have the same; otherwise it is infinite.
    """
    near, far = (np.array([x.min(), x.max()]) for x in (near, far))
    if not near[0] < near[1] or not np.isfinite(far).all():  # no conclusion is possible
        return -np.inf, np.inf
    stays = np.abs(far - near) <= 1e-3 * np.abs(near).max()
    return (float(near[0]) if stays[0] else -np.inf, float(near[1]) if stays[1] else np.inf)


class FirstSteps(NamedTuple):
    """The results of the first steps, which stop at the first that is not finite."""

    state: TrainState
    metrics: dict[str, np.ndarray]
    seconds: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Subject:
    """A setup with the number of devices and the key of the examination."""

    setup: Setup
    devices: int
    key: Key[Array, ""]

    @functools.cached_property
    def n_critic(self) -> int:
        """Critic steps per generator step, at the end of a schedule."""
        return self.setup.recipe.critic_steps(self.setup.steps - 1)

    @functools.cached_property
    def state(self) -> TrainState:
        """The state before step 0."""
        return create_state(self.setup.networks, self.setup.recipe, self.key, self.setup.data)

    def draw(self, step: int, n_critic: int | None = None, batch_size: int | None = None) -> Batch:
        """The batch of a step."""
        return self._sampled(
            self.setup.data,
            jax.random.fold_in(self.key, step),
            n_critic=self.n_critic if n_critic is None else n_critic,
            batch_size=batch_size or self.setup.batch_size,
            generator_batches=self.setup.recipe.generator_batches,
        )

    @functools.cached_property
    def _sampled(self) -> Callable[..., Batch]:
        return quick(sample_batch, static_argnames=("n_critic", "batch_size", "generator_batches"))

    @functools.cached_property
    def probe(self) -> Batch:
        """Examples and keys that no step uses, `[batch]`."""
        return jax.tree.map(lambda x: x[0], self.draw(self.setup.steps, n_critic=0))

    @functools.cached_property
    def traced(self) -> Any:
        """The traced train step, not yet compiled."""
        step = make_train_step(self.setup.networks, self.setup.recipe)
        return jax.jit(step).trace(self.state, self.draw(0))

    @functools.cached_property
    def program(self) -> Any:
        """The compiled train step of a training."""
        return self.traced.lower().compile()

    @functools.cached_property
    def scores(self) -> Callable[[Player, Array, Batch], Array]:
        """`(critic, x, probe) -> [batch, ...]` scores or features, in training mode."""
        return quick(functools.partial(_scores, self.setup.networks))

    @functools.cached_property
    def slopes(self) -> Callable[[Player, Array, Batch, Array], Array]:
        """The gradient with respect to x of a weighted sum of the scores, `[batch, ...]`."""

        def total(x: Array, critic: Player, probe: Batch, weights: Array) -> Array:
            return (weights * _scores(self.setup.networks, critic, x, probe)).sum()

        slopes = quick(jax.grad(total))
        return lambda critic, x, probe, weights: slopes(x, critic, probe, weights)

    @functools.cached_property
    def fakes(self) -> Callable[[Player, Batch], Array]:
        """`(generator, probe) -> [batch, ...]` examples, in training mode."""
        return quick(functools.partial(_fakes, self.setup.networks))

    @functools.cached_property
    def labeled(self) -> dict[str, Callable[[Player, Array, Array], Array]]:
        """By network: `(player, inputs, labels) -> outputs`, not in training mode."""

        def compiled(module: nn.Module) -> Callable[[Player, Array, Array], Array]:
            return quick(lambda player, x, y: apply(module, player.variables, x, y, train=False)[0])

        networks = self.setup.networks
        return {"generator": compiled(networks.generator), "critic": compiled(networks.critic)}

    def update(self, role: str, gradients: Any, params: Any) -> Any:
        """The first update of a network's optimizer for these gradients and parameters."""
        return self._updates[role](gradients, getattr(self.state, role).opt_state, params)

    @functools.cached_property
    def _updates(self) -> dict[str, Callable[..., Any]]:
        def compiled(optimizer: optax.GradientTransformation) -> Callable[..., Any]:
            update = optax.with_extra_args_support(optimizer).update
            return quick(lambda *given: update(*given, value=jnp.zeros(()))[0])

        recipe = self.setup.recipe
        optimizers = {"generator": recipe.generator_optimizer, "critic": recipe.critic_optimizer}
        return {role: compiled(optimizer) for role, optimizer in optimizers.items()}

    def weights(self) -> Array:
        """A random number per score or feature, since sums of features may be constant."""
        probe = self.probe
        shape = jax.eval_shape(self.scores, self.state.critic, probe.real, probe).shape
        return jnp.asarray(np.random.default_rng(0).normal(size=shape), jnp.float32)

    @functools.cached_property
    def first_steps(self) -> FirstSteps:
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
        return FirstSteps(state, rows, np.array(seconds))


def with_noise(player: Player) -> Player:
    """The network with noise on its parameters, for layers that are initialized to zero."""
    noise = np.random.default_rng(0)

    def noisy(p: Array) -> np.ndarray:
        return (np.asarray(p) + noise.normal(0, NOISE, p.shape)).astype(p.dtype)

    return player._replace(params=jax.tree.map(noisy, player.params))


def with_optimizer(state: TrainState, optimizer: optax.GradientTransformation) -> TrainState:
    """The state for a recipe that has this optimizer for both networks."""

    def renewed(player: Player) -> Player:
        return player._replace(opt_state=optimizer.init(player.params))

    return state._replace(generator=renewed(state.generator), critic=renewed(state.critic))


def _scores(networks: Networks, critic: Player, x: Array, probe: Batch) -> Array:
    options = {"train": True, "keys": probe.keys}
    return apply(networks.critic, critic.variables, x, probe.labels, **options)[0]


def _fakes(networks: Networks, generator: Player, probe: Batch) -> Array:
    return fakes(networks, generator.variables, probe.keys, probe.labels, train=True)[0]
