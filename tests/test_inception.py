"""The FID Inception against torch-fidelity, and what the reader of its file refuses."""

from __future__ import annotations

import collections
import io
import pickle
import sys
import types
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import safetensors.numpy

from jaxgan.metrics import inception
from jaxgan.metrics.inception_layers import features_and_logits, folded, resized
from jaxgan.metrics.inception_v3 import PUBLISHED
from jaxgan.metrics.torch_file import MAGIC, read_torch_file

Chain = list[tuple[str, int, int, int]]
"""Convolutions in sequence: name, outputs, height, width."""
STEM: Chain = [
    ("Conv2d_1a_3x3", 2, 3, 3),
    ("Conv2d_2a_3x3", 2, 3, 3),
    ("Conv2d_2b_3x3", 4, 3, 3),
    ("Conv2d_3b_1x1", 5, 1, 1),
    ("Conv2d_4a_3x3", 12, 3, 3),
]
DOUBLE: Chain = [("3x3dbl_1", 4, 1, 1), ("3x3dbl_2", 6, 3, 3), ("3x3dbl_3", 6, 3, 3)]


def five(pool: int) -> list[Chain]:
    five = [("5x5_1", 3, 1, 1), ("5x5_2", 4, 5, 5)]
    return [[("1x1", 4, 1, 1)], five, DOUBLE, [("_pool", pool, 1, 1)]]


def seven(c: int) -> list[Chain]:
    one = [("7x7_1", c, 1, 1), ("7x7_2", c, 1, 7), ("7x7_3", 12, 7, 1)]
    ways = [(c, 1, 1), (c, 7, 1), (c, 1, 7), (c, 7, 1), (12, 1, 7)]
    two = [(f"7x7dbl_{i}", *way) for i, way in enumerate(ways, 1)]
    return [[("1x1", 12, 1, 1)], one, two, [("_pool", 12, 1, 1)]]


WIDE: list[Chain] = [
    [("1x1", 20, 1, 1)],
    [("3x3_1", 24, 1, 1), ("3x3_2a", 24, 1, 3)],
    [("3x3_1", 24, 1, 1), ("3x3_2b", 24, 3, 1)],
    [("3x3dbl_1", 28, 1, 1), ("3x3dbl_2", 24, 3, 3), ("3x3dbl_3a", 24, 1, 3)],
    [("3x3dbl_1", 28, 1, 1), ("3x3dbl_2", 24, 3, 3), ("3x3dbl_3b", 24, 3, 1)],
    [("_pool", 12, 1, 1)],
]
LAST: Chain = [("7x7x3_1", 12, 1, 1), ("7x7x3_2", 12, 1, 7), ("7x7x3_3", 12, 7, 1)]
BLOCKS: dict[str, list[Chain]] = {
    "Mixed_5b": five(2),
    "Mixed_5c": five(4),
    "Mixed_5d": five(4),
    "Mixed_6a": [[("3x3", 24, 3, 3)], DOUBLE],
    "Mixed_6b": seven(8),
    "Mixed_6c": seven(10),
    "Mixed_6d": seven(10),
    "Mixed_6e": seven(12),
    "Mixed_7a": [[("3x3_1", 12, 1, 1), ("3x3_2", 20, 3, 3)], [*LAST, ("7x7x3_4", 12, 3, 3)]],
    "Mixed_7b": WIDE,
    "Mixed_7c": WIDE,
}


def shapes() -> Iterator[tuple[str, tuple[int, ...]]]:
    """The shapes of the network with a sixteenth of the channels, under PyTorch's names."""

    def chain(prefix: str, inputs: int, parts: Chain) -> Iterator[tuple[str, tuple[int, ...]]]:
        for part, outputs, height, width in parts:
            yield f"{prefix}{part}.conv.weight", (outputs, inputs, height, width)
            for name in ("weight", "bias", "running_mean", "running_var"):
                yield f"{prefix}{part}.bn.{name}", (outputs,)
            inputs = outputs

    yield from chain("", 3, STEM)
    inputs = STEM[-1][1]
    for name, chains in BLOCKS.items():
        for parts in chains:
            yield from chain(f"{name}.branch", inputs, parts)
        pooled = inputs if name in ("Mixed_6a", "Mixed_7a") else 0
        inputs = pooled + sum(parts[-1][1] for parts in chains)
    yield "fc.weight", (63, inputs)
    yield "fc.bias", (63,)


