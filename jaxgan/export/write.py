"""Writes a generator in one of the formats, reads the file back and compares."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.data.paths import check_path
from jaxgan.export.formats import Format
from jaxgan.export.generator import Generator
from jaxgan.export.onnx import ONNX
from jaxgan.export.stablehlo import STABLEHLO
from jaxgan.export.tensors import SAFETENSORS
from jaxgan.types import unknown

__all__ = ["FORMATS", "difference", "export"]

FORMATS: Mapping[str, Format] = {
    "safetensors": SAFETENSORS,
    "stablehlo": STABLEHLO,
    "onnx": ONNX,
}
COMPARED = 16
"""Examples that are compared."""


def export(generator: Generator, path: Path, to: str) -> float:
    """Writes a generator to a file that other programs read.

    The file is read back with the runtime of its format and compared with the generator, on random
    latents and all classes in turn. A file that differs is removed.

    Args:
        generator: the generator.
        path: the path of the file; its folder exists.
        to: "safetensors" for the tensors by name, "stablehlo" for a program that JAX runs, "onnx"
            for a program that ONNX runtimes run.

    Returns:
        The largest absolute difference between both generators.

    Raises:
        TypeError: the generator or the path has another type.
        FileNotFoundError: the folder of the path does not exist.
        ValueError: an unknown format, a package of the format is missing, or the file's generator
            differs by more than the tolerance of the format: 0 for safetensors, otherwise 1e-4
            (1/80 of a gray level) times the largest number in the examples if that is above 1.

    >>> import tempfile
    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> from jaxgan.training import Setup, create_state
    >>> setup = Setup(presets.mlp((2,), width=8), recipes.wgan_gp(), data.load("swiss_roll"))
    >>> state = create_state(setup.networks, setup.recipe, jax.random.key(0), setup.data)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "generator.safetensors"
    ...     export(Generator.of(setup, state), path, "safetensors")
    0.0
    """
    if to not in FORMATS:
        raise unknown("format", to, FORMATS)
    if not isinstance(generator, Generator):
        raise TypeError(f"generator must be an export.Generator, got {generator!r}: load one")
    path = check_path("path", path)
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"path {path} is in no folder: make it, or give another path")
    chosen = FORMATS[to]
    partial = path.with_name(f"{path.name}.partial")
    try:
        chosen.write(generator, partial)
        found, largest = difference(generator, partial, to)
        if not found <= chosen.tolerance * max(1.0, largest):
            raise ValueError(
                f"the generator in the {to} file differs by {found:.2g} from the original, more "
                f"than {chosen.tolerance:g} x {max(1.0, largest):.3g}: nothing was written. Export "
                "to another format, and please report this"
            )
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return found


def difference(generator: Generator, path: Path, to: str) -> tuple[float, float]:
    """The difference between a generator and the one in a file.

    Args:
        generator: the generator.
        path: the file.
        to: its format.

    Returns:
        The largest absolute difference, and the largest absolute number of the examples.
    """
    inputs = [generator.draw(jax.random.key(0), COMPARED)]
    if generator.classes:
        inputs.append(jnp.resize(jnp.asarray(generator.classes, jnp.int32), (COMPARED,)))
    wanted = np.asarray(generator(*inputs))
    found = FORMATS[to].read(path, generator)(*inputs)
    return float(np.abs(found - wanted).max()), float(np.abs(wanted).max())
