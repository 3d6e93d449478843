"""What the processes do that `tests/test_processes.py` starts."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan import recipes
from jaxgan.data.stream import Stream
from jaxgan.doctor import examine
from jaxgan.runs import compile_step, train, train_population
from jaxgan.runs.bookkeeping import Interrupted, digest
from jaxgan.runs.identity import fingerprint
from jaxgan.training import Setup, create_state, sample_batch
from tests.members import MEMBERS, MLP, NETWORKS, PENALIZED, RECIPES, setup

BATCH, STEPS = 24, 3
DATA: Any = MEMBERS["penalized"].data


def member(name: str) -> Setup:
    """A setup of the contracts, a recipe of the registry, or streamed images."""
    if name == "streamed":
        images = MEMBERS["batch_norm_generator"]
        return dataclasses.replace(_sized(images), data=stream_of(images))
    found = MEMBERS.get(name) or setup(NETWORKS.get(name, MLP), RECIPES[name], DATA)
    return _sized(found)


def stream_of(images: Setup, read: Callable[[int], object] = lambda i: None) -> Stream:
    """The images of a setup, as a stream; `read` is called for each that is read."""
    real = np.asarray(images.data.real)
    shape = jax.ShapeDtypeStruct(real.shape, jnp.uint8)
    return Stream(shape, None, lambda i: (read(i), real[i])[1], fingerprint(images.data))


def _sized(found: Setup) -> Setup:
    return dataclasses.replace(found, batch_size=BATCH, steps=STEPS)


def distance(name: str) -> float:
    """The largest difference between the training on all devices and that on one device."""
    chosen = member(name)
    shared = train(chosen, devices=jax.device_count(), progress=False)
    alone = train(chosen, progress=False)
    pairs = zip(jax.tree.leaves(shared), jax.tree.leaves(alone), strict=True)
    return max(float(np.max(np.abs(np.asarray(a, float) - b), initial=0.0)) for a, b in pairs)


def step_distance() -> float:
    """The same for one compiled step, to which every process gives the whole batch."""
    chosen = member("conditional")
    state = create_state(chosen.networks, chosen.recipe, jax.random.key(0), chosen.data)
    batch = sample_batch(chosen.data, jax.random.key(1), n_critic=2, batch_size=BATCH)
    copies = [jax.tree.map(jnp.copy, state) for _ in range(2)]
    found, _ = compile_step(chosen.networks, chosen.recipe, jax.device_count())(copies[0], batch)
    alone, _ = compile_step(chosen.networks, chosen.recipe)(copies[1], batch)
    pairs = zip(jax.tree.leaves(found), jax.tree.leaves(alone), strict=True)
    return max(float(np.max(np.abs(np.asarray(a, float) - b), initial=0.0)) for a, b in pairs)


def population(folder: str, steps: str) -> list[str]:
    """The digests of four members that are divided over all devices."""
    found = train_population(
        MLP,
        recipes.wgan_gp,
        DATA,
        steps=int(steps),
        seeds=range(4),
        settings={"weight": [0.1, 1.0, 3.0, 10.0]},
        batch_size=BATCH,
        folder=Path(folder),
        save_every=10,
        devices=jax.device_count(),
        progress=False,
    )
    return [digest(state) for state in found.states]


def read_by_this_process() -> int:
    """How many examples a process reads of a stream in a shared training."""
    indices: list[int] = []
    images = MEMBERS["batch_norm_generator"]
    chosen = dataclasses.replace(_sized(images), data=stream_of(images, indices.append))
    train(chosen, devices=jax.device_count(), progress=False)
    return len(indices)


def examined() -> list[str]:
    """What the doctor finds, which examines on one device of this process."""
    return [finding.what for finding in examine(member("penalized")).findings]


def to_the_end(folder: str, steps: str, devices: str) -> dict[str, Any]:
    """Trains in a folder, and says what the state is; observes it twice."""
    chosen = Setup(MLP, PENALIZED, DATA, BATCH, int(steps))
    number = int(devices) or jax.device_count()
    options: dict[str, Any] = {"save_every": 10, "log_every": 10, "progress": False}
    try:
        state = train(
            chosen,
            folder=Path(folder),
            devices=number,
            observe=lambda state: {
                "size": float(jnp.abs(state.critic.params["Dense_0"]["bias"]).sum())
            },
            observe_at=(0, 10),
            **options,
        )
    except Interrupted as stop:
        return {"stopped": int(stop.state.step), "digest": digest(stop.state)}
    weight = np.asarray(jax.tree.leaves(state.critic.params)[-1], float)
    return {"step": int(state.step), "digest": digest(state), "weight": weight.ravel().tolist()}


def other_setups(process: int) -> float:
    """A training whose batch size differs between the processes."""
    chosen = dataclasses.replace(member("penalized"), batch_size=BATCH // (1 + process))
    return float(train(chosen, devices=jax.device_count(), progress=False).step)


def fails_before(process: int, folder: str) -> Any:
    """A training for which process 1 does not come as far as that."""
    if process == 1:
        raise RuntimeError("no such data")
    return to_the_end(folder, "10", "0")


def carry_out(process: int, task: str, words: list[str]) -> Any:
    """The result of a task, as JSON."""
    if task == "members":
        return {name: distance(name) for name in words} | {"step": step_distance()}
    if task == "train":
        return to_the_end(*words)
    if task == "fails before":
        return fails_before(process, *words)
    if task == "population":
        return population(*words)
    if task == "reads":
        return read_by_this_process()
    if task == "doctor":
        return examined()
    return other_setups(process)
