"""Data sets that live on the device: in packages, synthetic, your own files and arrays, TFDS."""

from jaxgan.data.arrays import from_arrays
from jaxgan.data.embedded import digits, mnist_5k
from jaxgan.data.files import from_npz
from jaxgan.data.load import load
from jaxgan.data.tfds import from_tfds

__all__ = ["digits", "from_arrays", "from_npz", "from_tfds", "load", "mnist_5k"]
