"""Initializers of the papers' code that Flax does not have."""

from __future__ import annotations

import math
from typing import Any, Literal

import jax
import jax.numpy as jnp
from flax.linen.initializers import Initializer, glorot_uniform, normal
from jaxtyping import Array

__all__ = ["Initial", "he_strided", "initializers", "uniform"]

Initial = Literal["he", "normal", "uniform"]
"""How the kernels of DCGAN networks start: see `initializers`."""


def uniform(reach: float) -> Initializer:
    """Uniform in [-reach, reach].

    Args:
        reach: the largest absolute weight.

    Returns:
        A Flax initializer.

    >>> bool(abs(uniform(0.05)(jax.random.key(0), (100,))).max() <= 0.05)
    True
    """

    def init(key: Array, shape: Any, dtype: Any = jnp.float32) -> Array:
        return jax.random.uniform(key, shape, dtype, -reach, reach)

    return init


def initializers(initial: Initial, transposed: bool = False) -> tuple[Initializer, Initializer]:
    """The initializers of convolutions with stride 2 and of dense layers.

    "he" is `he_strided` for convolutions and Glorot's for dense layers, "normal" N(0, 0.02^2) of
    the DCGAN paper, "uniform" uniform with standard deviation 0.02.

    Args:
        initial: its name.
        transposed: whether the convolutions are transposed.

    Returns:
        Two Flax initializers.

    >>> round(float(initializers("normal")[1](jax.random.key(0), (200, 200)).std()), 3)
    0.02

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, gan_mnist.py and
    gan_64x64.py of its code. Radford, Metz, Chintala, Unsupervised Representation Learning with
    DCGAN, 2015, Section 4. https://arxiv.org/abs/1511.06434
    """
    if initial == "he":
        return he_strided(2, transposed), glorot_uniform()
    small = normal(0.02) if initial == "normal" else uniform(0.02 * math.sqrt(3))
    return small, small


def he_strided(stride: int = 1, transposed: bool = False, scale: float = 4.0) -> Initializer:
    """Uniform with variance 4 / (fan_in + fan_out), for convolutions before and after a ReLU.

    With k weights in the window, c input channels and f features, fan_in = k c and
    fan_out = k f / stride^dimensions, the number of outputs that use each input; for a transposed
    convolution fan_in is divided instead.

    Args:
        stride: stride of the convolution, in every dimension.
        transposed: whether the convolution is transposed.
        scale: instead of 4; 2 for convolutions without a ReLU.

    Returns:
        A Flax initializer of kernels `[*window, channels, features]`.

    >>> kernel = he_strided(2)(jax.random.key(0), (5, 5, 64, 128))
    >>> round(float(kernel.var()) * (25 * 64 + 25 * 128 / 4), 1)
    4.0

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, conv2d.py and
    deconv2d.py of its code. https://github.com/igul222/improved_wgan_training
    """

    def init(key: Array, shape: Any, dtype: Any = jnp.float32) -> Array:
        *window, channels, features = shape
        meets = stride ** len(window)
        fan_in = math.prod(window) * channels / (meets if transposed else 1)
        fan_out = math.prod(window) * features / (1 if transposed else meets)
        reach = math.sqrt(3 * scale / (fan_in + fan_out))
        return jax.random.uniform(key, shape, dtype, -reach, reach)

    return init
