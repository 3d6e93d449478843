"""The critic of the original GAN: maxout layers with dropout."""

from __future__ import annotations

from flax import linen as nn
from jaxtyping import Array, Float

from jaxgan.networks.initializers import uniform
from jaxgan.networks.layers import Dense
from jaxgan.networks.settings import check_settings

__all__ = ["MaxoutCritic"]


class MaxoutCritic(nn.Module):
    """depth x (maxout, dropout) on the flattened example, then one score.

    A unit is the maximum of `pieces` affine maps. A fifth of the inputs and half of the hidden
    units are dropped, in the generator's step too. Weights start uniform in [-0.005, 0.005].

    >>> import jax, jax.numpy as jnp
    >>> critic = MaxoutCritic(width=4)
    >>> scores, _ = critic.init_with_output(jax.random.key(0), jnp.zeros((5, 2)), train=False)
    >>> scores.shape
    (5,)

    Reference: Goodfellow et al., Generative Adversarial Networks, 2014, Section 5, and mnist.yaml
    of its code. https://arxiv.org/abs/1406.2661
    """

    width: int = 240
    pieces: int = 5
    depth: int = 2

    def __post_init__(self) -> None:
        check_settings(self)
        super().__post_init__()

    @nn.compact
    def __call__(
        self, x: Float[Array, "batch *shape"], train: bool = True
    ) -> Float[Array, " batch"]:
        """`[batch, ...] -> [batch]` scores, the logits of D."""
        init = uniform(0.005)
        x = nn.Dropout(0.2, deterministic=not train)(x.reshape(x.shape[0], -1))
        for _ in range(self.depth):
            x = Dense(self.width * self.pieces, kernel_init=init)(x)
            x = x.reshape(x.shape[0], self.width, self.pieces).max(axis=2)
            x = nn.Dropout(0.5, deterministic=not train)(x)
        return Dense(1, kernel_init=init)(x)[:, 0]
