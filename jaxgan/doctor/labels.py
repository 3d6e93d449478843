"""The format of the labels, and whether the networks use them and have enough classes."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject, with_noise
from jaxgan.networks.conditional import takes_labels
from jaxgan.training import Setup

__all__ = ["ignored_labels", "label_range", "labels", "unused_labels"]

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
    known, wrong = _known(subject), {}
    for role in _conditional(subject):
        strange = known[_unknown(_outputs(subject, role))].tolist()
        name = type(getattr(subject.setup.networks, role)).__name__
        wrong |= {f"the {role} {name}": strange[:5]} if strange else {}
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


def unused_labels(setup: Setup) -> Finding | None:
    """The note that the data have labels and no network takes them.

    Args:
        setup: the inputs of a run.

    Returns:
        A finding that is not a fault, or None.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> digits, recipe = data.load("digits"), recipes.wgan_gp()
    >>> unused_labels(Setup(presets.mlp((8, 8, 1)), recipe, digits)).remedy[:60]
    'nothing if that is intended; otherwise give networks with cl'
    >>> unused_labels(Setup(presets.mlp((8, 8, 1), classes=10), recipe, digits))
    """
    labels, networks = setup.data.labels, setup.networks
    if labels is None or any(map(takes_labels, (networks.generator, networks.critic))):
        return None
    classes = len(np.unique(np.asarray(labels)))
    if classes < 2:
        return None
    names = (type(module).__name__ for module in (networks.generator, networks.critic))
    return Finding(
        "ignored-labels",
        f"data.labels has {classes} classes, and the networks {' and '.join(names)} take no labels",
        "the training is unconditional, and the labels have no effect on it",
        "nothing if that is intended; otherwise give networks with classes, such as "
        f"dcgan(classes={classes}), or declare `labels` in the `__call__` of both networks",
        fault=False,
    )


def ignored_labels(subject: Subject) -> Iterator[Finding]:
    """Labels that one network or both do not use."""
    if subject.setup.data.labels is None or len(_known(subject)) < 2:
        return
    if (unused := unused_labels(subject.setup)) is not None:
        yield unused
        return
    roles = ("generator", "critic") if subject.n_critic else ("generator",)
    taken = _conditional(subject)
    unused = {role: "takes no labels" for role in roles if role not in taken} | {
        role: "returns the same for all labels" for role in taken if _same(subject, role)
    }
    if not unused:
        return
    who = " and ".join(
        f"the {role} {type(getattr(subject.setup.networks, role)).__name__} {how}"
        for role, how in unused.items()
    )
    classes = len(_known(subject))
    yield Finding(
        "ignored-labels",
        f"data.labels has {classes} classes, and {who}",
        "the generator can only learn what its label means if it uses it and the critic compares "
        "it with the example",
        "use `labels` in both networks, or in neither",
    )


def _known(subject: Subject) -> np.ndarray:
    return np.unique(np.asarray(subject.setup.data.labels))


def _conditional(subject: Subject) -> list[str]:
    """The networks that take labels; a critic that is not trained does not count."""
    roles = ("generator", "critic") if subject.n_critic else ("generator",)
    networks = subject.setup.networks
    return [role for role in roles if takes_labels(getattr(networks, role))]


def _same(subject: Subject, role: str) -> bool:
    """Whether the outputs for one input and each label are equal, up to rounding."""
    ours = _outputs(subject, role)[:-2]
    return bool((np.ptp(ours, axis=0) <= 1e-6 * np.abs(ours).max()).all())


def _outputs(subject: Subject, role: str) -> np.ndarray:
    """The outputs for one input with each label, then with two impossible labels.

    The parameters are noisy, since a layer that uses the label may start at zero.
    """
    known = _known(subject)
    asked = jnp.asarray([*known, NO_LABEL, -NO_LABEL], subject.setup.data.labels.dtype)  # pyright: ignore[reportOptionalMemberAccess]
    probe = subject.probe
    x = probe.real if role == "critic" else jax.vmap(subject.setup.networks.latent)(probe.keys)
    x = jnp.broadcast_to(x[:1], (len(asked), *x.shape[1:]))
    player = with_noise(getattr(subject.state, role))
    return np.asarray(subject.labeled[role](player, x, asked)).reshape(len(asked), -1)


def _unknown(outputs: np.ndarray) -> np.ndarray:
    """Which labels are out of range, by comparison with the last two outputs."""
    ours, above, below = outputs[:-2], outputs[-2], outputs[-1]
    same = (ours == above).all(axis=1)
    blind = same.all()  # the network ignores labels, or does so initially
    last = not (above == below).all() and same.sum() < 2  # an index is clamped to the last class
    same &= not (blind or last)
    return same | np.isnan(ours).any(axis=1)
