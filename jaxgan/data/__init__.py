"""Data sets that live on the device: embedded, synthetic, files and arrays of one's own, TFDS."""

from jaxgan.data.arrays import from_arrays
from jaxgan.data.digits import digits
from jaxgan.data.files import from_npz
from jaxgan.data.load import load
from jaxgan.data.tfds import from_tfds

__all__ = ["digits", "from_arrays", "from_npz", "from_tfds", "load"]
