"""Data sets on the device: from packages, synthetic, from your own files and arrays, from TFDS."""

from jaxgan.data.arrays import from_arrays
from jaxgan.data.embedded import digits, mnist_5k
from jaxgan.data.files import from_npz
from jaxgan.data.load import load
from jaxgan.data.text import from_text
from jaxgan.data.tfds import from_tfds

__all__ = ["digits", "from_arrays", "from_npz", "from_text", "from_tfds", "load", "mnist_5k"]
