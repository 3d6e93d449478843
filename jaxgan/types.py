"""The types that every file may import: arrays, data, and the contracts of the parts."""

from __future__ import annotations

import abc
from typing import Any, NamedTuple, Protocol, runtime_checkable

from jaxtyping import Array, Float, Key

__all__ = [
    "Batch",
    "Critic",
    "Dataset",
    "Metrics",
    "Objective",
    "Penalty",
    "Prior",
    "Scalar",
    "StochasticCritic",
    "Variables",
]

Variables = dict[str, Any]
"""A Flax variable collection or a tree of parameters: nested dictionaries of arrays."""

Metrics = dict[str, Array]
"""Scalars of one step, named `player/quantity`."""

Scalar = float | Float[Array, ""]
"""A number of a recipe; in a population it is an argument of the program."""


class Dataset(NamedTuple):
    """A whole training set, kept on the device.

    Images are uint8 `[n, height, width, channels]` and are mapped to [-1, 1] when they are drawn;
    anything else is float `[n, ...]` and is used as it is.
    """

    real: Array
    labels: Array | None = None


class Batch(NamedTuple):
    """What one train step consumes; every leaf starts with `[n_critic + 1, batch]`.

    The first `n_critic` entries feed the critic's steps, the last one the generator's step. There
    is one PRNG key per example, so the number of devices is not a hyper-parameter.
    """

    real: Array
    labels: Array | None
    keys: Key[Array, "..."]


class Objective(abc.ABC):
    """The game: what each player minimizes, given the critic's scores of one batch.

    Real scores are HIGH in every objective. Both losses see both arrays, so relativistic and
    batch-statistic losses fit; a critic pass that a loss does not read is deleted by XLA. Scores
    are `[batch]`, features `[batch, ...]`. Equal settings compare equal.
    """

    @abc.abstractmethod
    def critic_loss(self, real: Array, fake: Array) -> Float[Array, ""]:
        """The critic's loss, a scalar to minimize."""

    @abc.abstractmethod
    def generator_loss(self, real: Array, fake: Array) -> Float[Array, ""]:
        """The generator's loss, a scalar to minimize."""

    def given(self, real: Array, fake: Array) -> Objective:
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

    def drawn(
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
    ) -> Float[Array, ""]:
        """The penalty, a scalar that is added to the critic's loss."""
        ...


@runtime_checkable
class Prior(Protocol):
    """The law of one latent vector: `key -> [size]`."""

    def __call__(self, key: Key[Array, ""]) -> Float[Array, " size"]:
        """One latent vector."""
        ...
