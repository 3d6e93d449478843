"""Data sets by the names that the command line and the folder of a run use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from jaxgan.data import synthetic
from jaxgan.data.arrays import from_arrays
from jaxgan.data.embedded import digits, mnist_5k
from jaxgan.data.files import from_npz
from jaxgan.data.tfds import from_tfds
from jaxgan.types import Dataset, unknown

__all__ = ["DISTRIBUTIONS", "EMBEDDED", "load"]

EMBEDDED: dict[str, Callable[[], Dataset]] = {"mnist_5k": mnist_5k, "digits": digits}
DISTRIBUTIONS: dict[str, Callable[..., Any]] = {
    sampler.__name__: sampler
    for sampler in (
        synthetic.eight_gaussians,
        synthetic.twenty_five_gaussians,
        synthetic.swiss_roll,
        synthetic.two_gaussians,
        synthetic.parallel_lines,
    )
}
POINTS = 100_000


def load(name: str) -> Dataset:
    """A data set by name.

    Args:
        name: "mnist_5k", "digits", a synthetic distribution such as "swiss_roll" (a fixed set of
            100,000 points), a path ending in ".npz", or "tfds:NAME" for a set that TFDS has
            prepared.

    Returns:
        The data set, on the device.

    Raises:
        ValueError: the name is unknown.

    >>> load("twenty_five_gaussians").real.shape
    (100000, 2)
    """
    if name in EMBEDDED:
        return EMBEDDED[name]()
    if name.endswith(".npz"):
        return from_npz(name)
    if name.startswith("tfds:"):
        return from_tfds(name.removeprefix("tfds:"))
    if name in DISTRIBUTIONS:
        draw = jax.jit(DISTRIBUTIONS[name], static_argnums=1)
        return from_arrays(draw(jax.random.key(0), POINTS))
    raise unknown("data", name, [*EMBEDDED, *DISTRIBUTIONS, "FILE.npz", "tfds:NAME"])
