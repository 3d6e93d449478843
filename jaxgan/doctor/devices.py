"""Whether a step is the same on one device and on several."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.patient import Patient
from jaxgan.parallel import compile_step
from jaxgan.training import TrainState
from jaxgan.transforms import sgd

__all__ = ["device_dependent"]

TOLERANCE = 1e-3
"""Sums in another order differ by 1e-5 of a gradient; half a batch's statistics by 1 / sqrt(n)."""


def device_dependent(patient: Patient) -> Iterator[Finding]:
    """One step of plain gradient descent by `jit` on one device and by `pmap` on several.

    Plain, since Adam makes a whole step of a gradient's rounding where the gradient is zero.
    """
    n = patient.devices
    size = patient.batch_size - patient.batch_size % n
    if n < 2 or size < n:
        return
    optimizer = sgd(1e-2)
    recipe = dataclasses.replace(
        patient.recipe, generator_optimizer=optimizer, critic_optimizer=optimizer
    )
    batch = patient.draw(0, batch_size=size, n_critic=min(patient.n_critic, 1))
    if patient.n_critic:
        recipe = dataclasses.replace(recipe, n_critic=1)
    start = patient.course.state
    ends = []
    for count, via in ((1, "jit"), (n, "pmap")):
        players = {
            role: getattr(start, role)._replace(
                opt_state=optimizer.init(getattr(start, role).params)
            )
            for role in ("generator", "critic")
        }
        given = jax.tree.map(jnp.copy, start._replace(**players))
        ends.append(compile_step(patient.networks, recipe, count, via)(given, batch)[0])
    for role in ("generator", "critic"):
        worst, name = _difference(role, start, *ends)
        if worst > TOLERANCE:
            yield Finding(
                "device-dependent",
                f"one step on {n} devices moves {name} of the {role} otherwise than on one: by "
                f"{worst:.2g} of the largest update",
                "the number of devices becomes a hyper-parameter, and a run cannot be repeated "
                "elsewhere",
                "take batch statistics with nn.BatchNorm, which is told of the devices, or with "
                "none; draw per example, from the keys",
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
