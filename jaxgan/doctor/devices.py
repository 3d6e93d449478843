"""Whether a step is the same on one device and on several."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import jax
import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject, quick, with_optimizer
from jaxgan.optimizers import sgd
from jaxgan.training import TrainState, make_train_step

__all__ = ["device_dependent"]

AXIS = "devices"
TOLERANCE = 1e-3
"""Sums in another order differ by 1e-5 of a gradient; half a batch's statistics by 1 / sqrt(n)."""


def device_dependent(subject: Subject) -> Iterator[Finding]:
    """One step of plain gradient descent on a whole batch, and on its parts under an axis name.

    `vmap` with a name is to the step what `pmap` is, and needs no second device. The descent is
    plain since Adam makes a whole step of rounding where a gradient is zero.
    """
    n = subject.devices
    size = subject.setup.batch_size - subject.setup.batch_size % n
    if n < 2 or size < n:
        return
    optimizer, n_critic = sgd(1e-2), min(subject.n_critic, 1)
    recipe = dataclasses.replace(
        subject.setup.recipe,
        generator_optimizer=optimizer,
        critic_optimizer=optimizer,
        n_critic=n_critic,
    )
    start = with_optimizer(subject.first_steps.state, optimizer)
    batch = subject.draw(0, batch_size=size, n_critic=n_critic)
    parts = jax.tree.map(lambda x: x.reshape(x.shape[0], n, size // n, *x.shape[2:]), batch)
    step = make_train_step(subject.setup.networks, recipe, AXIS)
    split = jax.vmap(step, in_axes=(None, 1), axis_name=AXIS)
    one, _ = quick(make_train_step(subject.setup.networks, recipe))(start, batch)
    many, _ = quick(split)(start, parts)
    ends = one, jax.tree.map(lambda x: x[0], many)
    differences = {role: _difference(role, start, *ends) for role in ("generator", "critic")}
    moved = [
        f"{name} of the {role} by {worst:.2g}"
        for role, (worst, name) in differences.items()
        if worst > TOLERANCE
    ]
    if moved:
        yield Finding(
            "device-dependent",
            f"one step on {n} devices differs from one on one device, in {' and '.join(moved)} of "
            "the largest update",
            "the number of devices becomes a hyper-parameter, and a run cannot be repeated "
            "elsewhere",
            "take batch statistics with nn.BatchNorm, which is told of the devices, or with none; "
            "draw per example, from the keys",
        )


def _difference(
    role: str, start: TrainState, one: TrainState, many: TrainState
) -> tuple[float, str]:
    """The largest difference of two ends in units of the largest update, and the leaf it is at."""
    trees = (getattr(state, role).params for state in (start, one, many))
    leaves = [jax.tree_util.tree_leaves_with_path(tree) for tree in trees]
    moves, differences, names = [0.0], [0.0], [""]
    for (path, before), (_, first), (_, second) in zip(*leaves, strict=True):
        before, first, second = (np.asarray(x) for x in (before, first, second))
        moves.append(float(np.abs(first - before).max()))
        # What rounding of the parameter itself may do is no difference.
        rounding = float(4 * np.finfo(np.float32).eps * np.abs(before).max())
        differences.append(max(float(np.abs(first - second).max()) - rounding, 0.0))
        names.append(jax.tree_util.keystr(path, simple=True, separator="/"))
    worst = int(np.argmax(differences))
    return differences[worst] / max(*moves, 1e-30), names[worst]
