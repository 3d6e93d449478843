"""Data sets by the names that the command line and the folder of a run use."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, overload

import jax

from jaxgan.data import synthetic
from jaxgan.data.archive import ARCHIVES, from_archive
from jaxgan.data.arrays import from_arrays
from jaxgan.data.embedded import digits, mnist_5k
from jaxgan.data.folder import from_folder
from jaxgan.data.huggingface import from_huggingface
from jaxgan.data.idx import IDX, from_idx
from jaxgan.data.npz import from_npz
from jaxgan.data.stream import Stream
from jaxgan.data.tfds import from_tfds
from jaxgan.types import Dataset, unknown

__all__ = ["DISTRIBUTIONS", "EMBEDDED", "PATHS", "SOURCES", "check_required", "load"]

EMBEDDED: dict[str, Callable[[], Dataset]] = {"mnist_5k": mnist_5k, "digits": digits}
DISTRIBUTIONS: dict[str, Callable[..., Any]] = {
    sampler.__name__: sampler
    for sampler in (
        synthetic.eight_gaussians,
        synthetic.twenty_five_gaussians,
        synthetic.swiss_roll,
        synthetic.two_gaussians,
        synthetic.parallel_lines,
    )
}
SOURCES: dict[str, Callable[..., Dataset | Stream]] = {
    "folder": from_folder,
    "archive": from_archive,
    "npz": from_npz,
    "idx": from_idx,
    "huggingface": from_huggingface,
    "tfds": from_tfds,
}
"""Sources of your own data, by the name before the brackets: "folder(path='faces', size=64)"."""
PATHS = ("FILE.npz", "FILE-ubyte", "FILE.zip", "FILE.tar.gz", "FOLDER", "tfds:NAME")
"""What may be written without brackets."""
POINTS = 100_000


@overload
def load(name: str | os.PathLike[str], /) -> Dataset: ...


@overload
def load(name: str | os.PathLike[str], /, **arguments: Any) -> Dataset | Stream: ...


def load(name: str | os.PathLike[str], /, **arguments: Any) -> Dataset | Stream:
    """A data set by name.

    Args:
        name: "mnist_5k", "digits", a synthetic distribution such as "swiss_roll" (a fixed set of
            100,000 points); "tfds:NAME" for a set that TFDS has prepared; the path of a `.npz`, idx
            or archive file or of a folder of images; or one of `SOURCES` with arguments.
        **arguments: arguments of the source, such as `path`, and those of `ImageOptions`.

    Returns:
        The data set, on the device; a `Stream` of images that are too large for it, see
        `ImageOptions`.

    Raises:
        TypeError: the name is no text, or an argument has another type.
        ValueError: the name is unknown, or an argument is missing.

    >>> load("twenty_five_gaussians").real.shape
    (100000, 2)
    """
    if not isinstance(name, (str, os.PathLike)):
        raise TypeError(f"data must be a name or a path, got {name!r}: give 'digits' or such")
    name = os.fspath(name)
    if name in SOURCES:
        check_required(name, SOURCES[name], arguments)
        return SOURCES[name](**arguments)
    if arguments and name not in (*EMBEDDED, *DISTRIBUTIONS):
        raise unknown("source of data", name, SOURCES)
    if arguments:
        given = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
        raise ValueError(f"data {name} takes no arguments, got {given}: leave them out")
    if name in EMBEDDED:
        return EMBEDDED[name]()
    if name in DISTRIBUTIONS:
        draw = jax.jit(DISTRIBUTIONS[name], static_argnums=1)
        return from_arrays(draw(jax.random.key(0), POINTS))
    if name.startswith("tfds:"):
        return from_tfds(name.removeprefix("tfds:"))
    return _of_path(name)


def _of_path(path: str) -> Dataset | Stream:
    if path.endswith(".npz"):
        return from_npz(path)
    if path.endswith(IDX):
        return from_idx(path)
    if path.lower().endswith(ARCHIVES):
        return from_archive(path)
    if path and Path(path).is_dir():
        return from_folder(path)
    raise unknown("data", path, [*EMBEDDED, *DISTRIBUTIONS, *SOURCES, *PATHS])


def check_required(
    name: str, member: Callable[..., Any], arguments: Mapping[str, Any], given: int = 0
) -> None:
    """Checks that a function gets all arguments without a default.

    Args:
        name: the name by which the function was called.
        member: the function.
        arguments: its keywords.
        given: the number of positional arguments.

    Raises:
        ValueError: one is missing.

    >>> check_required("folder", from_folder, {"path": "faces"})
    """
    for parameter in list(inspect.signature(member).parameters.values())[given:]:
        variable = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        required = parameter.default is parameter.empty and not variable
        if required and parameter.name not in arguments:
            raise ValueError(
                f"{name} needs the argument {parameter.name}, got {dict(arguments)}: give "
                f"{name}({parameter.name}=...)"
            )
