"""Whether this device computes what the CPU computes, and the same each time."""

from __future__ import annotations

import dataclasses
import functools
import tempfile
from pathlib import Path
from typing import Any

import jax
import numpy as np
import optax
from jax.flatten_util import ravel_pytree

from benchmarks.timed import with_precision
from benchmarks.works import LOSSES, WORKS, examples
from jaxgan.penalties import GradientPenalty
from jaxgan.runs import train
from jaxgan.training import Recipe, Setup, TrainState, create_state, make_train_step, sample_batch
from jaxgan.types import Batch

__all__ = ["nested_gradient", "resumed", "same_step"]

BATCH = 16
BOUNDS = {"float64": 1e-9, "float32": 2e-3, "tf32": 3e-2, "bfloat16": 2e-1}
"""Relative errors of gradients. Kinks of ReLUs add to the rounding of sums and products."""


def same_step(work: str, loss: str, precision: str) -> dict[str, Any]:
    """A step of gradient descent against the CPU's in float32, on the same numbers.

    Its updates are as exact as the gradients; Adam's first update is their sign.
    """
    recipe, state, batch, wanted = _on_cpu(work, loss)
    step = jax.jit(make_train_step(WORKS[work].networks, with_precision(recipe, precision)))
    found, _ = step(*jax.device_put((state, batch), jax.devices()[0]))
    off = {
        player: _relative(*(getattr(x, player).params for x in (found, wanted, state)))
        for player in ("critic", "generator")
    }
    return {"off": max(off.values()), "bound": BOUNDS[precision], **off}


@functools.cache
def _on_cpu(work: str, loss: str) -> tuple[Recipe, TrainState, Batch, TrainState]:
    networks = WORKS[work].networks
    plain = {"critic_optimizer": optax.sgd(1e-2), "generator_optimizer": optax.sgd(1.0)}
    recipe = dataclasses.replace(LOSSES[loss], n_critic=1, **plain)
    with jax.default_device(jax.devices("cpu")[0]):
        data, key = examples(WORKS[work]), jax.random.key(0)
        state = create_state(networks, recipe, key, data)
        batch = sample_batch(data, key, n_critic=1, batch_size=BATCH)
        after, _ = jax.jit(make_train_step(networks, recipe))(state, batch)
    return recipe, state, batch, after


def nested_gradient(work: str, precision: str) -> dict[str, Any]:
    """The gradient of the gradient penalty against the CPU's in float64."""
    gradient = functools.partial(_penalty_gradient, work)
    wanted = gradient("float64", jax.devices("cpu")[0])
    found = gradient(precision, jax.devices()[0])
    return {"off": _relative(found, wanted, 0 * wanted), "bound": BOUNDS[precision]}


def _penalty_gradient(work: str, precision: str, device: jax.Device) -> np.ndarray:
    critic, shape = WORKS[work].networks.critic, WORKS[work].shape
    points = np.random.default_rng(0).uniform(-1, 1, (BATCH, *shape)).astype(np.float32)
    keys = jax.random.split(jax.random.key(0), BATCH)

    def penalty(variables: Any, points: jax.Array) -> jax.Array:
        scores = functools.partial(critic.apply, variables)
        return GradientPenalty(at="real")(scores, points, points, keys)

    wide = precision == "float64"
    with_precision(LOSSES["gp"], "float32" if wide else precision)
    given = jax.device_get(jax.jit(critic.init)(jax.random.key(1), points)), points
    with jax.enable_x64(wide):
        given = jax.tree.map(lambda x: x.astype(np.float64 if wide else np.float32), given)
        gradient = jax.jit(jax.grad(penalty))(*jax.device_put(given, device))
        return np.asarray(ravel_pytree(gradient)[0], np.float64)


def resumed(work: str, loss: str) -> dict[str, Any]:
    """The largest difference between two runs, and between one run and one with a break."""

    def run(steps: int, folder: Path | None = None) -> np.ndarray:
        networks, _, batch = WORKS[work]
        setup = Setup(networks, LOSSES[loss], examples(WORKS[work]), batch, steps)
        state = train(setup, folder=folder, progress=False)
        return np.asarray(ravel_pytree(state)[0], np.float64)

    with_precision(LOSSES[loss], "tf32")
    whole, again = run(4), run(4)
    with tempfile.TemporaryDirectory() as folder:
        run(2, Path(folder))
        parts = run(4, Path(folder))
    off = {"again": float(abs(again - whole).max()), "broken": float(abs(parts - whole).max())}
    return {"off": max(off.values()), "bound": 0.0, **off}


def _relative(found: Any, wanted: Any, start: Any) -> float:
    """The error of a change, relative to the change."""
    found, wanted, start = (
        np.asarray(ravel_pytree(jax.device_get(tree))[0], np.float64)
        for tree in (found, wanted, start)
    )
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted - start))
