"""Normalizations of the activations and of the weights of a network."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Literal, get_args

from flax import linen as nn
from jaxtyping import Array, Float

from jaxgan.networks.conditional import ConditionalBatchNorm, Labels
from jaxgan.types import unknown

__all__ = ["LayerNorm", "Norm", "Weights", "normalize", "reweight"]

Norm = Literal["none", "batch", "layer"]
"""What normalizes the activations between layers.

`batch` couples the examples of a batch: do not use it in a critic with a gradient penalty.
"""

Weights = Literal["none", "spectral", "weight"]
"""What normalizes the weights of every layer; see `reweight`."""


class LayerNorm(nn.Module):
    """Layer normalization of critics: moments over (H, W, C), scale and offset per channel.

    y = scale_c (x - mean) / sqrt(var + 1e-5) + offset_c with the mean and variance of one example.
    `flax.linen.LayerNorm()` reduces over the channels only.

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


def normalize(
    x: Array, norm: Norm, *, train: bool, labels: Labels = None, classes: int | None = None
) -> Array:
    """Applies the named normalization between two layers; call it inside a compact module.

    Args:
        x: `[batch, ..., channels]`.
        norm: name of the normalization.
        train: whether batch statistics are those of this batch.
        labels: the classes of the examples, for batch normalization with `classes`.
        classes: number of classes; batch normalization then has a scale and an offset for each.

    Returns:
        An array of the same shape.

    Raises:
        ValueError: the name is unknown.
    """
    if norm == "none":
        return x
    if norm == "batch" and classes is not None:
        return ConditionalBatchNorm(classes)(x, labels, train)
    if norm == "batch":
        return nn.BatchNorm(use_running_average=not train, momentum=0.9, epsilon=1e-5)(x)
    if norm == "layer":
        return LayerNorm()(x)
    raise unknown("norm", norm, get_args(Norm))


def reweight(layer: nn.Module, weights: Weights, *, train: bool) -> Callable[[Array], Array]:
    """A layer with the named normalization of its weights, or as it is.

    spectral: W / sigma with sigma = u' W v, where u and v are persistent estimates of the first
    singular vectors, updated by one power iteration per step of the network. sigma is
    differentiated with u and v held constant. weight: g w / ||w|| for each unit's weights w with a
    learned length g.

    Args:
        layer: a dense layer or a convolution, made inside a compact module.
        weights: name of the normalization, "none" for the layer itself.
        train: whether u and v are updated.

    Returns:
        The layer as a function of its input.

    Reference: Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018,
    Eq. 7 and 8, Algorithm 1. https://arxiv.org/abs/1802.05957 Salimans, Kingma, Weight
    Normalization, 2016, Eq. 2. https://arxiv.org/abs/1602.07868
    """
    if weights == "spectral":
        return functools.partial(nn.SpectralNorm(layer), update_stats=train)
    return nn.WeightNorm(layer) if weights == "weight" else layer  # pyright: ignore[reportReturnType]
