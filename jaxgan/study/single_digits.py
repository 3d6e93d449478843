"""A convolutional classifier of single digits, which recognizes every channel of stacked digits."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Int, Num
from PIL import Image

from jaxgan.data import mnist_5k
from jaxgan.data.preparation import Preparation
from jaxgan.metrics.classifier import in_range
from jaxgan.networks import DCGANCritic
from jaxgan.types import Dataset

__all__ = ["DIGITS", "DigitClassifier", "digit_classifier", "recognized", "resized_digits"]

DIGITS, BATCH, RATE, BLOCK = 10, 128, 4e-3, 1000
NETWORK: Any = DCGANCritic(width=16, features=DIGITS)


class DigitClassifier(NamedTuple):
    """A trained classifier.

    Attributes:
        params: the variables of `NETWORK`.
        accuracy: the share of held-out digits that it recognizes, in [0, 1].
    """

    params: Any
    accuracy: float


@functools.cache
def resized_digits(pixels: int) -> Dataset:
    """The digits of `mnist_5k`, resized as `Preparation` resizes images.

    Args:
        pixels: height and width.

    Returns:
        uint8 images `[5000, pixels, pixels, 1]` and labels `[5000]`.

    >>> resized_digits(16)
    Dataset(real=uint8[5000, 16, 16, 1], labels=int32[5000])
    """
    data, resize = mnist_5k(), Preparation(size=pixels)
    images = [resize(Image.fromarray(image)) for image in np.asarray(data.real)[..., 0]]
    return data._replace(real=jnp.asarray(np.stack(images)))


@functools.cache
def digit_classifier(pixels: int, updates: int) -> DigitClassifier:
    """Trains a classifier on four fifths of the digits, once per process.

    The cross-entropy of the ten digits, by Adam; images are moved by up to a pixel in both
    directions. Measured at 16 pixels with 3,000 updates, the accuracy is 97.4 %.

    Args:
        pixels: height and width.
        updates: number of updates; the learning rate falls to 0 along a cosine.

    Returns:
        The classifier, with its accuracy on the other fifth.
    """
    images, labels, _ = resized_digits(pixels)
    assert labels is not None
    order_key, fit_key = jax.random.split(jax.random.key(0))
    order = jax.random.permutation(order_key, len(images))
    held_out, seen = jnp.split(order, [len(order) // 5])
    params = _fit(in_range(images[seen]), labels[seen], fit_key, updates)
    found = recognized(params, images[held_out])[:, 0]
    return DigitClassifier(params, float((found == labels[held_out]).mean()))


@jax.jit
def recognized(
    params: Any, images: Num[Array, "n height width channels"]
) -> Int[Array, "n channels"]:
    """The most probable digit of every channel.

    Args:
        params: those of a classifier.
        images: uint8 or floats in [-1, 1], `[n, height, width, channels]`.

    Returns:
        `[n, channels]`.
    """

    def one(image: Array) -> Array:
        channels = jnp.moveaxis(in_range(image), -1, 0)[..., None]
        return NETWORK.apply(params, channels).argmax(axis=1)

    return jax.lax.map(one, images, batch_size=BLOCK)


@functools.partial(jax.jit, static_argnums=3)
def _fit(images: Array, labels: Array, key: Array, updates: int) -> Any:
    """The variables after all updates."""
    optimizer = optax.adam(optax.cosine_decay_schedule(RATE, updates))

    def loss(params: Any, images: Array, labels: Array) -> Array:
        logits = NETWORK.apply(params, images)
        return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()

    def step(carry: Any, key: Array) -> Any:
        params, state = carry
        index_key, move_key = jax.random.split(key)
        index = jax.random.randint(index_key, (BATCH,), 0, len(images))
        moves = jax.random.randint(move_key, (BATCH, 2), -1, 2)
        moved = jax.vmap(lambda image, by: jnp.roll(image, by, (0, 1)))(images[index], moves)
        updates, state = optimizer.update(jax.grad(loss)(params, moved, labels[index]), state)
        return (optax.apply_updates(params, updates), state), None

    init_key, steps_key = jax.random.split(key)
    params = NETWORK.init(init_key, images[:1])
    carry = params, optimizer.init(params)
    (params, _), _ = jax.lax.scan(step, carry, jax.random.split(steps_key, updates))
    return params
