"""The format of the labels, and whether the networks have enough classes."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject, quick
from jaxgan.training import Player
from jaxgan.training.modules import apply, parameters_of

__all__ = ["label_range", "labels"]

NO_LABEL = 2**30
"""A label that no network has: its output is the output for any label out of range."""


def labels(subject: Subject) -> Iterator[Finding]:
    """Labels that are not one integer from 0 per example."""
    given = subject.setup.data.labels
    if given is None:
        return
    n = len(subject.setup.data.real)
    integers = jnp.issubdtype(given.dtype, jnp.integer)
    low = int(given.min()) if integers and given.size else 0
    if given.shape != (n,) or not integers or low < 0:
        least = f", minimum {low}" if low < 0 else ""
        yield Finding(
            "labels",
            f"data.labels is {given.dtype} of shape {given.shape} for {n} examples{least}",
            "labels index embeddings and one-hot vectors; JAX wraps, clamps or fills indices that "
            "are out of range, without an error",
            f"give [{n}] int32, counted from 0 (jaxgan.data.from_arrays checks this)",
        )


def label_range(subject: Subject) -> Iterator[Finding]:
    """Labels for which a network returns the same as for a label that cannot exist."""
    if subject.setup.data.labels is None:
        return
    known = np.unique(np.asarray(subject.setup.data.labels))
    wrong = {}
    for role in ("generator", "critic"):
        module = type(getattr(subject.setup.networks, role))
        if "labels" in parameters_of(module):
            strange = known[_unknown(_answers(subject, role, known))].tolist()
            wrong |= {f"the {role} {module.__name__}": strange[:5]} if strange else {}
    if wrong:
        who = ", ".join(f"{name} for {strange}" for name, strange in wrong.items())
        yield Finding(
            "label-range",
            f"data.labels has {known.min()}..{known.max()}, and some give the same output as a "
            f"label that cannot exist: {who}",
            "the one-hot vector of such a label is zero, its embedding is NaN or another class's: "
            "these examples train without a label, with a wrong one, or make the step NaN",
            f"give the networks {known.max() + 1} classes, or renumber data.labels from 0",
        )


def _answers(subject: Subject, role: str, known: np.ndarray) -> np.ndarray:
    """The outputs for one input with each label, then with two impossible labels."""
    asked = jnp.asarray([*known, NO_LABEL, -NO_LABEL], subject.setup.data.labels.dtype)  # pyright: ignore[reportOptionalMemberAccess]
    probe = subject.probe
    x = probe.real if role == "critic" else jax.vmap(subject.setup.networks.latent)(probe.keys)
    x = jnp.broadcast_to(x[:1], (len(asked), *x.shape[1:]))
    module, player = getattr(subject.setup.networks, role), getattr(subject.state, role)

    def answer(player: Player, x: Array, asked: Array) -> Array:
        variables = player.variables
        return apply(module, variables, x, asked, train=False)[0]

    return np.asarray(quick(answer)(player, x, asked)).reshape(len(asked), -1)


def _unknown(answers: np.ndarray) -> np.ndarray:
    """Which labels are out of range, by comparison with the last two outputs."""
    ours, above, below = answers[:-2], answers[-2], answers[-1]
    same = (ours == above).all(axis=1)
    blind = same.all()  # the network ignores labels, or does so initially
    last = not (above == below).all() and same.sum() < 2  # an index is clamped to the last class
    same &= not (blind or last)
    return same | np.isnan(ours).any(axis=1)
