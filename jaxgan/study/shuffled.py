"""Images in a random order, to split them into training and held-out ones."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from jaxgan.types import Dataset

__all__ = ["shuffled"]


def shuffled(data: Dataset) -> Float[np.ndarray, "n height width channels"]:
    """All images in [-1, 1], in a random order that is the same at every call.

    Args:
        data: uint8 images.

    Returns:
        Floats.

    >>> data = Dataset(51 * np.arange(6, dtype=np.uint8).reshape(6, 1, 1, 1))
    >>> shuffled(data)[:3, 0, 0, 0].round(1)  # of 51 times 3, 2 and 5
    array([ 0.2, -0.2,  1. ], dtype=float32)
    """
    order = np.random.default_rng(0).permutation(len(data.real))
    return np.asarray(data.real, np.float32)[order] / 127.5 - 1
