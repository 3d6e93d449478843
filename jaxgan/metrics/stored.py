"""A classifier on disk: safetensors, and a manifest with the sha256 of everything."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import safetensors.flax
from flax.traverse_util import flatten_dict, unflatten_dict

from jaxgan.metrics.classifier import Classifier, Perceptron

__all__ = ["DamagedClassifier", "load_classifier", "save_classifier"]

WEIGHTS, MANIFEST, HELD_OUT = "classifier.safetensors", "manifest.json", "held_out"


class DamagedClassifier(ValueError):
    """A classifier whose files are missing or differ from what was written."""


def save_classifier(folder: Path, classifier: Classifier) -> None:
    """Writes a classifier; the folder appears with all of its files or not at all.

    Args:
        folder: the folder of this classifier; replaced if it exists.
        classifier: a classifier of `train_classifier`.

    Raises:
        OSError: the folder cannot be written.

    >>> import tempfile, jax, jax.numpy as jnp
    >>> from jaxgan.metrics import train_classifier
    >>> images = jnp.stack([jnp.ones((4, 4, 1)), -jnp.ones((4, 4, 1))] * 20)
    >>> labels = jnp.arange(40) % 2
    >>> classifier = train_classifier(images, labels, jax.random.key(0), steps=200, width=16)
    >>> with tempfile.TemporaryDirectory() as name:
    ...     save_classifier(Path(name) / "mine", classifier)
    ...     load_classifier(Path(name) / "mine").held_out_accuracy
    1.0
    """
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    arrays: dict[str, Any] = dict(flatten_dict(classifier.params, sep="/"))
    arrays[HELD_OUT] = classifier.held_out
    safetensors.flax.save_file(arrays, partial / WEIGHTS)
    network: Any = classifier.network
    manifest: dict[str, Any] = {
        "width": network.width,
        "classes": classifier.classes,
        "held_out_accuracy": classifier.held_out_accuracy,
        "sha256": hashlib.sha256((partial / WEIGHTS).read_bytes()).hexdigest(),
    }
    manifest["manifest"] = _digest(manifest)
    (partial / MANIFEST).write_text(json.dumps(manifest, indent=1))
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def load_classifier(folder: Path) -> Classifier:
    """Reads a classifier after checking its hashes.

    Args:
        folder: a folder of `save_classifier`.

    Returns:
        The classifier, bit for bit.

    Raises:
        FileNotFoundError: there is no such folder.
        DamagedClassifier: a file is missing or was changed.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} does not exist")
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        data = (folder / WEIGHTS).read_bytes()
        own = manifest.pop("manifest")
        if own != _digest(manifest) or manifest["sha256"] != hashlib.sha256(data).hexdigest():
            raise DamagedClassifier(f"the classifier in {folder} is damaged: its sha256 differs")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, DamagedClassifier):
            raise
        raise DamagedClassifier(f"the classifier in {folder} is damaged ({error})") from error
    arrays = safetensors.flax.load(data)
    held_out = arrays.pop(HELD_OUT)
    network = Perceptron(manifest["width"], manifest["classes"])
    params = unflatten_dict(arrays, sep="/")
    accuracy = manifest["held_out_accuracy"]
    return Classifier(network, params, manifest["classes"], held_out, accuracy)


def _digest(manifest: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
