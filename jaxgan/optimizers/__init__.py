"""Optimizers that compare and print by value, weight clipping, and schedules.

A recipe takes any `optax.GradientTransformation`; these are the ones that our recipes use.
"""

from jaxgan.optimizers.by_value import (
    adam,
    by_value,
    chain,
    clip_norm,
    rmsprop,
    scheduled_adam,
    scheduled_sgd,
    sgd,
    weight_decay,
)
from jaxgan.optimizers.clipping import clip_params
from jaxgan.optimizers.schedules import Cosine, Geometric, HalfLife, Linear, Switch

__all__ = [
    "Cosine",
    "Geometric",
    "HalfLife",
    "Linear",
    "Switch",
    "adam",
    "by_value",
    "chain",
    "clip_norm",
    "clip_params",
    "rmsprop",
    "scheduled_adam",
    "scheduled_sgd",
    "sgd",
    "weight_decay",
]
