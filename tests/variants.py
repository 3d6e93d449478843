"""Every member with every combination of its named choices, read from the types of its fields."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any, Literal, get_args, get_origin, get_type_hints

import jax
import jax.numpy as jnp

from jaxgan import objectives
from jaxgan.cli.catalogue import members
from jaxgan.objectives import FGAN, LossSensitive
from jaxgan.types import Critic


def variants(kind: str, features: bool | None = None) -> dict[str, Any]:
    """Each member with every combination of its fields that are `Literal` or bool."""
    found: dict[str, Any] = {}
    for name, member in members(kind).items():
        if features is not None and member.features is not features:
            continue
        hints = get_type_hints(member)
        choices = {
            field.name: get_args(hints[field.name]) or (False, True)
            for field in dataclasses.fields(member)
            if get_origin(hints[field.name]) is Literal or hints[field.name] is bool
        }
        for values in itertools.product(*choices.values()):
            label = ", ".join([name, *map(str, values)])
            found[label] = member(**dict(zip(choices, values, strict=True)))
    return found


OBJECTIVES = variants("objective", features=False) | {
    # Numbers that change the form of the loss.
    "f_gan, alpha 3": FGAN("alpha", alpha=3.0),
    "f_gan, alpha -1": FGAN("alpha", alpha=-1.0),
    "f_gan, weight 0.2": FGAN("weighted_jensen_shannon", weight=0.2),
    "loss_sensitive, slope -1": LossSensitive(slope=-1.0),
    "loss_sensitive, slope 0.5": LossSensitive(slope=0.5),
}
KERNELS = {
    "gaussian": objectives.Gaussian((0.5, 0.05)),
    "energy": objectives.Energy(),
    "linear": objectives.Linear(),
    "polynomial": objectives.Polynomial(),
}
MATCHING = variants("objective", features=True) | {
    f"mmd, {name}": objectives.MMD(kernel) for name, kernel in KERNELS.items()
}
PENALTIES = variants("penalty")


@dataclasses.dataclass(frozen=True)
class Perceptron:
    """A critic with one hidden layer, and dropout of one half if it receives keys."""

    inner: Any
    outer: Any
    activation: Any = jnp.tanh

    def __call__(self, x: jax.Array) -> jax.Array:
        return self._hidden(x) @ self.outer

    def score_with_keys(self, x: jax.Array, keys: jax.Array) -> tuple[jax.Array, jax.Array]:
        hidden = self._hidden(x) * masks(keys, self.outer.shape)
        return hidden @ self.outer, hidden

    def _hidden(self, x: jax.Array) -> jax.Array:
        return self.activation(x.reshape(x.shape[0], -1) @ self.inner)


@dataclasses.dataclass(frozen=True)
class LinearCritic:
    """critic(x) = <weights, x>, with dropout of whole examples, one half, if it receives keys."""

    weights: Any

    def __call__(self, x: jax.Array) -> jax.Array:
        return (x * self.weights[None]).reshape(x.shape[0], -1).sum(axis=1)

    def score_with_keys(self, x: jax.Array, keys: jax.Array) -> tuple[jax.Array, jax.Array]:
        scores = self(x) * masks(keys, ())
        return scores, scores[:, None]


def masks(keys: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """0 or 2 for each hidden unit of each example."""
    return 2.0 * jax.vmap(lambda key: jax.random.bernoulli(key, 0.5, shape))(keys)


assert isinstance(LinearCritic(jnp.ones(1)), Critic)
