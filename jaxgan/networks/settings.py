"""The ranges of the networks' settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any, get_args

from flax import linen as nn

from jaxgan.networks.activations import Activation
from jaxgan.networks.initializers import Initial
from jaxgan.networks.norms import Norm, Weights
from jaxgan.types import check_number, unknown

__all__ = ["check_conditional_norm", "check_settings", "checked_shape"]

RANGES = {
    "width": ("an integer of at least 1", "give the number of units or channels of a layer"),
    "depth": ("an integer of at least 0", "give 0 for no hidden layer"),
    "classes": ("an integer of at least 1", "give None for a network without labels"),
    "group": ("an integer of at least 1", "give the channels of a group"),
    "pieces": ("an integer of at least 1", "give 1 for a linear unit"),
    "m": ("an integer of at least 1", "give the examples of a pack"),
    "features": ("an integer of at least 1", "give None for a score"),
    "dropout": ("in [0, 1)", "give the share that is dropped, 0 for none"),
    "reach": ("positive", "give the largest absolute weight at the start"),
}

NAMES = {
    "norm": get_args(Norm),
    "weights": get_args(Weights),
    "activation": get_args(Activation),
    "initial": get_args(Initial),
}


def check_settings(module: nn.Module, per_layer: Collection[str] = ()) -> None:
    """Checks the fields of a network by their names, which mean the same in each of them.

    Args:
        module: a network, before Flax sets it up.
        per_layer: names of the fields that may be a tuple, with a number for each layer.

    Raises:
        TypeError: a field has another type.
        ValueError: a number is outside its range, or a name is unknown.

    >>> from jaxgan.networks import MLPCritic
    >>> check_settings(MLPCritic(width=(8, 4)), per_layer=["width"])
    """
    for field in dataclasses.fields(module):
        value: Any = getattr(module, field.name)
        if field.name == "shape":
            checked_shape(value)
        elif isinstance(field.default, bool) and not isinstance(value, bool):
            raise TypeError(f"{field.name} must be True or False, got {value!r}: give one of them")
        elif field.name in NAMES:
            _check_name(field.name, value)
        elif field.name in RANGES and (value is not None or field.default is not None):
            name = f"{type(module).__name__}: {field.name}"
            several = isinstance(value, tuple) and len(value) and field.name in per_layer
            numbers: Any = value if several else (value,)
            for number in numbers:
                check_number(name, number, *RANGES[field.name])


def check_conditional_norm(module: Any) -> None:
    """Checks that a generator whose labels choose scales and offsets has batch normalization.

    Args:
        module: a network with the fields `classes` and `norm`.

    Raises:
        ValueError: it has classes and another normalization.

    >>> from jaxgan.networks import ResNetGenerator
    >>> check_conditional_norm(ResNetGenerator((32, 32, 3), norm="layer"))
    """
    if module.classes is not None and module.norm != "batch":
        raise ValueError(
            f"norm of a {type(module).__name__} with classes={module.classes} must be 'batch', got "
            f"{module.norm!r}: labels choose the scales and offsets of batch normalization"
        )


def _check_name(field: str, value: Any) -> None:
    if field == "norm" and value in NAMES["weights"] and value not in NAMES["norm"]:
        raise ValueError(
            f"norm={value!r} is a normalization of weights: give weights={value!r}, "
            f"critic_weights={value!r} or generator_weights={value!r} of a preset"
        )
    if value not in NAMES[field]:
        raise unknown(field, value, NAMES[field])


def checked_shape(shape: Any) -> tuple[int, ...]:
    """The shape of an example.

    Args:
        shape: what was given.

    Returns:
        A tuple.

    Raises:
        TypeError: it is not a tuple of numbers.
        ValueError: a size is not an integer of at least 1.

    >>> checked_shape([28, 28, 1])
    (28, 28, 1)
    """
    remedy = "give the shape of an example, such as (2,) or (28, 28, 1)"
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"shape must be a tuple of integers, got {shape!r}: {remedy}")
    for size in shape:
        check_number("each size in shape", size, "an integer of at least 1", remedy)
    return tuple(shape)
