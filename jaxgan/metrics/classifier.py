"""A small classifier of real images with an extra class for everything else."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import optax
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Int, Key, Num

from jaxgan.types import check_number

__all__ = ["Classifier", "Perceptron", "features", "probabilities", "train_classifier"]


class Perceptron(nn.Module):
    """Two hidden layers; the last logit belongs to the class of images that are not real."""

    width: int
    classes: int

    @nn.compact
    def __call__(self, images: Array) -> tuple[Array, Array]:
        """Logits and the features before them."""
        x = images.reshape(len(images), -1)
        x = nn.relu(nn.Dense(self.width)(x))
        x = nn.relu(nn.Dense(self.width // 2)(x))
        return nn.Dense(self.classes + 1)(x), x


@dataclasses.dataclass(frozen=True, eq=False)
class Classifier:
    """A trained classifier with its accuracy on held-out images."""

    network: nn.Module
    """The architecture: images to logits `[n, classes + 1]` and features `[n, width / 2]`."""

    params: Any
    """The trained variables."""

    classes: int
    """Number of real classes."""

    held_out: Int[Array, " held_out"]
    """Indices of the fifth of the images that were not used for training."""

    held_out_accuracy: float
    """Share of the held-out images whose most probable real class is their label, in [0, 1]."""


def train_classifier(
    images: Num[ArrayLike, "n height width channels"],
    labels: Int[ArrayLike, " n"],
    key: Key[Array, ""],
    *,
    steps: int = 1000,
    batch_size: int = 128,
    learning_rate: float = 5e-3,
    width: int = 256,
) -> Classifier:
    r"""Train a classifier of K classes of real images, and one more class for everything else.

    A softmax over only K classes is confident on noise. Here the cross-entropy

    $$-\mathbb{E}_{(x, y)} \log p(y \mid x) - \tfrac{1}{2} \mathbb{E}_{x'} \log p(K \mid x')$$

    includes images x' of no class: half of them uniform noise of any brightness, half mixtures of
    two real images with an independent weight per pixel. Uniform noise in [-0.5, 0.5] is added to
    the real images, since otherwise unseen ones are rejected. The network is a perceptron with two
    hidden layers, trained by Adam on a random four fifths of the images.

    Measured with six keys on scikit-learn's 8 x 8 digits, the accuracy on held-out digits is 98 to
    99.7 %. A probability of 0.9 for a real class is reached by 90 to 94 % of them (also with slight
    noise), by at most 0.4 % of the averages of two digits, by 0.6 % of the digits with shuffled
    pixels, and by no noise or blank image, but by 5 % of the draws from a Gaussian with the digits'
    mean and covariance.

    Args:
        images: uint8 in [0, 255] or floats in [-1, 1], `[n, height, width, channels]`.
        labels: classes 0 to K - 1, with K at least 2, `[n]`.
        key: a PRNG key for the held-out fifth, the initial weights and the batches.
        steps: number of updates.
        batch_size: real images per update, a multiple of 4; half as many of no class are added.
        learning_rate: initial learning rate; it falls to 0 along a cosine.
        width: units of the first hidden layer; the second has half as many.

    Returns:
        The classifier with its accuracy on the held-out fifth.

    Raises:
        ValueError: fewer than five images or two classes, or a batch size not divisible by 4.

    >>> import jax, jax.numpy as jnp
    >>> images = jnp.stack([jnp.ones((4, 4, 1)), -jnp.ones((4, 4, 1))] * 20)
    >>> labels = jnp.arange(40) % 2
    >>> classifier = train_classifier(images, labels, jax.random.key(0), steps=200, width=16)
    >>> classifier.held_out_accuracy
    1.0

    Reference: Hendrycks, Mazeika, Dietterich, Deep Anomaly Detection with Outlier Exposure, 2019.
    https://arxiv.org/abs/1812.04606
    """
    images, labels = jnp.asarray(images), jnp.asarray(labels)
    _check_images(images, labels)
    classes = int(labels.max()) + 1
    if len(images) < 5 or classes < 2:
        raise ValueError(f"{len(images)} images of {classes} classes; give at least 5 of 2 classes")
    check_number("steps", steps, "an integer of at least 1", "give the number of updates")
    check_number("batch_size", batch_size, "an integer of at least 1", "give a multiple of 4")
    check_number("learning_rate", learning_rate, "at least 0", "5e-3 is usual")
    check_number("width", width, "an integer of at least 2", "give the units of a layer")
    if batch_size % 4:
        raise ValueError(f"batch_size is {batch_size}; give a multiple of 4")
    split_key, fit_key = jax.random.split(key)
    order = jax.random.permutation(split_key, len(images))
    held_out, seen = order[: len(order) // 5], order[len(order) // 5 :]
    network = Perceptron(width, classes)
    params = _fit(network, images[seen], labels[seen], fit_key, steps, batch_size, learning_rate)
    logits, _ = _apply(network, params, images[held_out])
    accuracy = float((logits[:, :classes].argmax(axis=1) == labels[held_out]).mean())
    return Classifier(network, params, classes, held_out, accuracy)


def probabilities(
    classifier: Classifier, images: Num[ArrayLike, "n height width channels"]
) -> Float[Array, "n outcomes"]:
    """Probabilities of the real classes, and in the last column of no real class.

    Args:
        classifier: a trained classifier.
        images: in the format of the training images, `[n, height, width, channels]`.

    Returns:
        Rows that sum to one, `[n, classes + 1]`.

    >>> import jax, jax.numpy as jnp
    >>> images = jnp.stack([jnp.ones((4, 4, 1)), -jnp.ones((4, 4, 1))] * 20)
    >>> labels = jnp.arange(40) % 2
    >>> classifier = train_classifier(images, labels, jax.random.key(0), steps=200, width=16)
    >>> probabilities(classifier, images).shape
    (40, 3)
    """
    logits, _ = _apply(classifier.network, classifier.params, jnp.asarray(images))
    return jax.nn.softmax(logits)


def features(
    classifier: Classifier, images: Num[ArrayLike, "n height width channels"]
) -> Float[Array, "n features"]:
    """Activations of the last hidden layer, the features for `frechet_distance`.

    Args:
        classifier: a trained classifier.
        images: in the format of the training images, `[n, height, width, channels]`.

    Returns:
        Nonnegative features, `[n, width / 2]`.

    >>> import jax, jax.numpy as jnp
    >>> images = jnp.stack([jnp.ones((4, 4, 1)), -jnp.ones((4, 4, 1))] * 20)
    >>> labels = jnp.arange(40) % 2
    >>> classifier = train_classifier(images, labels, jax.random.key(0), steps=200, width=16)
    >>> features(classifier, images).shape
    (40, 8)
    """
    return _apply(classifier.network, classifier.params, jnp.asarray(images))[1]


def _check_images(images: Array, labels: Array) -> None:
    if images.ndim != 4:
        raise ValueError(f"images is {images.shape}; give [n, height, width, channels]")
    integers = jnp.issubdtype(labels.dtype, jnp.integer)
    if labels.shape != images.shape[:1] or not integers or int(labels.min(initial=0)) < 0:
        raise ValueError(
            f"labels is {labels.dtype} {labels.shape} for {len(images)} images; give an integer "
            "from 0 for each"
        )


@functools.partial(jax.jit, static_argnames="network")
def _apply(network: nn.Module, params: Any, images: Array) -> Any:
    """Logits and features."""
    return network.apply(params, in_range(images))


@functools.partial(jax.jit, static_argnames=("network", "steps", "batch_size", "learning_rate"))
def _fit(
    network: Perceptron,
    images: Array,
    labels: Array,
    key: Array,
    steps: int,
    batch_size: int,
    learning_rate: float,
) -> Any:
    """The variables after all updates, in one scan."""
    optimizer = optax.adam(optax.cosine_decay_schedule(learning_rate, steps))

    def loss(params, images, labels):
        logits, _ = network.apply(params, images)
        return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()

    def step(carry, index):
        params, state = carry
        batch = _draw(
            jax.random.fold_in(batch_key, index), images, labels, batch_size, network.classes
        )
        gradient = jax.grad(loss)(params, *batch)
        updates, state = optimizer.update(gradient, state)
        return (optax.apply_updates(params, updates), state), None

    init_key, batch_key = jax.random.split(key)
    params = network.init(init_key, in_range(images[:1]))
    carry = params, optimizer.init(params)
    (params, _), _ = jax.lax.scan(step, carry, jnp.arange(steps))
    return params


def _draw(
    key: Array, images: Array, labels: Array, batch_size: int, classes: int
) -> tuple[Array, Array]:
    """Noisy real images, a quarter as many noise images and as many mixtures, and the labels."""
    index_key, uniform_key = jax.random.split(key)
    index = jax.random.randint(index_key, (batch_size,), 0, len(images))
    real, label = in_range(images[index]), labels[index]
    (first, second, *_), (one, other, *_) = jnp.split(real, 4), jnp.split(label, 4)
    quarter = len(first)
    uniform = jax.random.uniform(uniform_key, (6 * quarter, *real.shape[1:]))  # one: compiles fast
    noise, weight, jitter = jnp.split(uniform, [quarter, 2 * quarter])
    faint = noise * jnp.minimum(1, 2 * noise[:, :1, :1])  # half are dimmed, down to blank images
    mixed = weight * first + (1 - weight) * second
    mixed_label = jnp.where(one == other, one, classes)  # two threes make a three
    drawn = jnp.concatenate([real + jitter - 0.5, 2 * faint - 1, mixed])
    return drawn, jnp.concatenate([label, jnp.full(quarter, classes), mixed_label])


def in_range(images: Array) -> Array:
    """Images in [-1, 1], from uint8 or from floats."""
    return images / 127.5 - 1 if images.dtype == jnp.uint8 else images
