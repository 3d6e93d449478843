"""The description of a file format for trained generators."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from jaxgan.export.generator import Generator

__all__ = ["Format", "Function"]

Function = Callable[..., np.ndarray]
"""A generator that was read from a file: latents, and labels if it uses them, to examples."""


class Format(NamedTuple):
    """How a generator is written to a file, and read back to be compared.

    Attributes:
        suffix: the ending of the file's name.
        write: writes the file.
        read: reads it with the runtime of the format.
        tolerance: the largest difference between both generators that is accepted, relative to the
            largest number that the generator makes, if that is above 1.
    """

    suffix: str
    write: Callable[[Generator, Path], None]
    read: Callable[[Path, Generator], Function]
    tolerance: float
