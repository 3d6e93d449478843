"""The Inception network of FID, IS and KID, with the published weights."""

from __future__ import annotations

import hashlib
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import safetensors.numpy
from jaxtyping import Array, Num, UInt8

from jaxgan.metrics.extractor import Extracted, Extractor
from jaxgan.metrics.inception_layers import Layers, features_and_logits, folded, resized
from jaxgan.metrics.torch_file import read_torch_file

__all__ = ["PUBLISHED", "inception"]

PUBLISHED = "6726825d"
"""The beginning of the sha256 of pt_inception-2015-12-05-6726825d.pth, which its name carries."""

FILE = "file pt_inception-2015-12-05-6726825d.pth"
SIZE, BATCH = 299, 32


def inception(path: Path, sha256: str = PUBLISHED) -> Extractor:
    """The FID Inception-v3 of 2015 as an extractor: 2,048 features, 1,008 probabilities.

    It computes what torch-fidelity's and pytorch-fid's network computes: uint8 images, one gray
    channel repeated, resized as TensorFlow 1 does (bilinear, corners not aligned), batch norms with
    their running statistics, average pools that do not count the padding, a max pool in the last
    block; the probabilities are those of the logits without bias. Float32, as there.

    The weights are the file of pytorch-fid's release `fid_weights`, or torch-fidelity's of the same
    hash. It is read without PyTorch, and nothing in it can run code. A conversion to .safetensors
    with the same names is read too; its own hash is then the one to give.

    Args:
        path: the file.
        sha256: the beginning of its hash.

    Returns:
        The extractor; its digest is the beginning of the file's sha256.

    Raises:
        ValueError: the hash differs, or it is not this network.
        OSError: the file cannot be read.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".pth") as file:  # doctest: +ELLIPSIS
    ...     inception(Path(file.name))
    Traceback (most recent call last):
        ...
    ValueError: ... has the sha256 e3b0c44298fc1c14..., not 6726825d...: ...

    Reference: Heusel et al., GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
    Equilibrium, 2017; weights as converted by https://github.com/mseitzer/pytorch-fid
    """
    if not isinstance(path, Path):
        raise TypeError(f"path must be a pathlib.Path, got {path!r}: give Path({path!r})")
    if not path.is_file():
        raise FileNotFoundError(f"no file {path}: give the published {FILE}")
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if not found.startswith(sha256):
        raise ValueError(
            f"{path} has the sha256 {found[:16]}..., not {sha256}...: give the published {FILE}"
        )
    tensors = (
        safetensors.numpy.load(data) if path.suffix == ".safetensors" else read_torch_file(data)
    )
    layers = folded(tensors)
    return Extractor(
        "FID Inception-v3 (2015-12-05)",
        found[:16],
        f"bilinear of TensorFlow 1 to {SIZE} x {SIZE}",
        lambda images: _extract(layers, images),
    )


def _extract(layers: Layers, images: Num[Array, "n height width channels"]) -> Extracted:
    """Features and probabilities in batches; the last one is filled up to compile once."""
    if images.dtype != jnp.uint8:
        raise ValueError(f"the images are {images.dtype}; Inception takes uint8 pixels")
    if images.shape[-1] not in (1, 3):
        raise ValueError(f"the images have {images.shape[-1]} channels; Inception takes 1 or 3")
    parts = []
    for start in range(0, len(images), BATCH):
        batch = images[start : start + BATCH]
        filled = jnp.pad(batch, ((0, BATCH - len(batch)), (0, 0), (0, 0), (0, 0)))
        parts.append([np.asarray(x, np.float64)[: len(batch)] for x in _network(layers, filled)])
    features, logits = (np.concatenate(part) for part in zip(*parts, strict=True))
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return Extracted(features, odds / odds.sum(axis=1, keepdims=True))


@jax.jit
def _network(
    layers: Layers, images: UInt8[Array, "n height width channels"]
) -> tuple[Array, Array]:
    x = jnp.broadcast_to(images, (*images.shape[:3], 3)).astype(jnp.float32)
    return features_and_logits(layers, (resized(x, SIZE) - 128) / 128)
