"""A critic and its losses as functions of real and fake examples, whatever makes the fakes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Key

from jaxgan.networks.packed import pack_size, packs
from jaxgan.training.axis import gather, mean
from jaxgan.training.critic_step import CriticInputs, descend
from jaxgan.training.keys import split_keys
from jaxgan.training.modules import apply, initialize
from jaxgan.training.recipe import Recipe
from jaxgan.training.state import Player, player_of
from jaxgan.types import Metrics, Networks, Number, Scalar, Variables, unknown

__all__ = ["AdversarialTerm", "Adversary", "Balanced"]

LEAST, LARGEST = 1e-4, 1e4
"""Of the balance, as in VQGAN: added to the denominator, and the largest weight."""


class Adversary(NamedTuple):
    """The critic of a term, and the number of its steps, taken or not."""

    step: Array
    critic: Player


class Balanced(NamedTuple):
    """The gradients of both losses together.

    Attributes:
        gradients: of the own loss plus the weighted term, as a tree like the parameters.
        fake: the examples that were made.
        aux: what else the own loss returned.
        metrics: `loss/own`, `loss/adversarial` (without its weight) and `adversarial/weight`.
    """

    gradients: Variables
    fake: Array
    aux: tuple[Any, ...]
    metrics: Metrics


@dataclasses.dataclass(frozen=True)
class AdversarialTerm:
    """The term that `adversarial` makes; its methods are pure functions.

    Attributes:
        networks: holds the critic.
        recipe: holds objective, penalties and the critic's optimizer.
        weight: see `adversarial`, like the rest.
        balance: path of a parameter.
        start: the step from which the term has its weight.
        begin: the step from which the critic trains.
        axis_name: the mapped axis.
    """

    networks: Networks
    recipe: Recipe
    weight: Number
    balance: str | None
    start: int
    begin: int
    axis_name: str | None

    def init(self, key: Key[Array, ""], real: Array, labels: Array | None = None) -> Adversary:
        """The critic before its first step.

        Args:
            key: the key of its parameters.
            real: `[batch, ...]` examples; only the shape is read.
            labels: `[batch]`, for a critic that takes labels.

        Returns:
            The adversary.
        """
        one = jax.tree.map(lambda x: jnp.zeros_like(x[:1]), (real, labels))
        pack = jnp.repeat(one[0], pack_size(self.networks.critic), axis=0)
        variables = initialize(self.networks.critic, key, pack, one[1])
        return Adversary(
            jnp.zeros((), jnp.int32), player_of(variables, self.recipe.critic_optimizer)
        )

    def __call__(
        self,
        adversary: Adversary,
        real: Array,
        fake: Array,
        key: Key[Array, "..."] | None = None,
        labels: Array | None = None,
    ) -> Scalar:
        """The weighted term, to add to a loss; 0 before `start`. Not for a balanced term.

        Args:
            adversary: the critic.
            real: `[batch, ...]`.
            fake: `[batch, ...]`, differentiable.
            key: one key, or one per example, for a critic with dropout.
            labels: `[batch]`, for a critic that takes labels.

        Returns:
            A scalar.

        Raises:
            ValueError: the term is balanced, so it needs the gradient of the own loss.
        """
        if self.balance is not None:
            raise ValueError(
                f"the weight of this term depends on the gradients at {self.balance}: call "
                "gradients instead, or leave out balance"
            )
        value = self._loss(adversary, real, fake, key, labels)
        return jnp.where(adversary.step >= self.start, self.weight * value, 0.0)

    def gradients(
        self,
        own: Callable[[Variables], tuple[Any, ...]],
        params: Variables,
        adversary: Adversary,
        real: Array,
        key: Key[Array, "..."] | None = None,
        labels: Array | None = None,
    ) -> Balanced:
        """The gradients of the own loss plus the term, with one forward pass of your network.

        Args:
            own: function from parameters to `(loss, fake)`, or `(loss, fake, *more)`.
            params: the parameters.
            adversary: the critic.
            real: `[batch, ...]`.
            key: one key, or one per example, for a critic with dropout.
            labels: `[batch]`, for a critic that takes labels.

        Returns:
            Gradients, fakes and metrics; `axis_name` averages the gradients over devices.

        Raises:
            ValueError: there is no parameter of the name that `balance` has.
        """

        def outputs(params: Variables) -> tuple[tuple[Array, Array], tuple[Any, ...]]:
            loss, fake, *more = own(params)
            return (loss, fake), tuple(more)

        (loss, fake), pull, more = jax.vjp(outputs, params, has_aux=True)
        value, slope = jax.value_and_grad(lambda y: self._loss(adversary, real, y, key, labels))(
            fake
        )
        (of_own,) = pull((jnp.ones_like(loss), jnp.zeros_like(fake)))
        (of_term,) = pull((jnp.zeros_like(loss), slope))
        of_own, of_term = mean((of_own, of_term), self.axis_name)
        started = adversary.step >= self.start
        c = jnp.where(started, self.weight * self._balance(of_own, of_term), 0.0)
        total = jax.tree.map(lambda a, b: a + jnp.where(started, c * b, 0.0), of_own, of_term)
        losses = {"loss/own": mean(loss, self.axis_name), "loss/adversarial": value}
        return Balanced(total, fake, more, losses | {"adversarial/weight": c})

    def critic_step(
        self,
        adversary: Adversary,
        real: Array,
        fake: Array,
        key: Key[Array, "..."],
        labels: Array | None = None,
    ) -> tuple[Adversary, Metrics]:
        """One step of the critic; before its first one only the step is counted.

        Args:
            adversary: the critic.
            real: `[batch, ...]`.
            fake: `[batch, ...]`; no gradient flows into it.
            key: one key, which is split, or one per example, for penalties and dropout.
            labels: `[batch]`, for a critic that takes labels.

        Returns:
            The adversary after the step, and metrics as those of `training.critic_step`.
        """
        keys = split_keys(_per_example(key, len(real)))
        fake = jax.lax.stop_gradient(fake)
        inputs = CriticInputs(adversary.step, real, fake, labels, keys.penalty, keys.masks)
        critic, metrics = descend(
            self.networks, self.recipe, adversary.critic, inputs, self.axis_name
        )
        training = adversary.step >= self.begin
        critic = jax.tree.map(lambda a, b: jnp.where(training, a, b), critic, adversary.critic)
        return Adversary(adversary.step + 1, critic), metrics

    def _loss(
        self,
        adversary: Adversary,
        real: Array,
        fake: Array,
        key: Key[Array, "..."] | None,
        labels: Array | None,
    ) -> Scalar:
        """L_G of the whole batch."""
        critic, variables = self.networks.critic, adversary.critic.variables
        masks = (None, None)
        if key is not None:
            masks = split_keys(_per_example(key, len(real))).masks

        def scores(x: Array, keys: Array | None) -> Array:
            options = {"train": True, "keys": keys, "axis_name": self.axis_name}
            return gather(apply(critic, variables, x, labels, **options)[0], self.axis_name)

        m = pack_size(critic)
        pairs = (gather(packs(x, m), self.axis_name) for x in (real, fake))
        objective = self.recipe.objective.bind(*pairs)
        return objective.generator_loss(scores(real, masks[0]), scores(fake, masks[1]))

    def _balance(self, of_own: Variables, of_term: Variables) -> Array:
        """The ratio of the norms of two gradients at the chosen parameter; 1 without one."""
        if self.balance is None:
            return jnp.ones(())
        own, term = (_leaf(tree, self.balance) for tree in (of_own, of_term))
        ratio = jnp.linalg.norm(own.ravel()) / (jnp.linalg.norm(term.ravel()) + LEAST)
        return jnp.clip(ratio, 0.0, LARGEST)


def _per_example(key: Key[Array, "..."], n: int) -> Key[Array, " n"]:
    return jax.random.split(key, n) if key.ndim == 0 else key


def _leaf(tree: Variables, path: str) -> Array:
    leaves = {
        jax.tree_util.keystr(at, simple=True, separator="/"): leaf
        for at, leaf in jax.tree_util.tree_leaves_with_path(tree)
    }
    if path not in leaves:
        raise unknown("parameter in balance", path, leaves)
    return leaves[path]
