"""Export of the program of a generator: StableHLO, as `jax.export` serializes it."""

from __future__ import annotations

import json
from pathlib import Path

import jax
import numpy as np
from jax import export

from jaxgan.export.formats import Format, Function
from jaxgan.export.generator import Generator
from jaxgan.export.plain import input_types, plain
from jaxgan.runs.optional import optional

__all__ = ["STABLEHLO"]

PLATFORMS = ("cpu", "cuda", "rocm", "tpu")


def write(generator: Generator, path: Path) -> None:
    """Writes a program for batches of any size on every platform, and its metadata as JSON."""
    optional("flatbuffers", "export")  # which jax.export needs
    inputs = input_types(generator).values()
    program = export.export(jax.jit(plain(generator)), platforms=PLATFORMS)(*inputs)
    path.write_bytes(program.serialize())
    path.with_name(f"{path.name}.json").write_text(json.dumps(generator.metadata(), indent=1))


def read(path: Path, like: Generator) -> Function:
    """The program; it needs JAX, but neither jaxgan nor Flax."""
    del like
    program = jax.jit(export.deserialize(bytearray(path.read_bytes())).call)
    return lambda *inputs: np.asarray(program(*inputs))


STABLEHLO = Format(".stablehlo", write, read, tolerance=1e-4)
