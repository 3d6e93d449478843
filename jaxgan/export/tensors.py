"""Export of the tensors of a generator: safetensors with plain names."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from flax.traverse_util import flatten_dict, unflatten_dict
from jaxtyping import Array

from jaxgan.export.formats import Format, Function
from jaxgan.export.generator import Generator

__all__ = ["SAFETENSORS", "tensors"]


def tensors(generator: Generator) -> dict[str, Array]:
    """Parameters and statistics by plain names, such as `generator/Dense_0/kernel`.

    Args:
        generator: the generator.

    Returns:
        Arrays by name; layouts are Flax's: kernels `[*window, in, out]`.

    Raises:
        ValueError: two collections have the same name in one layer.
    """
    named: dict[str, Any] = {}
    for collection in generator.variables.values():
        for path, array in flatten_dict(collection).items():
            name = "/".join(["generator", *path])
            if name in named:
                raise ValueError(f"the generator stores two arrays as {name}: rename one")
            named[name] = array
    return named


def write(generator: Generator, path: Path) -> None:
    """Writes the tensors, and the metadata as the JSON text `jaxgan` in the file's header."""
    arrays = {name: np.asarray(array) for name, array in tensors(generator).items()}
    safetensors.numpy.save_file(arrays, path, {"jaxgan": json.dumps(generator.metadata())})


def read(path: Path, like: Generator) -> Function:
    """The same Flax module with the tensors of the file."""
    arrays = safetensors.numpy.load_file(path)
    variables = {
        collection: unflatten_dict(
            {names: arrays["/".join(["generator", *names])] for names in flatten_dict(tree)}
        )
        for collection, tree in like.variables.items()
    }
    loaded = dataclasses.replace(like, variables=variables)
    return lambda *inputs: np.asarray(loaded(*inputs))


SAFETENSORS = Format(".safetensors", write, read, tolerance=0.0)