def weights() -> dict[str, np.ndarray]:
    """Random weights, drawn in the order of the names; torch-fidelity's network had the same."""
    rng = np.random.default_rng(0)
    found = {}
    for name, shape in sorted(dict(shapes()).items()):
        x = rng.normal(size=shape)
        if name.endswith(("running_var", "bn.weight")):
            x = 1 + 0.2 * np.tanh(x)
        else:
            x = x * (np.sqrt(2 / np.prod(shape[1:])) if len(shape) > 1 else 0.1)
        found[name] = x.astype(np.float32)
    return found


def test_features_and_logits_are_those_of_torch_fidelity() -> None:
    # torch-fidelity 0.4.0, FeatureExtractorInceptionV3 with torch 2.13.0, its tensors replaced by
    # these: "2048" and "logits_unbiased" of one random image of 20 x 28 pixels. At full width the
    # largest difference was 7.7e-7 of the largest feature.
    image = np.random.default_rng(1).integers(0, 256, (1, 20, 28, 3), dtype=np.uint8)

    @jax.jit
    def network(x: jax.Array) -> Any:
        return features_and_logits(folded(weights()), (resized(x, 299) - 128) / 128)

    features, logits = (np.asarray(x)[0] for x in network(jnp.asarray(image, jnp.float32)))
    assert features.shape == (128,)
    chosen = [0.3248825, 0.06589226, 0.18754318, 0.015919829, 0.00660186, 0.61891663]
    np.testing.assert_allclose(features[[0, 17, 40, 64, 101, 127]], chosen, atol=2e-6)
    np.testing.assert_allclose(features.mean(), 0.31375372, rtol=2e-6)
    np.testing.assert_allclose(
        logits[[0, 30, 62]], [0.40525183, 0.35427025, -0.05369737], atol=4e-6
    )


def test_the_resize_has_no_half_pixel_centers() -> None:
    # TensorFlow 1: the new pixel i lies at i * old / new, beyond the last one nothing is added.
    x = np.random.default_rng(0).uniform(size=(2, 5, 3, 1)).astype(np.float32)
    rows, columns = np.arange(8) * 5 / 8, np.arange(8) * 3 / 8
    padded = np.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)), mode="edge")
    wanted = np.empty((2, 8, 8, 1))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            (a, b), (s, t) = (int(row), int(column)), (row % 1, column % 1)
            upper = (1 - t) * padded[:, a, b] + t * padded[:, a, b + 1]
            lower = (1 - t) * padded[:, a + 1, b] + t * padded[:, a + 1, b + 1]
            wanted[:, i, j] = (1 - s) * upper + s * lower
    np.testing.assert_allclose(resized(jnp.asarray(x), 8), wanted, rtol=1e-6)


# ---- the file


class Storage:
    """What `torch.save` refers to by a persistent id."""

    def __init__(self, key: str, array: np.ndarray) -> None:
        self.key, self.array = key, array


class Tensor:
    """Pickled as `torch.save` pickles a tensor."""

    def __init__(self, storage: Storage, size: tuple[int, ...], offset: int = 0) -> None:
        self.storage, self.size, self.offset = storage, size, offset

    def __reduce__(self) -> Any:
        stride = tuple(int(np.prod(self.size[axis + 1 :])) for axis in range(len(self.size)))
        arguments = (self.storage, self.offset, self.size, stride, False, collections.OrderedDict())
        return sys.modules["torch._utils"]._rebuild_tensor_v2, arguments


class Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, Storage):
            return ("storage", sys.modules["torch"].FloatStorage, obj.key, "cpu", obj.array.size)
        return None


