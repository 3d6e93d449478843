"""Scores of stacked digits: how many combinations of digits there are, and how evenly."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Int, Num
from PIL import Image

from jaxgan.data import from_arrays, mnist_5k, stacked
from jaxgan.data.preparation import Preparation
from jaxgan.metrics import label_coverage
from jaxgan.metrics.classifier import in_range
from jaxgan.networks import DCGANCritic
from jaxgan.study.picture import Metric
from jaxgan.types import Dataset, check_number

__all__ = ["StackedScore"]

DIGITS, BATCH, RATE, BLOCK = 10, 128, 2e-3, 1000
NETWORK = DCGANCritic(width=32, features=DIGITS)


@dataclasses.dataclass(frozen=True)
class StackedScore:
    r"""Covered modes of stacked digits, and the KL divergence of their frequencies from equal ones.

    A mode is a combination of digits, one per channel: $10^{\mathrm{channels}}$ in all. Each
    channel of a sample is recognized by itself, by a convolutional classifier of ten digits; the
    scores are those of `metrics.label_coverage`. Of K modes and m samples a perfect sampler has a
    divergence of about $(K - 1) / (2 m)$.

    Attributes:
        channels: digits per image, 3 for Stacked MNIST.
        pixels: height and width; digits are resized from 28 as `from_folder` resizes images.
        updates: training steps of the classifier.

    >>> StackedScore(2).modes, list(StackedScore(2).metrics)
    (100, ['modes_100', 'kl_100'])

    Reference: Metz, Poole, Pfau, Sohl-Dickstein, Unrolled Generative Adversarial Networks, 2017,
    Section 3.3.1. https://arxiv.org/abs/1611.02163
    """

    channels: int = 3
    pixels: int = 28
    updates: int = 2000

    def __post_init__(self) -> None:
        for name in ("channels", "pixels", "updates"):
            check_number(name, getattr(self, name), "an integer of at least 1", "see StackedScore")

    @property
    def modes(self) -> int:
        """The number of combinations."""
        return DIGITS**self.channels

    @property
    def metrics(self) -> dict[str, Metric]:
        """The scores."""
        return {
            f"modes_{self.modes}": Metric(f"modes of {self.modes:,}", "higher"),
            f"kl_{self.modes}": Metric(
                f"KL, {self.modes:,} modes", "lower", "nats; the reference is its floor"
            ),
        }

    def data(self, n: int = 128_000) -> Dataset:
        """A fixed set of n stacks, see `data.stacked`."""
        return stacked(_digits(self.pixels), self.channels, jax.random.key(0), n)

    def __call__(self, samples: Num[Array, "n height width channels"]) -> Mapping[str, float]:
        """The scores of `metrics`."""
        return dict(zip(self.metrics, label_coverage(self.labels(samples), self.modes), strict=True))

    def labels(self, samples: Num[Array, "n height width channels"]) -> Int[np.ndarray, " n"]:
        """The labels of samples by the classifier, numbered as in `data.stacked`."""
        params, _ = _classifier(self.pixels, self.updates)
        found = np.asarray(_recognized(params, jnp.asarray(samples)))
        return found @ DIGITS ** np.arange(self.channels)[::-1]

    def real(self, n: int) -> Mapping[str, float]:
        """The scores of n fresh real stacks."""
        return self(stacked(_digits(self.pixels), self.channels, jax.random.key(1), n).real)

    @property
    def accuracy(self) -> float:
        """The share of held-out digits that the classifier recognizes, in [0, 1]."""
        return _classifier(self.pixels, self.updates)[1]


@functools.cache
def _digits(pixels: int) -> Dataset:
    data = mnist_5k()
    resize = Preparation(size=pixels)
    images = [resize(Image.fromarray(image)) for image in np.asarray(data.real)[..., 0]]
    return from_arrays(np.stack(images), data.labels)


@functools.cache
def _classifier(pixels: int, updates: int) -> tuple[Any, float]:
    """Parameters of `NETWORK`, and its accuracy on the fifth of the digits it was not trained on."""
    data = _digits(pixels)
    order_key, fit_key = jax.random.split(jax.random.key(0))
    order = jax.random.permutation(order_key, len(data.real))
    held_out, seen = jnp.split(order, [len(order) // 5])
    params = _fit(in_range(data.real[seen]), data.labels[seen], fit_key, updates)
    found = _recognized(params, data.real[held_out])[:, 0]
    return params, float((found == data.labels[held_out]).mean())


@functools.partial(jax.jit, static_argnums=3)
def _fit(images: Array, labels: Array, key: Array, updates: int) -> Any:
    """Cross-entropy, Adam; images are moved by up to a pixel in both directions."""
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


@jax.jit
def _recognized(params: Any, images: Array) -> Array:
    """The most probable digit of every channel, `[n, channels]`."""

    def one(image: Array) -> Array:
        channels = jnp.moveaxis(in_range(image), -1, 0)[..., None]
        return NETWORK.apply(params, channels).argmax(axis=1)

    return jax.lax.map(one, images, batch_size=BLOCK)
