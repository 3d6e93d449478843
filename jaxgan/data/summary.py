"""What a data set contains, in numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jaxgan.data.names import class_name
from jaxgan.types import Dataset

__all__ = ["Summary", "summarize"]


class Summary(NamedTuple):
    """Facts about a data set.

    Attributes:
        shape: `[n, ...]`, of all examples.
        dtype: their type.
        low: the smallest value.
        high: the largest value.
        classes: the number of examples per class by name, or by label if there are no names;
            empty without labels.
        duplicates: examples that equal an earlier one in every value.
        size: bytes on the device, with labels.
    """

    shape: tuple[int, ...]
    dtype: str
    low: float
    high: float
    classes: dict[str, int]
    duplicates: int
    size: int

    def __str__(self) -> str:
        """The facts as the command line shows them."""
        units = {"GiB": 2**30, "MiB": 2**20, "KiB": 2**10, "bytes": 1}
        unit = next((name for name, size in units.items() if self.size >= size), "bytes")
        counts = ", ".join(f"{name}: {n:,}" for name, n in self.classes.items())
        lines = {
            "examples": f"{self.shape[0]:,}",
            "shape": " x ".join(map(str, self.shape[1:])),
            "type": self.dtype,
            "values": f"{self.low:g} to {self.high:g}",
            "classes": f"{len(self.classes)} ({counts})" if self.classes else "no labels",
            "duplicates": f"{self.duplicates:,}",
            "on the device": f"{self.size / units[unit]:.4g} {unit}",
        }
        return "\n".join(f"{name:15}{value}" for name, value in lines.items())


def summarize(data: Dataset) -> Summary:
    """Counts, range, classes and exact duplicates of a data set.

    Args:
        data: the data set.

    Returns:
        The facts.

    >>> images = np.array([[1, 2], [3, 4], [1, 2]], np.float32)
    >>> print(summarize(Dataset(images, np.array([0, 1, 1]))))
    examples       3
    shape          2
    type           float32
    values         1 to 4
    classes        2 (0: 1, 1: 2)
    duplicates     1
    on the device  48 bytes
    """
    real = np.asarray(data.real)
    labels, counts = np.unique(
        np.zeros(0, int) if data.labels is None else np.asarray(data.labels), return_counts=True
    )
    return Summary(
        real.shape,
        str(real.dtype),
        float(real.min()),
        float(real.max()),
        dict(zip((class_name(data, k) for k in labels.tolist()), counts.tolist(), strict=True)),
        len(real) - len({example.tobytes() for example in real}),
        sum(array.nbytes for array in (data.real, data.labels) if array is not None),
    )
