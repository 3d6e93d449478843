"""The names of classes, which users see instead of their numbers."""

from __future__ import annotations

from jaxgan.data.stream import Stream
from jaxgan.types import Dataset

__all__ = ["class_name"]


def class_name(data: Dataset | Stream, label: int) -> str:
    """The name of a class, its number if the data set has no names.

    Args:
        data: the data set.
        label: the class.

    Returns:
        The name.

    >>> from jaxgan.data import from_arrays
    >>> data = from_arrays([[0.0], [1.0]], [0, 1], classes=["cat", "dog"])
    >>> class_name(data, 1), class_name(data._replace(names=None), 1)
    ('dog', '1')
    """
    return str(label) if data.names is None else data.names[label]
