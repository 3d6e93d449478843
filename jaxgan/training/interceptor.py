"""Changes to the calls of a module's layers, so that networks know nothing about devices."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn
from jaxtyping import Array, Key

__all__ = ["FEATURES", "INPUTS", "Interceptor"]

FEATURES = "features"
"""The collection in which a critic stores its features: `self.sow("features", "last", x)`."""
INPUTS = "jaxgan_inputs"
"""The collection in which the inputs of dense layers are stored."""


@dataclasses.dataclass
class Interceptor:
    """Intercepts the layers of a module for `flax.linen.intercept_methods`.

    Batch normalization uses the batch over the whole mapped axis in training, and its running
    statistics otherwise. Dropout draws the mask of each example from the example's key, and is off
    without keys. The inputs of dense layers are stored.

    Attributes:
        train: whether the module is trained.
        keys: one key per example for dropout, or None.
        axis_name: the mapped axis over which the batch is split, if there is one.
        last: path and number of outputs of the dense layer that was called last.
    """

    train: bool
    keys: Key[Array, " batch"] | None = None
    axis_name: str | None = None
    last: tuple[tuple[str, ...], int] | None = None
    calls: dict[tuple[str, ...], int] = dataclasses.field(default_factory=dict)

    def __call__(
        self,
        method: Callable[..., Any],
        args: Any,
        kwargs: Any,
        context: nn.module.InterceptorContext,
    ) -> Any:
        """The result of a method of a layer."""
        module = context.module
        if context.method_name != "__call__":
            return method(*args, **kwargs)
        if isinstance(module, nn.Dropout):
            return self._drop(module, *args, **kwargs)
        if isinstance(module, nn.BatchNorm):
            return self._normalize(method, module, *args, **kwargs)
        if isinstance(module, nn.Dense):
            self.last = module.path, module.features
            x = args[0] if args else kwargs["inputs"]
            module.sow(INPUTS, "x", x, init_fn=lambda: None, reduce_fn=lambda _, new: new)
        return method(*args, **kwargs)

    def _normalize(
        self,
        method: Callable[..., Any],
        module: nn.BatchNorm,
        x: Array,
        use_running_average: bool | None = None,
        **kwargs: Any,
    ) -> Array:
        """Flax's batch normalization, over the mapped axis or by its running statistics."""
        if self.axis_name:
            object.__setattr__(module, "axis_name", self.axis_name)
        if not self.train and module.use_running_average is not None:
            object.__setattr__(module, "use_running_average", True)
        elif not self.train:
            use_running_average = True
        return method(x, use_running_average=use_running_average, **kwargs)

    def _drop(
        self,
        module: nn.Dropout,
        inputs: Array,
        deterministic: bool | None = None,
        rng: Key[Array, ""] | None = None,
    ) -> Array:
        """Flax's dropout with a mask per example; layer and call are folded into the keys."""
        del rng
        off = nn.merge_param("deterministic", module.deterministic, deterministic)
        if self.keys is None or off or module.rate == 0:
            return inputs
        if module.rate == 1:
            return jnp.zeros_like(inputs)
        n = len(self.keys)
        if inputs.shape[0] % n:
            raise ValueError(
                f"dropout {'/'.join(module.path)} has an input of shape {inputs.shape} for a batch "
                f"of {n}: keep the examples on the first axis"
            )
        fold = zlib.crc32("/".join(module.path).encode())
        call = self.calls[module.path] = self.calls.get(module.path, -1) + 1
        per_example = (inputs.shape[0] // n,) if inputs.shape[0] > n else ()
        sizes = [
            1 if axis in module.broadcast_dims else size for axis, size in enumerate(inputs.shape)
        ]

        def mask(key: Array) -> Array:
            key = jax.random.fold_in(key, fold)
            key = jax.random.fold_in(key, call) if call else key
            return jax.random.bernoulli(key, 1 - module.rate, (*per_example, *sizes[1:]))

        masks = jax.vmap(mask)(self.keys).reshape(inputs.shape[0], *sizes[1:])
        return jnp.where(masks, inputs / (1 - module.rate), 0)
