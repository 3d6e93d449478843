"""Shared types: arrays, data, the protocols of the components, and their errors."""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import difflib
import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import chex
import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn
from jax.core import Tracer
from jaxtyping import Array, Float, Key

__all__ = [
    "Batch",
    "ClassNames",
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
    "assert_pairs",
    "check_number",
    "hashable",
    "unknown",
]

Variables = dict[str, Any]
"""A Flax variable collection or a tree of parameters: nested dictionaries of arrays."""

Metrics = dict[str, Array]
"""Scalars of one step, with names such as `critic/loss`."""

Scalar = Float[Array, ""]
"""A scalar that a program computes, such as a loss or a metric."""

Number = float | Scalar
"""A numeric setting of a recipe; in a population it is an argument of the compiled program."""

Scores = Float[Array, "batch *features"]
"""The output of a critic: one score per example, or features."""

RANGES: dict[str, Callable[[float], bool]] = {
    "finite": math.isfinite,
    "positive": lambda x: x > 0,
    "at least 0": lambda x: x >= 0,
    "at least 1": lambda x: x >= 1,
    "at least 2": lambda x: x >= 2,
    "at least 16": lambda x: x >= 16,
    "at most 1": lambda x: x <= 1,
    "in (0, 1)": lambda x: 0 < x < 1,
    "in [0, 1)": lambda x: 0 <= x < 1,
}
"""The ranges of `check_number`."""


@jax.tree_util.register_static
class ClassNames(tuple[str, ...]):
    """The names of classes by label: a static part of a pytree, on which no program depends."""


class Dataset(NamedTuple):
    """A whole training set, kept on the device.

    Images are uint8 `[n, height, width, channels]` and are mapped to [-1, 1] when they are drawn;
    other data are float `[n, ...]` and are used unchanged. `names` are those of the classes.

    >>> Dataset(jnp.zeros((5, 8, 8, 1), jnp.uint8))
    Dataset(real=uint8[5, 8, 8, 1], labels=None)
    """

    real: Array
    labels: Array | None = None
    names: ClassNames | None = None

    def __repr__(self) -> str:
        """Types and shapes instead of values."""
        real, labels = (x if x is None else f"{x.dtype}{list(x.shape)}" for x in self[:2])
        return f"{type(self).__name__}(real={real}, labels={labels})"


class Batch(NamedTuple):
    """The input of one train step; every leaf begins with `[n_critic + generator_batches, batch]`.

    The first `n_critic` entries are for the critic's steps, the rest for the generator's step.
    There is one PRNG key per example, so random numbers do not depend on the number of devices.
    """

    real: Array
    labels: Array | None
    keys: Key[Array, "..."]


class Objective(abc.ABC):
    """The losses of the critic and the generator, given the critic's scores of one batch.

    Real scores are HIGH in every objective. Both losses receive both arrays, as relativistic losses
    and batch statistics require; XLA removes a critic pass that a loss does not use. Scores are
    `[batch]`, features `[batch, ...]`. Objectives with equal settings compare equal.

    Attributes:
        features: whether the losses compare features or examples instead of one score per example.
    """

    features: ClassVar[bool] = False

    @abc.abstractmethod
    def critic_loss(self, real: Array, fake: Array) -> Scalar:
        """The critic's loss, a scalar to minimize."""

    @abc.abstractmethod
    def generator_loss(self, real: Array, fake: Array) -> Scalar:
        """The generator's loss, a scalar to minimize."""

    def bind(self, real: Array, fake: Array) -> Objective:
        """The objective for these examples; itself unless its losses depend on the examples."""
        del real, fake
        return self

    def witness(self, scores: Array, real: Array, fake: Array) -> Float[Array, " batch"]:
        """The number per example that penalties differentiate; by default the score.

        `scores` are the critic's outputs for any examples, `real` and `fake` those for the batch.
        """
        del real, fake
        return scores


@runtime_checkable
class Critic(Protocol):
    """The critic as a function of a batch, `[batch, ...] -> [batch]`, with fixed parameters."""

    def __call__(self, x: Array, /) -> Float[Array, " batch"]:
        """The scores of a batch."""
        ...


@runtime_checkable
class StochasticCritic(Critic, Protocol):
    """A critic with dropout, as penalties receive it."""

    def score_with_keys(
        self, x: Array, keys: Key[Array, " batch"]
    ) -> tuple[Float[Array, " batch"], Float[Array, "batch *features"]]:
        """Scores and features of the last hidden layer, with the dropout masks of these keys."""
        ...


