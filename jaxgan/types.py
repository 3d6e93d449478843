"""The types that every file may import: arrays, data, the contracts of the parts, one error."""

from __future__ import annotations

import abc
import dataclasses
import difflib
from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

from flax import linen as nn
from jaxtyping import Array, Float, Key

__all__ = [
    "Batch",
    "Critic",
    "Dataset",
    "Metrics",
    "Networks",
    "Number",
    "Objective",
    "Penalty",
    "Prior",
    "Scalar",
    "Scores",
    "StochasticCritic",
    "Variables",
    "unknown",
]

Variables = dict[str, Any]
"""A Flax variable collection or a tree of parameters: nested dictionaries of arrays."""

Metrics = dict[str, Array]
"""Scalars of one step, named `player/quantity`."""

Scalar = Float[Array, ""]
"""A number that a program computes: a loss, a metric."""

Number = float | Scalar
"""A number of a recipe; in a population it is an argument of the program."""

Scores = Float[Array, "batch *features"]
"""What a critic gives: a score per example, or features."""


class Dataset(NamedTuple):
    """A whole training set, kept on the device.

    Images are uint8 `[n, height, width, channels]` and are mapped to [-1, 1] when they are drawn;
    anything else is float `[n, ...]` and is used as it is.

    >>> import jax.numpy as jnp
    >>> Dataset(jnp.zeros((5, 8, 8, 1), jnp.uint8))
    Dataset(real=uint8[5, 8, 8, 1], labels=None)
    """

    real: Array
    labels: Array | None = None

    def __repr__(self) -> str:
        """Types and shapes instead of all the numbers."""
        labels = None if self.labels is None else _shape(self.labels)
        return f"Dataset(real={_shape(self.real)}, labels={labels})"


class Batch(NamedTuple):
    """What one train step consumes; every leaf starts with `[n_critic + 1, batch]`.

    The first `n_critic` entries feed the critic's steps, the last one the generator's step. There
    is one PRNG key per example, so the number of devices is not a hyper-parameter.
    """

    real: Array
    labels: Array | None
    keys: Key[Array, "..."]


class Objective(abc.ABC):
    """What each player minimizes, given the critic's scores of one batch.

    Real scores are HIGH in every objective. Both losses see both arrays, so relativistic and
    batch-statistic losses fit; a critic pass that a loss does not read is deleted by XLA. Scores
    are `[batch]`, features `[batch, ...]`. Equal settings compare equal.

    Attributes:
        features: whether it compares features of the critic, or the examples themselves, instead
            of one score per example.
    """

    features: ClassVar[bool] = False

    @abc.abstractmethod
    def critic_loss(self, real: Array, fake: Array) -> Scalar:
        """The critic's loss, a scalar to minimize."""

    @abc.abstractmethod
    def generator_loss(self, real: Array, fake: Array) -> Scalar:
        """The generator's loss, a scalar to minimize."""

    def bind(self, real: Array, fake: Array) -> Objective:
        """The objective for these examples: itself, unless it compares them in pairs."""
        del real, fake
        return self

    def witness(self, scores: Array, real: Array, fake: Array) -> Float[Array, " batch"]:
        """What penalties differentiate, one number per example: the score, unless it is features.

        `scores` are the critic's of any examples, `real` and `fake` those of the batch.
        """
        del real, fake
        return scores


@runtime_checkable
class Critic(Protocol):
    """A function of a batch, `[batch, ...] -> [batch]` scores: it cannot see its parameters."""

    def __call__(self, x: Array, /) -> Float[Array, " batch"]:
        """The scores of a batch."""
        ...


@runtime_checkable
class StochasticCritic(Critic, Protocol):
    """A critic with dropout, as penalties are given it."""

    def score_with_keys(
        self, x: Array, keys: Key[Array, " batch"]
    ) -> tuple[Float[Array, " batch"], Float[Array, "batch *features"]]:
        """Scores and features of the last hidden layer, with the dropout masks of these keys."""
        ...


@runtime_checkable
class Penalty(Protocol):
    """A term of the critic's loss that looks at the critic as a function of the data.

    `real` and `fake` are `[batch, ...]`, `keys` is `[batch]`; the value is a mean over examples.
    Equal settings compare equal.
    """

    def __call__(
        self, critic: Critic, real: Array, fake: Array, keys: Key[Array, " batch"]
    ) -> Scalar:
        """The penalty, a scalar that is added to the critic's loss."""
        ...


@runtime_checkable
class Prior(Protocol):
    """The distribution of one latent vector: `key -> [size]`."""

    def __call__(self, key: Key[Array, ""]) -> Float[Array, " size"]:
        """One latent vector."""
        ...


@dataclasses.dataclass(frozen=True)
class Networks:
    """A generator and a critic, any Flax Linen modules, and the distribution of the latent.

    A module's `__call__` takes a batch and, where it declares them, `labels` and `train`.
    """

    generator: nn.Module
    critic: nn.Module
    latent: Prior


def unknown(kind: str, name: str, names: Iterable[str]) -> ValueError:
    """The error for a name that does not exist, with the nearest one that does.

    Args:
        kind: what it should have been the name of.
        name: what was given.
        names: what there is.

    Returns:
        An error to raise.

    >>> str(unknown("recipe", "wgangp", ["gan", "wgan_gp"]))
    "unknown recipe 'wgangp': did you mean 'wgan_gp'? There are gan, wgan_gp"
    """
    names = sorted(names)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return ValueError(f"unknown {kind} {name!r}: {hint}There are {', '.join(names)}")


def _shape(array: Array) -> str:
    return f"{array.dtype}{list(array.shape)}"
