"""What two runs must have in common to be the same run: program, data, batch size and seed.

The program is the traced initialization and step, with all constants. It contains every number and
function that training depends on, including those that `repr` does not show. Other versions of JAX
and of the libraries trace other programs, so between versions the printed settings are compared.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr

from jaxgan.data.stream import Stream
from jaxgan.runs.provenance import provenance
from jaxgan.training import Recipe, Setup, first_step
from jaxgan.types import Dataset, Networks

__all__ = ["describe", "differences", "fingerprint", "metric_names", "printed"]

SCHEDULE = 100_000
"""Number of steps at which a schedule `n_critic` is compared."""
PRINTED = ("networks", "recipe")
ADDED = (
    r" (weights = 'none'|classes = None|attention = False|activation = 'rectifier'|initial = 'he'"
    r"|constant = False)(?= )"
)
"""Settings that networks of earlier versions do not have, at the values that change nothing: they
are not printed, so that earlier runs keep their identity."""
PROGRAM, VERSIONS = "program", "versions"


def describe(setup: Setup, seed: int) -> dict[str, Any]:
    """The identity of a run, as JSON; the number of steps is not part of it.

    Args:
        setup: the inputs of the run.
        seed: the seed of the run.

    Returns:
        Printed networks and recipe, batch size, seed, versions, and fingerprints of data and
        program.
    """
    return {
        "networks": printed(setup.networks),
        "recipe": printed(setup.recipe),
        "data": fingerprint(setup.data),
        "batch_size": setup.batch_size,
        "seed": seed,
        PROGRAM: _traced(setup)[0],
        VERSIONS: provenance()["versions"],
    }


def metric_names(setup: Setup) -> list[str]:
    """The names of the metrics of a step; tracing it also checks that all shapes fit.

    Args:
        setup: the inputs of the run.

    Returns:
        The names, sorted.
    """
    return _traced(setup)[1]


def differences(saved: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """The differences between two identities; none for the same run.

    If the versions are equal, the programs are compared, so the same settings may be written in
    another way. Otherwise the printed networks and recipes are compared.

    Args:
        saved: the identity of an earlier run, read from JSON.
        given: the identity of this run, as JSON.

    Returns:
        One text per difference.

    >>> differences({"seed": 0}, {"seed": 1})
    ['seed was 0, is 1']
    """
    same_versions = saved.get(VERSIONS) == given.get(VERSIONS)
    same_program = same_versions and saved.get(PROGRAM) == given.get(PROGRAM)
    ignored = {VERSIONS, PROGRAM, *(PRINTED if same_program and PROGRAM in given else ())}
    found = [
        f"{name} was {saved.get(name)!r}, is {given.get(name)!r}"
        for name in sorted((saved.keys() | given.keys()) - ignored)
        if saved.get(name) != given.get(name)
    ]
    if same_versions and not same_program and not found:
        return ["networks or recipe print the same, but a function, class or constant changed"]
    return found


def fingerprint(data: Dataset | Stream) -> str:
    """Shape, type and the beginning of the sha256 of a data set; names of classes do not matter.

    Args:
        data: the data set, in memory or streamed.

    Returns:
        A text that differs between different data sets.

    >>> fingerprint(Dataset(np.zeros((2, 3), np.float32)))
    '(2, 3) float32 9d908ecfb6b256de'
    """
    if isinstance(data, Stream):
        return data.fingerprint
    arrays = [np.asarray(array) for array in (data.real, data.labels) if array is not None]
    digest = hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()
    return f"{arrays[0].shape} {arrays[0].dtype} {digest[:16]}"


def printed(value: Any) -> str:
    """A value on one line, without memory addresses and without Flax's comments.

    Args:
        value: networks or a recipe.

    Returns:
        Its `repr` without them.

    >>> printed(object())
    '<object object>'
    """
    text = " ".join(re.sub(r"#.*", "", _without_addresses(repr(value))).split())
    return re.sub(ADDED, "", text)


def _without_addresses(text: str) -> str:
    return re.sub(r" at 0x[0-9a-f]+", "", text)


def _traced(setup: Setup) -> tuple[str, list[str]]:
    """The fingerprint of the program of a setup, and the names of its metrics."""
    data, labels = setup.data, setup.data.labels
    kind = data.kind if isinstance(data, Stream) else type(data)
    types = (
        data.real.shape[1:],
        str(data.real.dtype),
        None if labels is None else str(labels.dtype),
    )
    return _program(setup.networks, setup.recipe, setup.batch_size, kind, *types)


@functools.lru_cache(maxsize=1024)
def _program(
    networks: Networks,
    recipe: Recipe,
    batch_size: int,
    kind: type[Dataset],
    shape: tuple[int, ...],
    dtype: str,
    labels: str | None,
) -> tuple[str, list[str]]:
    """The beginning of the sha256 of initialization, step and critic's schedule; the metrics."""
    data = kind(jnp.zeros((1, *shape), dtype), None if labels is None else jnp.zeros(1, labels))

    step = functools.partial(first_step, networks, recipe, data, batch_size)
    program, (_, metrics) = jax.make_jaxpr(step, return_shape=True)(jax.random.key(0))
    digest = hashlib.sha256()
    for part in _parts(program):
        digest.update(part)
    if not isinstance(recipe.n_critic, int):
        digest.update(bytes(str([recipe.n_critic(step) for step in range(SCHEDULE)]), "ascii"))
    return digest.hexdigest()[:16], sorted(metrics)


def _parts(program: ClosedJaxpr) -> Iterator[bytes]:
    """The text of a program, without names of functions, and the arrays that it contains."""
    text = program.pretty_print(use_color=False)  # `str` has colors if there is a terminal
    yield re.sub(r"\bname=[^\s\]]+", "", _without_addresses(text)).encode()
    yield from _constants(program)


def _constants(value: Any) -> Iterator[bytes]:
    """The arrays of all programs nested in a value."""
    if isinstance(value, (ClosedJaxpr, Jaxpr)):  # one class in later versions of JAX
        for array in getattr(value, "consts", ()):
            yield np.asarray(array).tobytes()
        for equation in value.eqns:
            yield from _constants(tuple(equation.params.values()))
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _constants(item)
