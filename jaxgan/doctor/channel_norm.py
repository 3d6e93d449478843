"""Whether the critic normalizes each position of an image separately."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn
from jaxtyping import Array

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject, quick, with_noise
from jaxgan.training import Player
from jaxgan.training.modules import apply
from jaxgan.types import Batch

__all__ = ["channel_norm"]

SAME = 1e-2
"""A normalization changes by its epsilon, of 1e-5 or less beside the variance."""


def channel_norm(subject: Subject) -> Iterator[Finding]:
    """Layers whose output does not change if each position of their input is scaled by itself."""
    if not subject.n_critic or subject.setup.data.real.ndim != 4:
        return
    probe = subject.probe
    critic = with_noise(subject.state.critic)
    changes = quick(lambda *given: _changes(subject, *given))(critic, probe)
    found = [name for name, change in changes.items() if float(change) < SAME]
    if found:
        yield Finding(
            "channel-norm",
            f"{', '.join(found)} of the critic: the output stays the same if the channels of each "
            "position (height, width) are multiplied by a different factor",
            "the strength of the activations at each position is lost; the layer norm of WGAN-GP "
            "takes mean and variance over height, width and channels, and flax.linen.LayerNorm() "
            "over the channels only",
            'critic_norm="layer" of the presets, jaxgan.networks.norms.LayerNorm(), or '
            "nn.LayerNorm(reduction_axes=(1, 2, 3), feature_axes=-1)",
            fault=False,
        )


def _changes(subject: Subject, critic: Player, probe: Batch) -> dict[str, Array]:
    """By layer: the change of its output for a scaled input, relative to the output's spread."""
    changes: dict[str, Array] = {}
    inside: list[str] = []

    def intercept(method: Callable[..., Any], args: Any, kwargs: Any, context: Any) -> Any:
        output = method(*args, **kwargs)
        x: Any = args[0] if args else None
        if inside or context.method_name != "__call__" or not _same_maps(x, output):
            return output
        name, variables = "/".join(context.module.path), context.module.variables
        if any(isinstance(p, dict) for p in variables.get("params", {}).values()):
            return output  # its layers are examined instead
        inside.append(name)
        copy = context.module.clone(parent=None)
        scaled, _ = copy.apply(variables, x * _factors(x), *args[1:], **kwargs, mutable=True)
        inside.pop()
        spread = output.std()
        change = jnp.abs(scaled - output).mean() / jnp.maximum(spread, 1e-30)
        changes[name] = jnp.where(spread > 0, change, jnp.inf)
        return output

    with nn.intercept_methods(intercept):
        options = {"train": True, "keys": probe.keys}
        apply(subject.setup.networks.critic, critic.variables, probe.real, probe.labels, **options)
    return changes


def _same_maps(x: Any, y: Any) -> bool:
    """Whether both are `[batch, height, width, channels]` of one shape, with several channels."""
    if not isinstance(x, jax.Array) or not isinstance(y, jax.Array):
        return False
    return x.ndim == 4 and x.shape == y.shape and x.shape[-1] > 1


def _factors(x: Array) -> np.ndarray:
    """A factor from 0.5 to 2 for each position."""
    return np.random.default_rng(0).uniform(0.5, 2.0, (*x.shape[:-1], 1)).astype(np.float32)
