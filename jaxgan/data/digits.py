"""Real handwritten digits that come with scikit-learn: nothing is downloaded."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

from jaxgan.data.arrays import from_arrays
from jaxgan.types import Dataset

__all__ = ["digits"]


def digits() -> Dataset:
    """1,797 handwritten digits of 43 writers, 8 x 8 pixels of 17 gray levels, with labels 0..9.

    The levels 0..16 become uint8 pixels 0..255, so that training sees [-1, 1].

    Returns:
        uint8 images `[1797, 8, 8, 1]` and labels `[1797]`.

    >>> data = digits()
    >>> data.real.shape, int(data.real.max()), data.labels[:5].tolist()
    ((1797, 8, 8, 1), 255, [0, 1, 2, 3, 4])

    Reference: Alpaydin, Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998 (test part).
    https://doi.org/10.24432/C50P49
    """
    levels, labels = load_digits(return_X_y=True)
    pixels = np.rint(np.reshape(levels, (-1, 8, 8)) * (255 / 16)).astype(np.uint8)
    return from_arrays(pixels, labels, classes=10)
