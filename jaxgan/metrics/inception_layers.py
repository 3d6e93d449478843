"""The layers of the FID Inception-v3, as pure functions of its folded weights."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

__all__ = ["Layers", "features_and_logits", "folded", "resized"]

EPSILON = 1e-3
"""Added to the variances by the batch norms of this network."""


class _Layer(NamedTuple):
    """A convolution with its batch norm."""

    kernel: Float[Array, "height width inputs outputs"]
    bias: Float[Array, " outputs"]


class Layers(NamedTuple):
    """The weights of the network.

    Attributes:
        convolutions: each with its batch norm, by name.
        head: the matrix of the logits.
    """

    convolutions: dict[str, _Layer]
    head: Float[Array, "features classes"]


def folded(tensors: Mapping[str, np.ndarray]) -> Layers:
    """Convolutions with their batch norms folded in, from PyTorch's tensors.

    Args:
        tensors: the state dictionary of pytorch-fid's or torch-fidelity's network.

    Returns:
        The layers.

    Raises:
        ValueError: a tensor of the network is missing.

    >>> folded({})
    Traceback (most recent call last):
        ...
    ValueError: the file has no tensor 'fc.weight': it is not the FID Inception-v3
    """
    ending = ".conv.weight"
    names = [name.removesuffix(ending) for name in tensors if name.endswith(ending)]
    try:
        head = jnp.asarray(tensors["fc.weight"].T)
        return Layers({name: _folded(tensors, name) for name in names}, head)
    except KeyError as missing:
        raise ValueError(
            f"the file has no tensor {missing}: it is not the FID Inception-v3"
        ) from missing


def resized(x: Float[Array, "n h w c"], size: int) -> Float[Array, "n size size c"]:
    """Bilinear interpolation as in TensorFlow 1: corners not aligned, no half-pixel centers.

    Args:
        x: images.
        size: the new height and width.

    Returns:
        The resized images.

    >>> resized(jnp.arange(2.0).reshape(1, 1, 2, 1), 4)[0, 0, :, 0].tolist()
    [0.0, 0.5, 1.0, 1.0]
    """
    (top, bottom, down), (left, right, along) = _grid(x.shape[1], size), _grid(x.shape[2], size)
    along, down = along[None, None, :, None], down[None, :, None, None]
    upper, lower = x[:, top], x[:, bottom]
    upper = upper[:, :, left] + (upper[:, :, right] - upper[:, :, left]) * along
    lower = lower[:, :, left] + (lower[:, :, right] - lower[:, :, left]) * along
    return upper + (lower - upper) * down


def features_and_logits(
    layers: Layers, x: Float[Array, "n 299 299 3"]
) -> tuple[Float[Array, "n features"], Float[Array, "n classes"]]:
    """The features of FID, and the logits without bias, which the inception score uses.

    Args:
        layers: see `folded`.
        x: images in [-1, 1].

    Returns:
        Features and logits.
    """
    conv = functools.partial(_conv, layers)
    x = conv("Conv2d_1a_3x3", x, stride=2)
    x = conv("Conv2d_2b_3x3", conv("Conv2d_2a_3x3", x, padding="VALID"))
    x = conv("Conv2d_4a_3x3", conv("Conv2d_3b_1x1", _max(x)), padding="VALID")
    x = _max(x)
    for name in ("Mixed_5b", "Mixed_5c", "Mixed_5d"):
        x = _block(layers, name, x, _5X5)
    x = _reduction(layers, "Mixed_6a", x, _REDUCED_6)
    for name in ("Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"):
        x = _block(layers, name, x, _7X7)
    x = _reduction(layers, "Mixed_7a", x, _REDUCED_7)
    x = _wide(layers, "Mixed_7b", x, _average(x))
    x = _wide(layers, "Mixed_7c", x, _max(x, stride=1, padding="SAME"))
    features = x.mean(axis=(1, 2))
    return features, jnp.matmul(features, layers.head, precision=lax.Precision.HIGHEST)


_5X5 = (("1x1",), ("5x5_1", "5x5_2"), ("3x3dbl_1", "3x3dbl_2", "3x3dbl_3"))
_7X7 = (
    ("1x1",),
    ("7x7_1", "7x7_2", "7x7_3"),
    ("7x7dbl_1", "7x7dbl_2", "7x7dbl_3", "7x7dbl_4", "7x7dbl_5"),
)
_REDUCED_6 = (("3x3",), ("3x3dbl_1", "3x3dbl_2", "3x3dbl_3"))
_REDUCED_7 = (("3x3_1", "3x3_2"), ("7x7x3_1", "7x7x3_2", "7x7x3_3", "7x7x3_4"))


def _block(layers: Layers, name: str, x: Array, branches: tuple[tuple[str, ...], ...]) -> Array:
    """Branches of convolutions beside an average pool with a 1 x 1 convolution."""
    found = [_chain(layers, name, x, branch) for branch in branches]
    pool = _conv(layers, f"{name}.branch_pool", _average(x))
    return jnp.concatenate([*found, pool], axis=-1)


def _reduction(layers: Layers, name: str, x: Array, branches: tuple[tuple[str, ...], ...]) -> Array:
    """Branches whose last convolution has stride 2, beside a max pool."""
    found = []
    for *first, last in branches:
        chained = _chain(layers, name, x, tuple(first))
        found.append(_conv(layers, f"{name}.branch{last}", chained, stride=2))
    return jnp.concatenate([*found, _max(x)], axis=-1)


def _wide(layers: Layers, name: str, x: Array, pooled: Array) -> Array:
    """The last blocks: branches that end in a 1 x 3 beside a 3 x 1 convolution."""
    conv = functools.partial(_conv, layers)
    one = _chain(layers, name, x, ("3x3_1",))
    two = _chain(layers, name, x, ("3x3dbl_1", "3x3dbl_2"))
    return jnp.concatenate(
        [
            conv(f"{name}.branch1x1", x),
            conv(f"{name}.branch3x3_2a", one),
            conv(f"{name}.branch3x3_2b", one),
            conv(f"{name}.branch3x3dbl_3a", two),
            conv(f"{name}.branch3x3dbl_3b", two),
            conv(f"{name}.branch_pool", pooled),
        ],
        axis=-1,
    )


def _chain(layers: Layers, name: str, x: Array, branch: tuple[str, ...]) -> Array:
    for part in branch:
        x = _conv(layers, f"{name}.branch{part}", x)
    return x


def _conv(layers: Layers, name: str, x: Array, stride: int = 1, padding: str = "SAME") -> Array:
    """Convolution, batch norm and ReLU; with a stride nothing is padded."""
    layer = layers.convolutions[name]
    y = lax.conv_general_dilated(
        x,
        layer.kernel,
        (stride, stride),
        padding if stride == 1 else "VALID",
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        precision=lax.Precision.HIGHEST,
    )
    return jax.nn.relu(y + layer.bias[None, None, None])


def _max(x: Array, stride: int = 2, padding: str = "VALID") -> Array:
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 3, 3, 1), (1, stride, stride, 1), padding)


def _average(x: Array) -> Array:
    """The mean over 3 x 3 without the padding."""
    total = functools.partial(
        lax.reduce_window,
        init_value=0.0,
        computation=lax.add,
        window_dimensions=(1, 3, 3, 1),
        window_strides=(1, 1, 1, 1),
        padding="SAME",
    )
    return total(x) / total(jnp.ones((1, *x.shape[1:3], 1)))


def _folded(tensors: Mapping[str, np.ndarray], name: str) -> _Layer:
    """Weights and biases of a convolution followed by its batch norm, folded in float64."""
    scale, shift, mean, variance = (
        np.asarray(tensors[f"{name}.bn.{part}"], np.float64)
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    factor = scale / np.sqrt(variance + EPSILON)
    kernel = np.transpose(np.asarray(tensors[f"{name}.conv.weight"], np.float64), (2, 3, 1, 0))
    return _Layer(
        jnp.asarray(kernel * factor, jnp.float32),
        jnp.asarray(shift - mean * factor, jnp.float32),
    )


def _grid(old: int, new: int) -> tuple[np.ndarray, np.ndarray, Array]:
    """For each new pixel the old ones around it, and its place between them, in float32."""
    places = np.arange(new, dtype=np.float32) * np.float32(old / new)
    low = places.astype(int)
    return low, np.minimum(low + 1, old - 1), jnp.asarray(places - low.astype(np.float32))
