"""Data sets by name, as the command line and a run's folder name them."""

from __future__ import annotations

import jax

from jaxgan.data import synthetic
from jaxgan.data.arrays import from_arrays
from jaxgan.data.digits import digits
from jaxgan.data.files import from_npz
from jaxgan.data.tfds import from_tfds
from jaxgan.names import unknown
from jaxgan.types import Dataset

__all__ = ["LAWS", "load"]

LAWS = {
    law.__name__: law
    for law in (
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
        name: "digits", a synthetic law ("swiss_roll": a fixed set of 100,000 points), a path ending
            in ".npz", or "tfds:NAME" for a set that TFDS has prepared.

    Returns:
        The data set, on the device.

    Raises:
        ValueError: unknown name.

    >>> load("twenty_five_gaussians").real.shape
    (100000, 2)
    """
    if name == "digits":
        return digits()
    if name.endswith(".npz"):
        return from_npz(name)
    if name.startswith("tfds:"):
        return from_tfds(name.removeprefix("tfds:"))
    if name in LAWS:
        return from_arrays(jax.jit(LAWS[name], static_argnums=1)(jax.random.key(0), POINTS))
    raise unknown("data", name, ["digits", *LAWS, "FILE.npz", "tfds:NAME"])