@pytest.fixture
def pickled(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that pickles with the names of PyTorch, which need not be installed."""
    utils, torch = types.ModuleType("torch._utils"), types.ModuleType("torch")

    def rebuild(*_: Any) -> None: ...

    rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils.__dict__["_rebuild_tensor_v2"] = rebuild
    torch.__dict__["FloatStorage"] = type("FloatStorage", (), {"__module__": "torch"})
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)

    def dump(value: Any) -> bytes:
        stream = io.BytesIO()
        Pickler(stream, 2).dump(value)
        return stream.getvalue()

    return dump


FLAT = np.arange(10, dtype=np.float32)


def zipped(pickle_bytes: bytes, raw: bytes = FLAT.tobytes()) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("archive/data.pkl", pickle_bytes)
        archive.writestr("archive/data/0", raw)
    return stream.getvalue()


def streamed(dump: Any, value: Any) -> bytes:
    head = [pickle.dumps(x, 2) for x in (MAGIC, 1001, {"little_endian": True})]
    parts = [*head, dump(value), pickle.dumps(["0"], 2), np.int64(10).tobytes(), FLAT.tobytes()]
    return b"".join(parts)


@pytest.mark.parametrize("form", ["zip", "stream"])
def test_tensors_are_read_from_both_formats(pickled: Any, form: str) -> None:
    storage = Storage("0", FLAT)
    value = collections.OrderedDict(a=Tensor(storage, (2, 3)), b=Tensor(storage, (), 9))
    data = zipped(pickled(value)) if form == "zip" else streamed(pickled, value)
    found = read_torch_file(data)
    np.testing.assert_array_equal(found["a"], FLAT[:6].reshape(2, 3))
    assert found["b"] == 9


class Runs:
    """A pickle that calls a function when it is loaded."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.called = function, arguments

    def __reduce__(self) -> Any:
        return self.called


@pytest.mark.parametrize("function", [exec, getattr, __import__, collections.namedtuple])
@pytest.mark.parametrize("form", ["zip", "stream", "bare"])
def test_nothing_in_the_file_is_called(
    pickled: Any, tmp_path: Path, function: Any, form: str
) -> None:
    value = Runs(function, f"open({str(tmp_path / 'written')!r}, 'w')", "x")
    bare = pickled(value)
    data = {"zip": zipped(bare), "stream": streamed(pickled, value), "bare": bare}[form]
    with pytest.raises(
        ValueError, match=rf"names \w+\.{function.__name__}, which is not permitted"
    ):
        read_torch_file(data)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a file of tensors"),
        (b"PK\x03\x04rest", "not a file of tensors"),
        (b"\x80\x04\x95\x00", "not a file of tensors"),
        (pickle.dumps({"a": 1}), "does not begin with PyTorch's number"),
        (zipped(pickle.dumps([1])), "contains a list instead of a dictionary"),
        (zipped(pickle.dumps({"a": 1})), "contains a int instead of a tensor"),
    ],
)
def test_other_files_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_torch_file(data)


def test_a_tensor_beyond_its_storage_is_refused(pickled: Any) -> None:
    for tensor in (Tensor(Storage("0", FLAT), (11,)), Tensor(Storage("0", FLAT), (6,), 5)):
        with pytest.raises(ValueError, match="longer than its storage"):
            read_torch_file(zipped(pickled({"a": tensor})))
    short = zipped(pickled({"a": Tensor(Storage("0", FLAT), (2,))}), FLAT[:5].tobytes())
    with pytest.raises(ValueError, match="longer than its storage"):
        read_torch_file(short)


def test_the_hash_of_the_file_is_checked_and_shown(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    safetensors.numpy.save_file({"x": np.zeros(3)}, path)
    with pytest.raises(ValueError, match=f"not {PUBLISHED}"):
        inception(path)
    with pytest.raises(ValueError, match=r"no tensor 'fc\.weight'"):
        inception(path, sha256="")
    safetensors.numpy.save_file(weights(), path)
    found = inception(path, sha256="")
    assert len(found.digest) == 16
    with pytest.raises(ValueError, match="2 channels; Inception takes 1 or 3"):
        found.extract(jnp.zeros((1, 8, 8, 2), jnp.uint8))
    with pytest.raises(ValueError, match="Inception takes uint8"):
        found.extract(jnp.zeros((1, 8, 8, 3)))