@runtime_checkable
class Penalty(Protocol):
    """A term of the critic's loss that depends on the critic as a function of the data.

    `real` and `fake` are `[batch, ...]`, `keys` is `[batch]`; the value is a mean over examples.
    Penalties with equal settings compare equal.
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

    A module's `__call__` takes a batch and, where it declares them, `labels` and `train` (or
    `training`, or `deterministic`, which is its opposite).

    Raises:
        TypeError: a network is not a Linen module, or the latent not a function.
    """

    generator: nn.Module
    critic: nn.Module
    latent: Prior

    def __post_init__(self) -> None:
        for role in ("generator", "critic"):
            module = getattr(self, role)
            if not isinstance(module, nn.Module):
                wanted = "an instance of flax.linen.Module"
                raise TypeError(f"the {role} must be {wanted}, got {module!r}")
        if not callable(self.latent) or isinstance(self.latent, type):
            wanted = "a function key -> [size], such as networks.Normal(2)"
            raise TypeError(f"the latent must be {wanted}, got {self.latent!r}")

    def __hash__(self) -> int:
        return hash(hashable((self.generator, self.critic, self.latent)))


def assert_pairs(real: Array, fake: Array) -> None:
    """Checks that each real example, or its score, is compared with one fake.

    Args:
        real: `[batch, ...]`.
        fake: `[batch, ...]`.

    Raises:
        ValueError: the shapes differ, so that broadcasting would compare one with many.

    >>> assert_pairs(jnp.ones((2, 3)), jnp.zeros((2, 3)))
    """
    message = "real and fake are compared in pairs: give arrays of one shape"
    chex.assert_equal_shape((real, fake), custom_message=message, exception_type=ValueError)


def check_number(name: str, value: Any, wanted: str, remedy: str) -> None:
    """Checks a number among the settings; a traced number has no value yet and is accepted.

    Args:
        name: the argument.
        value: what was given.
        wanted: one of `RANGES`, also after "an integer of ", which is never traced.
        remedy: what to give instead.

    Raises:
        TypeError: it is not a number, or traced where an integer is wanted.
        ValueError: it is not finite, outside the range, or not an integer where one is wanted.

    >>> check_number("weight", 0.0, "at least 0", "give 0 for no penalty")
    """
    whole = "integer" in wanted
    if (traced := isinstance(value, Tracer)) and not whole:
        return
    array: Any = np.asarray(value) if isinstance(value, (int, float)) else value
    error = f"{name} must be {wanted}, got {value!r}: {remedy}"
    if traced or not jnp.issubdtype(getattr(array, "dtype", object), jnp.number) or array.ndim:
        raise TypeError(error)
    fits = math.isfinite(array) and RANGES[wanted.removeprefix("an integer of ")](array)
    if not fits or (whole and not jnp.issubdtype(array.dtype, jnp.integer)):
        raise ValueError(error)


def hashable(value: Any) -> Hashable:
    """A value to hash instead of this one, for modules and settings with fields that are lists.

    Args:
        value: any value.

    Returns:
        The value itself if it can be hashed; else its type with its contents.

    >>> hash(hashable([1, {"a": [2]}])) == hash(hashable([1, {"a": [2]}]))
    True
    """
    with contextlib.suppress(TypeError):
        hash(value)
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value) if field.compare]
        return type(value), *(hashable(getattr(value, name)) for name in names)
    if isinstance(value, Mapping):
        return type(value), *((key, hashable(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return type(value), *map(hashable, value)
    return type(value)


def unknown(kind: str, name: str, names: Iterable[str]) -> ValueError:
    """The error for a name that does not exist, with the nearest one that does.

    Args:
        kind: the kind of object that was named, such as "recipe".
        name: the name that was given.
        names: the names that exist.

    Returns:
        An error to raise.

    >>> str(unknown("recipe", "wgangp", ["gan", "wgan_gp"]))
    "unknown recipe 'wgangp': did you mean 'wgan_gp'? There are gan, wgan_gp"
    """
    near = difflib.get_close_matches(str(name), names := sorted(names), n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return ValueError(f"unknown {kind} {name!r}: {hint}There are {', '.join(names)}")
