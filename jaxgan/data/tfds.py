"""TensorFlow Datasets, read without TensorFlow."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from jaxgan.data.arrays import from_arrays
from jaxgan.types import Dataset

__all__ = ["from_tfds"]


def from_tfds(
    name: str, split: str = "train", data_dir: str | os.PathLike[str] | None = None
) -> Dataset:
    """An image data set that TFDS has prepared on this machine as array records.

    Args:
        name: the TFDS name, "mnist", "cifar10", ...
        split: a split, optionally with a slice: "train[:10%]".
        data_dir: the TFDS folder; its default, ~/tensorflow_datasets, if None.

    Returns:
        The split's `image` and `label` features, uint8 and on the device.

    Raises:
        FileNotFoundError: the set is not prepared there; the message has the command to prepare it.
        ValueError: there are no images, or they differ in shape.
    """
    import tensorflow_datasets as tfds  # takes a second to import

    where = {} if data_dir is None else {"data_dir": os.fspath(data_dir)}
    builder: Any = tfds.builder(name, file_format="array_record", **where)  # pyright: ignore
    if not builder.is_prepared():
        raise FileNotFoundError(
            f"TFDS has not prepared {name!r} in {builder.data_path.parent.parent}. On a machine "
            "with internet access and TensorFlow, run tfds.builder("
            f"{name!r}, file_format='array_record').download_and_prepare()"
        )
    examples = list(builder.as_data_source(split=split))
    if not examples or "image" not in examples[0]:
        raise ValueError(f"{name!r} split {split!r} has no images: choose an image data set")
    if len({example["image"].shape for example in examples}) > 1:
        raise ValueError(f"the images of {name!r} differ in shape: resize them and use from_arrays")
    labels = [example["label"] for example in examples] if "label" in examples[0] else None
    return from_arrays(
        np.stack([example["image"] for example in examples]),
        None if labels is None else np.asarray(labels),
    )
