"""One step of an optimizer on the parameters of a network."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from jaxgan.training.axis import mean
from jaxgan.training.state import Player
from jaxgan.types import Metrics, Variables

__all__ = ["update"]


def update(
    name: str,
    optimizer: optax.GradientTransformation,
    player: Player,
    gradients: Variables,
    stats: Variables,
    loss: Array,
    axis_name: str | None,
) -> tuple[Player, Metrics]:
    """A network after one step of its optimizer.

    Args:
        name: name of the network in the metrics.
        optimizer: optimizer of the network.
        player: the network before the step.
        gradients: gradients of its loss on this device's part of the batch.
        stats: its statistics after the step, on this device's part of the batch.
        loss: its loss on the whole batch, for optimizers such as `optax.contrib.reduce_on_plateau`.
        axis_name: the mapped axis over which the batch is split, if there is one.

    Returns:
        The network after the step, and the norms of its gradient and of its update.
    """
    gradients, stats = mean((gradients, stats), axis_name)
    optimizer = optax.with_extra_args_support(optimizer)
    try:
        updates, opt_state = optimizer.update(
            gradients, player.opt_state, player.params, value=loss
        )
    except TypeError as error:
        if "value_fn" not in str(error):
            raise
        raise ValueError(
            f"the optimizer of the {name} searches along a line, for which it evaluates one loss "
            "several times; a GAN's losses change with each batch: use another, such as optax.adam"
        ) from error
    params = optax.apply_updates(player.params, updates)
    player = player._replace(params=params, stats=stats, opt_state=opt_state)
    norms = {"gradient_norm": _norm(gradients), "update_norm": _norm(updates)}
    return player, {f"{name}/{quantity}": norm for quantity, norm in norms.items()}


def _norm(tree: Any) -> Float[Array, ""]:
    """The Euclidean norm of all leaves; products compile in half the time of sums of squares."""
    return jnp.sqrt(sum(jnp.vdot(x, x) for x in jax.tree.leaves(tree)))
