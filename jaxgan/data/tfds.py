"""TensorFlow Datasets, read without TensorFlow and without a network."""

from __future__ import annotations

import contextlib
import functools
import io
import itertools
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from PIL import Image

from jaxgan.data.images import ImageOptions, Source, check_options, from_images
from jaxgan.data.paths import check_path
from jaxgan.data.stream import Stream
from jaxgan.types import Dataset, unknown

__all__ = ["from_tfds"]

INFO = "dataset_info.json"
CLASS = ("pythonClassName", "python_class_name", "type")
"""The keys at which TFDS imports a class by its name."""
OWN = "tensorflow_datasets.core.features."


def from_tfds(
    name: str,
    split: str = "train",
    data_dir: str | os.PathLike[str] | None = None,
    **options: Unpack[ImageOptions],
) -> Dataset | Stream:
    """An image data set that TFDS has prepared on this machine, as array records or TFRecords.

    Args:
        name: the TFDS name with the configuration if there are several, and optionally the version:
            "mnist", "lsun/bedroom", "cifar10:3.0.2".
        split: a split, optionally with a slice: "train[:10%]".
        data_dir: the TFDS folder; by default TFDS_DATA_DIR or ~/tensorflow_datasets.
        **options: see `ImageOptions`.

    Returns:
        The split's features `image` and `label`, with the names of classes.

    Raises:
        FileNotFoundError: the set is not prepared there; the message has the command to prepare it.
        ValueError: there are no images, images that cannot be read or that differ in shape, an
            unknown split, or files that are not complete.

    Reference: TensorFlow Datasets, a collection of ready-to-use datasets.
    https://www.tensorflow.org/datasets
    """
    if not isinstance(name, str) or not name.partition(":")[0]:
        raise ValueError(f"name must be that of a TFDS set, got {name!r}: give 'mnist' or such")
    check_options(options)
    default = os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets"
    root = check_path("data_dir", default if data_dir is None else data_dir).expanduser()
    folder = _prepared(name, root)
    _check_features(folder)
    import tensorflow_datasets as tfds  # takes a second to import

    try:
        builder: Any = tfds.builder_from_directory(folder)
    except Exception as error:  # whatever it raises for files of another kind
        why = f"{type(error).__name__}: {error}"
        raise ValueError(f"{folder} cannot be read ({why}): prepare the set again") from error
    features, splits = builder.info.features, builder.info.splits
    if "image" not in features:
        raise ValueError(f"{name!r} has no images: choose an image data set")
    if split.partition("[")[0] not in splits:
        raise unknown("split", split, splits)
    decoders = {"image": tfds.decode.SkipDecoding()}
    parse = functools.partial(features.deserialize_example_np, decoders=decoders)
    if builder.info.file_format is tfds.core.FileFormat.TFRECORD:
        examples: Sequence[Any] = [parse(record) for record in _records(splits[split])]
    else:
        examples = builder.as_data_source(split=split, decoders=decoders)
    labels, classes = None, None
    if "label" in features:
        labels = np.array([int(examples[i]["label"]) for i in range(len(examples))])
        classes = getattr(features["label"], "num_classes", None) and features["label"].names
    names = [f"{name} {split} {i}" for i in range(len(examples))]
    read = functools.partial(_read, examples)
    return from_images(Source(names, read, labels, classes), **options)


def _check_features(folder: Path) -> None:
    """Checks that the set names no classes but those of TFDS, which would import any others."""
    file = folder / "features.json"
    try:
        named = list(_classes(json.loads(file.read_bytes())))
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(f"{file} cannot be read ({error}): copy the set again") from error
    for name in named:
        if not name.startswith(OWN):
            raise ValueError(
                f"{file} names code to import, {name}: use a set with features of TFDS only"
            )


def _classes(value: Any) -> Iterator[str]:
    """The names of classes in a JSON value, also in JSON within its texts."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        with contextlib.suppress(ValueError):
            yield from _classes(json.loads(value))
    if isinstance(value, dict):
        yield from (str(value[key]) for key in CLASS if "." in str(value.get(key, "")))
    for item in value.values() if isinstance(value, dict) else ():
        yield from _classes(item)
    for item in value if isinstance(value, list) else ():
        yield from _classes(item)


def _prepared(name: str, root: Path) -> Path:
    """The folder of the newest prepared version."""
    folder, _, version = name.partition(":")
    found = [file.parent for file in (root / folder).glob(f"{version or '*'}/{INFO}")]
    if found:
        return max(found, key=lambda path: [int(x) for x in path.name.split(".") if x.isdigit()])
    configurations = sorted({file.parts[-3] for file in (root / folder).glob(f"*/*/{INFO}")})
    if configurations:
        raise ValueError(
            f"{name!r} has the configurations {', '.join(configurations)}: name one, "
            f"'{folder}/{configurations[0]}'"
        )
    raise FileNotFoundError(
        f"TFDS has not prepared {name!r} in {root}. On a machine with internet access and "
        f"TensorFlow, run tfds.builder({name!r}, file_format='array_record')"
        ".download_and_prepare(), and copy the folder"
    )


def _records(split: Any) -> Iterator[bytes]:
    """The records of a split in TFRecord files."""
    from grain.experimental import TFRecordIterDataset

    for part in split.file_instructions:
        records = iter(TFRecordIterDataset(os.fspath(part.filename)))
        found = list(itertools.islice(records, part.skip, part.skip + part.take))
        if len(found) != part.take:
            raise ValueError(
                f"{os.fspath(part.filename)!r} ends before record {part.skip + part.take}: it is "
                "not complete, copy it again"
            )
        yield from found


def _read(examples: Sequence[Any], index: int) -> Image.Image:
    image = examples[index]["image"]  # encoded, or an array if the feature is a tensor
    if isinstance(image, bytes):
        return Image.open(io.BytesIO(image))
    return Image.fromarray(image[..., 0] if image.shape[2:] == (1,) else image)
