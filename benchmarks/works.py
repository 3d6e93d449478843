"""What is timed: networks with batch sizes, and losses. `yardstick.py` has the same in PyTorch."""

from __future__ import annotations

from typing import NamedTuple

import jax
import numpy as np
from flax import linen as nn

from jaxgan import recipes
from jaxgan.networks import dcgan as dcgan_modules
from jaxgan.networks import resnet as resnet_modules
from jaxgan.networks.presets import dcgan, mlp, resnet
from jaxgan.training import Dataset, Networks, Recipe

__all__ = ["LOSSES", "WORKS", "Work", "examples", "with_flax_convolutions"]

EXAMPLES = 4096


class Work(NamedTuple):
    """Networks, the shape of an example, and the batch size."""

    networks: Networks
    shape: tuple[int, ...]
    batch: int


WORKS = {
    "mlp_512": Work(mlp((2,)), (2,), 256),
    "mlp_64": Work(mlp((2,), width=64), (2,), 256),
    "mnist": Work(dcgan((28, 28, 1)), (28, 28, 1), 50),
    "mnist_16": Work(dcgan((28, 28, 1), 16), (28, 28, 1), 32),
    "cifar": Work(dcgan((32, 32, 3)), (32, 32, 3), 64),
    "resnet": Work(resnet((32, 32, 3)), (32, 32, 3), 64),
    "dcgan64": Work(dcgan((64, 64, 3)), (64, 64, 3), 16),
}

LOSSES: dict[str, Recipe] = {
    "gp": recipes.wgan_gp(beta1=0.5),
    "clip": recipes.wgan(),
    "ns": recipes.dcgan(),
}


def examples(work: Work, n: int = EXAMPLES) -> Dataset:
    """Random pixels or points; the time does not depend on the values."""
    random = np.random.default_rng(0)
    shape = (n, *work.shape)
    if len(work.shape) == 3:
        return Dataset(jax.numpy.asarray(random.integers(0, 256, shape, np.uint8)))
    return Dataset(jax.numpy.asarray(random.normal(size=shape), jax.numpy.float32))


def with_flax_convolutions() -> None:
    """Replaces the convolutions of the networks by `flax.linen`'s, to compare with plain Flax."""
    for module in (dcgan_modules, resnet_modules):
        for name in {"Conv", "ConvTranspose"} & set(vars(module)):
            setattr(module, name, getattr(nn, name))
