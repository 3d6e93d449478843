"""Packing: one score for several examples, so that a critic sees how different they are."""

from __future__ import annotations

import inspect
from typing import Any

import jax.numpy as jnp
from flax import linen as nn
from jaxtyping import Array, Float, Shaped

from jaxgan.networks.conditional import takes_labels
from jaxgan.networks.settings import check_settings

__all__ = ["Packed", "pack_size", "packs"]


class Packed(nn.Module):
    """A critic of packs: m consecutive examples, joined along the last axis, get one score.

    D(x_1, ..., x_m): points are joined as features, images as channels, so only the critic's first
    layer grows. The examples of a pack are all real or all fake. A generator that repeats itself
    makes packs of equal examples, which are rare among the packs of the data.

    In a training a pack is what objectives and penalties call an example: a gradient penalty draws
    one point per pack and takes the norm over all m examples of it. `batch_size` still counts
    single examples and must be a multiple of m, on each device. The critic gets no labels.

    >>> import jax
    >>> from jaxgan.networks import MLPCritic
    >>> critic = Packed(MLPCritic(8), m=2)
    >>> scores, variables = critic.init_with_output(jax.random.key(0), jnp.zeros((6, 2)))
    >>> scores.shape, variables["params"]["critic"]["Dense_0"]["kernel"].shape
    ((3,), (4, 8))

    Reference: Lin, Khetan, Fanti, Oh, PacGAN: The Power of Two Samples in Generative Adversarial
    Networks, 2018, Section 2. https://arxiv.org/abs/1712.04086
    """

    critic: nn.Module
    m: int = 2

    def __post_init__(self) -> None:
        if not isinstance(self.critic, nn.Module):
            raise TypeError(
                "Packed: critic must be an instance of flax.linen.Module, got "
                f"{self.critic!r}: give the critic of a pack, such as networks.MLPCritic()"
            )
        check_settings(self)
        super().__post_init__()

    @nn.compact
    def __call__(
        self, x: Float[Array, "batch *shape"], train: bool = True
    ) -> Float[Array, "packs *features"]:
        """`[batch, ...] -> [batch / m]` scores, or `[batch / m, ...]` features."""
        joined = packs(x, self.m)
        if self.m > 1:
            joined = jnp.moveaxis(joined, 1, -2)
            joined = joined.reshape(*joined.shape[:-2], -1)
        return self.critic(joined, **_mode(self.critic, train=train))


def pack_size(critic: nn.Module) -> int:
    """The number of examples that get one score.

    Args:
        critic: any critic.

    Returns:
        m of a packed critic; 1 for any other.

    >>> from jaxgan.networks import MLPCritic
    >>> pack_size(Packed(MLPCritic(), m=4)), pack_size(MLPCritic())
    (4, 1)
    """
    return critic.m if isinstance(critic, Packed) else 1


def packs(x: Shaped[Array, "batch *shape"], m: int) -> Shaped[Array, "packs *shape_of_packs"]:
    """Consecutive examples as packs.

    Args:
        x: `[batch, ...]`.
        m: number of examples per pack.

    Returns:
        `[batch / m, m, ...]`; x itself if m is 1.

    Raises:
        ValueError: the batch is not a multiple of m.

    >>> packs(jnp.arange(4), 2).tolist()
    [[0, 1], [2, 3]]
    """
    if len(x) % m:
        raise ValueError(
            f"a batch of {len(x)} examples does not divide into packs of m={m}: give a batch_size "
            f"that is a multiple of {m} on each device, such as {m * max(round(len(x) / m), 1)}"
        )
    return x if m == 1 else x.reshape(len(x) // m, m, *x.shape[1:])


def _mode(critic: nn.Module, *, train: bool) -> dict[str, Any]:
    """The argument by which a critic learns whether it is trained, under its own name."""
    declared = inspect.signature(type(critic).__call__).parameters
    if takes_labels(critic):
        raise TypeError(
            f"Packed: a pack has no label, but the critic {type(critic).__name__} takes labels: "
            "give an unconditional critic"
        )
    modes = {"train": train, "training": train, "deterministic": not train}
    return {name: value for name, value in modes.items() if name in declared}
