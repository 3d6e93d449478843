"""What is kept of images that are read once: all pixels, or a digest that identifies them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, UInt8

from jaxgan.data.stream import Stream
from jaxgan.types import Dataset

__all__ = ["Digest", "Memory"]


class Memory:
    """The pixels of all images.

    Args:
        shape: `[n, height, width, channels]` with room for all images.

    >>> memory = Memory((3, 1, 1, 1))
    >>> memory.add(np.full((1, 1, 1), 7, np.uint8))
    >>> memory.all().ravel().tolist()
    [7]
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._pixels, self._n = np.empty(shape, np.uint8), 0

    def add(self, pixels: UInt8[np.ndarray, "height width channels"]) -> None:
        """Adds an image."""
        self._pixels[self._n] = pixels
        self._n += 1

    def all(self) -> UInt8[np.ndarray, "n height width channels"]:
        """The images so far."""
        return self._pixels[: self._n]


class Digest:
    """The sha256 of all images.

    Args:
        shape: `[height, width, channels]` of each image.

    >>> digest = Digest((1, 1, 1))
    >>> digest.add(np.full((1, 1, 1), 7, np.uint8))
    >>> digest.stream(lambda i: np.zeros((1, 1, 1), np.uint8), None, Dataset).fingerprint
    '(1, 1, 1, 1) uint8 ca358758f6d27e6c'
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._sha256, self._shape, self._n = hashlib.sha256(), shape, 0

    def add(self, pixels: UInt8[np.ndarray, "height width channels"]) -> None:
        """Adds an image."""
        self._sha256.update(pixels.tobytes())
        self._n += 1

    def stream(
        self, read: Callable[[int], np.ndarray], labels: Array | None, kind: type[Dataset]
    ) -> Stream:
        """The stream of the images so far, see `Stream`."""
        if labels is not None:
            self._sha256.update(np.asarray(labels).tobytes())
        shape = (self._n, *self._shape)
        fingerprint = f"{shape} uint8 {self._sha256.hexdigest()[:16]}"
        return Stream(jax.ShapeDtypeStruct(shape, jnp.uint8), labels, read, fingerprint, kind)
