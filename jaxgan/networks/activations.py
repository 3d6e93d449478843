"""The nonlinearities of the WGAN-GP paper's architectures."""

from __future__ import annotations

from typing import Literal

import jax.numpy as jnp
from flax import linen as nn
from jaxtyping import Array, Float

__all__ = ["Activation", "activate", "channels"]

Activation = Literal["rectifier", "tanh", "gated"]
"""A (leaky) ReLU, a tanh, or sigmoid(a) tanh(b) of the even channels a and the odd channels b."""


def channels(features: int, activation: Activation) -> int:
    """The number of channels that a layer makes, so that `features` are left after activation.

    >>> channels(64, "gated"), channels(64, "tanh")
    (128, 64)
    """
    return 2 * features if activation == "gated" else features


def activate(
    x: Float[Array, "batch *space channels"], activation: Activation, slope: float = 0.0
) -> Float[Array, "batch *space features"]:
    """Applies a nonlinearity.

    Args:
        x: `[batch, ..., channels]`; a gate halves the channels.
        activation: its name.
        slope: slope of the rectifier for negative numbers.

    Returns:
        `[batch, ..., features]`.

    >>> activate(jnp.array([[0.0, 99.0, -1.0, 0.0]]), "gated").tolist()  # sigmoid(0) tanh(99), 0
    [[0.5, 0.0]]

    Reference: van den Oord et al., Conditional Image Generation with PixelCNN Decoders, 2016, Eq.
    2. https://arxiv.org/abs/1606.05328
    """
    if activation == "gated":
        return nn.sigmoid(x[..., ::2]) * jnp.tanh(x[..., 1::2])
    if activation == "tanh":
        return jnp.tanh(x)
    return nn.leaky_relu(x, slope) if slope else nn.relu(x)
