"""Normalizations between the layers of a network."""

from __future__ import annotations

from typing import Literal

from flax import linen as nn
from jaxtyping import Array, Float

__all__ = ["LayerNorm", "Norm", "normalize"]

Norm = Literal["none", "batch", "layer"]
"""`batch` couples the examples of a batch: never in a critic with a gradient penalty."""


class LayerNorm(nn.Module):
    """Layer normalization of critics: moments over (H, W, C), scale and offset per channel.

    y = scale_c (x - mean) / sqrt(var + 1e-5) + offset_c with the mean and variance of one example.
    `flax.linen.LayerNorm()` reduces the channels alone.

    >>> import jax, jax.numpy as jnp
    >>> x = jax.random.normal(jax.random.key(0), (2, 4, 4, 3)) * 5 + 7
    >>> y, variables = LayerNorm().init_with_output(jax.random.key(1), x)
    >>> bool(abs(y.mean((1, 2, 3))).max() < 1e-5), jax.tree.leaves(variables)[0].shape
    (True, (3,))

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Section 4.
    https://arxiv.org/abs/1704.00028
    """

    @nn.compact
    def __call__(self, x: Float[Array, "batch *shape"]) -> Float[Array, "batch *shape"]:
        """`[batch, ..., channels]` to the same shape."""
        axes = tuple(range(1, x.ndim))
        return nn.LayerNorm(
            epsilon=1e-5, reduction_axes=axes, feature_axes=-1, use_fast_variance=False
        )(x)


def normalize(x: Array, norm: Norm, *, train: bool) -> Array:
    """Applies the named normalization; call it inside a compact module.

    Args:
        x: `[batch, ..., channels]`.
        norm: which one.
        train: whether batch statistics are those of this batch.

    Returns:
        An array of the same shape.

    Raises:
        ValueError: the name is unknown.
    """
    if norm == "none":
        return x
    if norm == "batch":
        return nn.BatchNorm(use_running_average=not train, momentum=0.9, epsilon=1e-5)(x)
    if norm == "layer":
        return LayerNorm()(x)
    raise ValueError(f"norm must be 'none', 'batch' or 'layer', got {norm!r}")
