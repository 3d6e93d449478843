"""Data sets: from packages, synthetic, from your own files and arrays, from TFDS."""

from jaxgan.data.archive import from_archive
from jaxgan.data.arrays import from_arrays
from jaxgan.data.dequantized import Dequantized
from jaxgan.data.embedded import digits, mnist_5k
from jaxgan.data.folder import from_folder
from jaxgan.data.huggingface import from_huggingface
from jaxgan.data.idx import from_idx
from jaxgan.data.load import load
from jaxgan.data.npz import from_npz
from jaxgan.data.stacked import stacked
from jaxgan.data.stream import Stream
from jaxgan.data.text import from_text
from jaxgan.data.tfds import from_tfds

__all__ = [
    "Dequantized",
    "Stream",
    "digits",
    "from_archive",
    "from_arrays",
    "from_folder",
    "from_huggingface",
    "from_idx",
    "from_npz",
    "from_text",
    "from_tfds",
    "load",
    "mnist_5k",
    "stacked",
]
