"""An adversarial term beside another loss, such as an autoencoder's."""

from __future__ import annotations

from collections.abc import Sequence

import optax
from flax import linen as nn

from jaxgan.networks import Identity, Normal
from jaxgan.training.recipe import Recipe
from jaxgan.training.term import AdversarialTerm
from jaxgan.types import Networks, Number, Objective, Penalty, check_number

__all__ = ["adversarial"]


def adversarial(
    critic: nn.Module,
    objective: Objective,
    optimizer: optax.GradientTransformation,
    penalties: Sequence[Penalty] = (),
    *,
    weight: Number = 1.0,
    balance: str | None = None,
    start: int = 0,
    warm: int | None = None,
    axis_name: str | None = None,
) -> AdversarialTerm:
    r"""A critic, its objective and its penalties as a term beside a loss of your own.

    The parameters descend on L_own + c L_G(D(x), D(y)) for examples x and your network's y. The
    critic has a step of its own on L_C plus its penalties. Without balance c is the weight. With
    balance, at a layer W of your network,

        c = weight * clip(||grad_W L_own|| / (||grad_W L_G|| + 1e-4), 0, 1e4),

    so that both losses move this layer equally, whatever their scales. c is a constant for the
    gradient. Before step `start` c is 0; the critic then trains for the `warm` steps before it,
    so that the term starts with a critic that knows the difference.

    Args:
        critic: any Flax Linen module.
        objective: the losses of the critic and of your network, see `jaxgan.objectives`.
        optimizer: the critic's, any `optax.GradientTransformation`.
        penalties: terms of the critic's loss, see `jaxgan.penalties`.
        weight: c, or its factor with balance.
        balance: the layer's parameter, by its path in your tree: "params/decoder/Dense_1/kernel",
            usually that of the last layer.
        start: the step from which the term has its weight.
        warm: number of critic steps before `start`; all of them if None.
        axis_name: the mapped axis over which batches are split, as for `make_train_step`.

    Returns:
        The term.

    Raises:
        TypeError: an argument has another type.
        ValueError: a number is outside its range.

    >>> import jax, jax.numpy as jnp
    >>> from jaxgan.networks import MLPCritic
    >>> from jaxgan.objectives import Hinge
    >>> term = adversarial(MLPCritic(8), Hinge(), optax.adam(1e-4), start=1000, warm=200)
    >>> x, key = jnp.ones((4, 2)), jax.random.key(0)
    >>> adversary = term.init(key, x)
    >>> float(term(adversary, x, 0.9 * x))  # step 0: too early
    0.0

    Reference: Esser, Rombach, Ommer, Taming Transformers for High-Resolution Image Synthesis, 2021,
    Eq. 7. https://arxiv.org/abs/2012.09841
    """
    recipe = Recipe(objective, optax.identity(), optimizer, tuple(penalties))
    networks = Networks(Identity(), critic, Normal(1))
    check_number("weight", weight, "at least 0", "give the factor of the adversarial loss")
    check_number("start", start, "an integer of at least 0", "give a step of the critic")
    if not isinstance(balance, str | None):
        raise TypeError(f"balance must be the path of a parameter, got {balance!r}: give text")
    begin = 0
    if warm is not None:
        check_number("warm", warm, "an integer of at least 0", "give a number of critic steps")
        begin = max(0, start - warm)
    return AdversarialTerm(networks, recipe, weight, balance, start, begin, axis_name)
