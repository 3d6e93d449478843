"""Images whose channels are independent images of a labelled set, such as Stacked MNIST."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Key

from jaxgan.types import Dataset

__all__ = ["stacked"]


def stacked(data: Dataset, channels: int, key: Key[Array, ""], n: int) -> Dataset:
    r"""Stacks random gray images as channels: K classes become K^channels equally frequent modes.

    With the class $y_c$ of channel c, the label is a number with these digits in base K, the first
    channel first,

    $$y = \sum_c y_c K^{\mathrm{channels} - 1 - c}.$$

    Args:
        data: gray images with labels, `[m, height, width, 1]`; each is drawn with replacement.
        channels: images per stack.
        key: a PRNG key.
        n: number of stacks.

    Returns:
        Images `[n, height, width, channels]` of the same type, and labels `[n]`.

    Raises:
        ValueError: images with several channels, or without labels.

    >>> digits = Dataset(jnp.arange(10.0).reshape(10, 1, 1, 1), jnp.arange(10))
    >>> data = stacked(digits, 3, jax.random.key(0), 2)
    >>> data.real[:, 0, 0].astype(int).tolist(), data.labels.tolist()
    ([[9, 0, 2], [3, 1, 7]], [902, 317])

    Reference: Srivastava et al., VEEGAN, 2017, Section 5 (128,000 stacks of three digits of MNIST).
    https://arxiv.org/abs/1705.07761 Metz, Poole, Pfau, Sohl-Dickstein, Unrolled Generative
    Adversarial Networks, 2017, Section 3.3.1. https://arxiv.org/abs/1611.02163
    """
    if data.real.ndim != 4 or data.real.shape[-1] != 1 or data.labels is None:
        raise ValueError(
            "stacked needs gray images [m, height, width, 1] with labels, got shape "
            f"{data.real.shape} {'without' if data.labels is None else 'with'} labels"
        )
    index = jax.random.randint(key, (n, channels), 0, len(data.real))
    classes = int(data.labels.max()) + 1
    places = classes ** jnp.arange(channels)[::-1]
    return Dataset(jnp.moveaxis(data.real[index][..., 0], 1, -1), data.labels[index] @ places)
