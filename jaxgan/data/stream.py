"""Data sets larger than the device: examples are read when a run draws them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int, UInt8

from jaxgan.types import ClassNames, Dataset

__all__ = ["SOME", "Stream", "in_memory"]

SOME = 10_000
"""The examples that stand for a streamed set where all would be needed at once."""


@dataclasses.dataclass(frozen=True, eq=False)
class Stream:
    """A training set that stays where it is stored; a run reads the examples that it draws.

    A run on a stream equals the run on the same set in memory, to the last bit.

    Attributes:
        real: shape `[n, height, width, channels]` and type of the examples without values, a
            `jax.ShapeDtypeStruct`.
        labels: `[n]` integers from 0 in memory, or None.
        read: the example of an index, uint8; called from several threads, or processes.
        fingerprint: the fingerprint of the same set in memory, see `runs.identity`.
        kind: `Dataset`, or `Dequantized` if pixels get noise when they are drawn.
        workers: processes that read ahead during a run; threads of the run's own process if 0.
        names: the names of the classes by label, or None; not part of the identity of a run.

    >>> stream = Stream(jax.ShapeDtypeStruct((9, 2, 2, 1), jnp.uint8), None,
    ...     lambda i: np.full((2, 2, 1), i, np.uint8), "")
    >>> stream
    Stream(Dataset, real=uint8[9, 2, 2, 1], labels=None)
    >>> len(stream.real), stream.gather(np.array([[3], [8]])).real[..., 0, 0, 0].tolist()
    (9, [[3], [8]])
    """

    real: Any
    labels: Array | None
    read: Callable[[int], UInt8[np.ndarray, "height width channels"]]
    fingerprint: str
    kind: type[Dataset] = Dataset
    workers: int = 0
    names: ClassNames | None = dataclasses.field(default=None, compare=False)

    def __repr__(self) -> str:
        """Types and shapes, as of a `Dataset`."""
        real, labels = (
            None if x is None else f"{x.dtype}{list(x.shape)}" for x in (self.real, self.labels)
        )
        return f"Stream({self.kind.__name__}, real={real}, labels={labels})"

    def gather(self, index: Int[np.ndarray, "*indices"]) -> Dataset:
        """The examples with these indices, `[*indices, ...]`, on the host."""
        real: Any = np.stack([self.read(i) for i in index.ravel().tolist()])
        labels: Any = None if self.labels is None else np.asarray(self.labels)[index]
        return self.kind(real.reshape(*index.shape, *self.real.shape[1:]), labels)


def in_memory(data: Dataset | Stream) -> Dataset:
    """A data set itself; of a stream, up to `SOME` examples drawn without replacement, in order.

    Args:
        data: a data set or a stream.

    Returns:
        A data set on the device.

    >>> in_memory(Dataset(jnp.zeros((4, 2))))
    Dataset(real=float32[4, 2], labels=None)
    """
    if not isinstance(data, Stream):
        return data
    chosen = jax.random.permutation(jax.random.key(0), len(data.real))[:SOME]
    return jax.tree.map(jnp.asarray, data.gather(np.sort(chosen)))._replace(names=data.names)
