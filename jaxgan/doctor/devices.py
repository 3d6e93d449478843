"""Whether a step is the same on one device and on several."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import jax
import numpy as np

from jaxgan.doctor.batch_dependence import has_common_statistic
from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject, quick, with_optimizer
from jaxgan.optimizers import sgd
from jaxgan.training import TrainState, make_train_step

__all__ = ["device_dependent"]

AXIS = "devices"
TOLERANCE = 1e-3
"""Sums in another order differ by 1e-5 of a gradient; statistics of half a batch by 1 / sqrt(n)."""
COMMON = 0.1
"""For a critic with one statistic of the batch as an input, which gave 0.004 to 0.032."""


def device_dependent(subject: Subject) -> Iterator[Finding]:
    """Compares a step of gradient descent on a batch with one on its parts under an axis name.

    `vmap` with an axis name has the same effect as `pmap` and needs no second device. Adam would
    turn rounding errors into full steps where a gradient is zero.
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
    moved = {
        f"{name} of the {role} by {worst:.2g}": worst
        for role, (worst, name) in differences.items()
        if worst > TOLERANCE
    }
    if moved and (max(moved.values()) > COMMON or not has_common_statistic(subject)):
        yield Finding(
            "device-dependent",
            f"one step on {n} devices differs from a step on one device: {' and '.join(moved)} of "
            "the largest update",
            "the number of devices becomes a hyperparameter, and a run cannot be reproduced on "
            "other machines",
            "use nn.BatchNorm for batch statistics, since it is given the axis, or no batch "
            "statistics; draw random numbers per example from its key",
        )


def _difference(
    role: str, start: TrainState, one: TrainState, many: TrainState
) -> tuple[float, str]:
    """The largest difference of two results, in units of the largest update, and its leaf."""
    trees = (getattr(state, role).params for state in (start, one, many))
    leaves = [jax.tree_util.tree_leaves_with_path(tree) for tree in trees]
    moves, differences, names = [0.0], [0.0], [""]
    for (path, before), (_, first), (_, second) in zip(*leaves, strict=True):
        before, first, second = (np.asarray(x) for x in (before, first, second))
        moves.append(float(np.abs(first - before).max()))
        # Rounding of the parameter itself is not a difference.
        rounding = float(4 * np.finfo(np.float32).eps * np.abs(before).max())
        differences.append(max(float(np.abs(first - second).max()) - rounding, 0.0))
        names.append(jax.tree_util.keystr(path, simple=True, separator="/"))
    worst = int(np.argmax(differences))
    return differences[worst] / max(*moves, 1e-30), names[worst]
