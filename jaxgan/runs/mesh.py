"""The mesh of the devices that share a batch, and arrays on it, in one process or several."""

from __future__ import annotations

import functools
from typing import Any, TypeVar

import jax
import numpy as np
from jax.sharding import AxisType, NamedSharding, PartitionSpec, Sharding

from jaxgan.training.draws import Block
from jaxgan.types import Dataset

__all__ = ["AXIS", "chosen", "own_rows", "place", "put", "shardings"]

T = TypeVar("T")
AXIS = "devices"


def chosen(devices: int) -> list[Any]:
    """The devices that share a batch: the same number of each process.

    Args:
        devices: how many, over all processes.

    Returns:
        The devices, in the order of the processes.
    """
    if devices == 1:  # a training of this process only
        return jax.local_devices()[:1]
    of_each = devices // jax.process_count()
    by_process: dict[int, list[Any]] = {}
    for device in jax.devices():
        by_process.setdefault(device.process_index, []).append(device)
    return [device for index in sorted(by_process) for device in by_process[index][:of_each]]


def shardings(devices: int, axis: int = 1) -> tuple[NamedSharding, NamedSharding]:
    """How arrays lie on the mesh.

    Args:
        devices: number of devices, over all processes.
        axis: the axis that is split, by default that of the batch in `[steps, batch, ...]`.

    Returns:
        Whole on every device, and split along the axis.
    """
    mesh = jax.make_mesh((devices,), (AXIS,), axis_types=(AxisType.Auto,), devices=chosen(devices))
    split = PartitionSpec(*[None] * axis, AXIS)
    return NamedSharding(mesh, PartitionSpec()), NamedSharding(mesh, split)


def own_rows(batch_size: int, devices: int) -> slice:
    """The part of a batch that lies on the devices of this process.

    Args:
        batch_size: examples per step, over all devices.
        devices: number of devices, over all processes.

    Returns:
        The rows; all of them if no other process has a part.

    >>> own_rows(8, devices=1)
    slice(0, 8, None)
    """
    if devices == 1:
        return slice(0, batch_size)
    part = batch_size // jax.process_count()
    return slice(part * jax.process_index(), part * (jax.process_index() + 1))


def put(tree: T, sharding: NamedSharding) -> T:
    """Puts arrays on a mesh; every process has them whole. Those on it already stay as they are.

    Args:
        tree: arrays.
        sharding: how they are to lie.

    Returns:
        The arrays on the mesh.
    """
    return jax.tree.map(functools.partial(_put, sharding=sharding), tree)


def place(data: Dataset | Block, devices: int) -> Dataset | Block:
    """Puts the data of a chunk on the mesh: a data set whole, a block split.

    Args:
        data: the data set, or a block with the rows of this process, `[steps, batches, rows, ...]`.
        devices: number of devices, over all processes.

    Returns:
        The data on the mesh.
    """
    whole, parts = shardings(devices, axis=2)
    if not isinstance(data, Block):
        return put(data, whole)

    def of_process(rows: Any) -> jax.Array:
        return jax.make_array_from_process_local_data(parts, np.asarray(rows))

    return Block(put(data.begin, whole), jax.tree.map(of_process, data.examples))


def _put(x: jax.Array, sharding: NamedSharding) -> jax.Array:
    if _mesh(x) == sharding.mesh:
        return x
    if sharding.is_fully_addressable:
        return jax.device_put(x, sharding)
    parts = sharding.addressable_devices_indices_map(x.shape)
    arrays = [jax.device_put(x[index], device) for device, index in parts.items()]
    return jax.make_array_from_single_device_arrays(x.shape, sharding, arrays)


def _mesh(x: Any) -> Any:
    sharding: Sharding | None = getattr(x, "sharding", None)
    return getattr(sharding, "mesh", None)
