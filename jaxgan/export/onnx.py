"""Export of the program of a generator: ONNX, by jax2onnx."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import jax
import numpy as np
from jaxtyping import Array

from jaxgan.export.formats import Format, Function
from jaxgan.export.generator import Generator
from jaxgan.export.plain import input_types, plain
from jaxgan.runs.optional import optional

__all__ = ["ONNX"]

EXAMPLES = "examples"
"""The name of the output; inputs are named as in `plain.input_types`."""


def write(generator: Generator, path: Path) -> None:
    """Writes a model for batches of any size; its metadata is the property `jaxgan`."""
    jax2onnx = optional("jax2onnx", "export")
    logging.getLogger("onnx_ir.serde").setLevel(logging.ERROR)  # it reports each unnamed constant
    inputs = {
        name: jax.ShapeDtypeStruct(("batch", *of.shape[1:]), of.dtype)
        for name, of in input_types(generator).items()
    }
    with jax.numpy_rank_promotion("allow"):  # its own layers broadcast
        model = jax2onnx.to_onnx(
            plain(generator),
            list(inputs.values()),
            model_name="generator",
            input_names=list(inputs),
            output_names=[EXAMPLES],
        )
    # jax2onnx states wrong shapes for the values between layers, which onnxruntime-web refuses.
    del model.graph.value_info[:]
    model.metadata_props.add(key="jaxgan", value=json.dumps(generator.metadata()))
    path.write_bytes(model.SerializeToString())


def read(path: Path, like: Generator) -> Function:
    """The model in onnxruntime, on the CPU."""
    del like
    onnxruntime = optional("onnxruntime", "export")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def examples(*inputs: Array) -> np.ndarray:
        names = [given.name for given in session.get_inputs()]
        named = zip(names, map(np.asarray, inputs), strict=True)
        return session.run([EXAMPLES], dict(named))[0]

    return examples


ONNX = Format(".onnx", write, read, tolerance=1e-4)
