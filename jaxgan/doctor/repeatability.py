"""Whether a step is pure: the same inputs give the same program and the same numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject
from jaxgan.training import make_train_step

__all__ = ["impure"]

TRACES = 3
"""Three tosses of a coin in Python are equal with probability 1/4, two with 1/2."""


def impure(subject: Subject) -> Iterator[Finding]:
    """Randomness or state of Python inside the step, which `jit` turns into constants."""
    batch, probe = subject.draw(0), subject.probe
    critic, generator = subject.state.critic, subject.state.generator
    roles = {
        "generator": _changes(_fresh(subject.fakes), generator, probe),
        "critic": _changes(_fresh(subject.scores), critic, probe.real, probe),
    }
    step = make_train_step(subject.setup.networks, subject.setup.recipe)
    again = jax.make_jaxpr(step)(subject.state, batch)
    if not any(roles.values()) and not _differ(subject.traced.jaxpr, again):
        if not _repeats(subject.program, subject.state, batch):
            yield _finding("a callback to Python")
        return
    names = [
        f"the {role} {type(getattr(subject.setup.networks, role)).__name__}"
        for role, changes in roles.items()
        if changes
    ]
    where = " and ".join(names) or "the latent distribution, objective, penalties or optimizers"
    yield _finding(where)


def _finding(where: str) -> Finding:
    return Finding(
        "impure",
        f"with the same variables, inputs and keys the step differs from one call to the next: "
        f"{where}",
        "jit runs the Python of a step once, so a NumPy draw is one constant during the run and "
        "differs after a resume or on another device",
        "draw from JAX keys, and keep changing state in a Flax variable collection",
    )


def _fresh(function: Any) -> Callable[[], Callable[..., Any]]:
    """Makes a new function at each call, so that JAX traces it again."""
    return lambda: lambda *given: function.__wrapped__(*given)


def _changes(make: Callable[[], Callable[..., Any]], *given: Any) -> bool:
    traced = [jax.make_jaxpr(make())(*given) for _ in range(TRACES)]
    return any(_differ(traced[0], other) for other in traced[1:])


def _differ(one: Any, other: Any) -> bool:
    if _text(one) != _text(other):
        return True
    constants = ([np.asarray(x) for x in program.consts if _numeric(x)] for program in (one, other))
    return not all(np.array_equal(x, y, equal_nan=True) for x, y in zip(*constants, strict=True))


def _repeats(program: Callable[..., Any], *given: Any) -> bool:
    """Whether the compiled step repeats its metrics, up to the order of the sums."""
    first, second = (jax.tree.leaves(program(*given)[1]) for _ in range(2))
    return np.allclose(first, second, rtol=1e-2, atol=1e-6, equal_nan=True)


def _text(program: Any) -> str:
    """The program as text, without memory addresses."""
    return re.sub(r"0x[0-9a-f]+", "", str(program.jaxpr))


def _numeric(x: Any) -> bool:
    return np.issubdtype(getattr(x, "dtype", None) or np.asarray(x).dtype, np.number)
