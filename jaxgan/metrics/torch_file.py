"""Tensors from a PyTorch file without PyTorch; nothing in the file can run code."""

from __future__ import annotations

import collections
import io
import math
import pickle
import zipfile
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

__all__ = ["read_torch_file"]

DTYPES = {
    "FloatStorage": np.float32,
    "DoubleStorage": np.float64,
    "HalfStorage": np.float16,
    "LongStorage": np.int64,
    "IntStorage": np.int32,
    "ByteStorage": np.uint8,
    "BoolStorage": np.bool_,
}
"""The storages that a file may name; each becomes a dtype, not a class of PyTorch."""

ZIP = b"PK"

MAGIC = 0x1950A86A20F9469CFC6C
"""The first number of a file that is not a zip archive, as PyTorch before 1.6 wrote them."""


class _Storage(NamedTuple):
    key: str
    dtype: Any
    count: int


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


def read_torch_file(data: bytes) -> dict[str, np.ndarray]:
    """The tensors of a state dictionary that `torch.save` wrote, in either format of PyTorch.

    Its pickle is read by an unpickler that knows three names: `collections.OrderedDict`, the
    rebuilding of a tensor from a storage, and the types of storages. All others are refused before
    they are imported, so the file cannot call anything.

    Args:
        data: the contents of the file.

    Returns:
        Arrays by name.

    Raises:
        ValueError: it is not such a file, is damaged, or names anything else.

    >>> read_torch_file(pickle.dumps(print))
    Traceback (most recent call last):
        ...
    ValueError: not a file of tensors: it names builtins.print, which is not permitted
    """
    try:
        stream = io.BytesIO(data)
        found, raw = _from_zip(stream) if data.startswith(ZIP) else _from_stream(stream)
        if not isinstance(found, Mapping):
            raise ValueError(f"it contains a {type(found).__name__} instead of a dictionary")
        return {str(name): _array(tensor, raw) for name, tensor in found.items()}
    except (pickle.UnpicklingError, zipfile.BadZipFile, EOFError, KeyError, TypeError) as error:
        raise ValueError(f"not a file of tensors: {error}") from error
    except (ValueError, IndexError, AttributeError, MemoryError) as error:
        raise ValueError(f"not a file of tensors: {error}") from error


class _Unpickler(pickle.Unpickler):
    """Reads dictionaries, numbers, texts and tensors."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if module == "torch" and name in DTYPES:
            return np.dtype(DTYPES[name])
        raise pickle.UnpicklingError(f"it names {module}.{name}, which is not permitted")

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, _, count, *_ = pid
        if kind != "storage" or not isinstance(dtype, np.dtype):
            raise pickle.UnpicklingError(f"it refers to a {kind} of {dtype}")
        return _Storage(str(key), dtype, int(count))


def _rebuild(
    storage: _Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any
) -> _Tensor:
    return _Tensor(storage, int(offset), tuple(size), tuple(stride))


def _from_zip(stream: io.BytesIO) -> tuple[Any, dict[str, bytes]]:
    """The dictionary and the bytes of the storages in a zip archive: `NAME/data.pkl`, `NAME/data/`.

    Storages are little-endian unless `NAME/byteorder` says otherwise, which is refused.
    """
    with zipfile.ZipFile(stream) as archive:
        (pickled,) = (name for name in archive.namelist() if name.endswith("/data.pkl"))
        root = pickled.removesuffix("data.pkl")
        order = f"{root}byteorder"
        if order in archive.namelist() and archive.read(order) != b"little":
            raise ValueError("its numbers are big-endian")
        begin = f"{root}data/"
        raw = {
            name.removeprefix(begin): archive.read(name)
            for name in archive.namelist()
            if name.startswith(begin)
        }
        return _Unpickler(io.BytesIO(archive.read(pickled))).load(), raw


def _from_stream(stream: io.BytesIO) -> tuple[Any, dict[str, bytes]]:
    """The same of a sequence of pickles: numbers, dictionary, keys; then the storages."""
    if _Unpickler(stream).load() != MAGIC:
        raise ValueError("it does not begin with PyTorch's number")
    _version, _system = _Unpickler(stream).load(), _Unpickler(stream).load()
    found, keys = _Unpickler(stream).load(), _Unpickler(stream).load()
    storages = {one.storage.key: one.storage for one in found.values() if isinstance(one, _Tensor)}
    raw = {}
    for key in keys:
        count = int(np.frombuffer(stream.read(8), "<i8")[0])
        raw[str(key)] = stream.read(count * storages[str(key)].dtype.itemsize)
    return found, raw


def _array(tensor: Any, raw: Mapping[str, bytes]) -> np.ndarray:
    if not isinstance(tensor, _Tensor):
        raise ValueError(f"it contains a {type(tensor).__name__} instead of a tensor")
    storage, offset, size, stride = tensor
    flat = np.frombuffer(raw[storage.key], storage.dtype.newbyteorder("<"))
    contiguous = tuple(math.prod(size[axis + 1 :]) for axis in range(len(size)))
    if math.prod(size) > 1 and stride != contiguous:
        raise ValueError("a tensor is not contiguous")
    if offset < 0 or offset + math.prod(size) > len(flat) or len(flat) != storage.count:
        raise ValueError("a tensor is longer than its storage")
    return flat[offset : offset + math.prod(size)].reshape(size)
