"""The measure of stacked digits: how many combinations of digits there are, and how evenly."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int, Num

from jaxgan.data import stacked
from jaxgan.metrics import label_coverage
from jaxgan.study.moment import Measurement, Moment
from jaxgan.study.picture import Metric
from jaxgan.study.single_digits import DIGITS, digit_classifier, recognized, resized_digits
from jaxgan.training import sample
from jaxgan.types import Dataset, check_number

__all__ = ["StackedMeasure"]

SHOWN = 32


@dataclasses.dataclass(frozen=True)
class StackedMeasure:
    r"""Covered modes of generated stacks of digits, and the KL of their shares from equal ones.

    A mode is a combination of digits, one per channel: $10^{\mathrm{channels}}$ in all. Each
    channel of a sample is recognized by itself, by a convolutional classifier of ten digits; the
    scores are those of `metrics.label_coverage`. Of K modes and m samples a perfect sampler has a
    divergence of about $(K - 1) / (2 m)$.

    Arrays for pictures, with the number of modes K in their names: `samples_K`, 32 stacks as gray
    images, with the channels side by side; `shares_K`, the share of the samples in the
    most frequent modes, for each number of modes; `rank_K`, these numbers, 1 to K.

    Attributes:
        channels: digits per image, 3 for Stacked MNIST.
        samples: number of samples.
        pixels: height and width; the digits of `data.mnist_5k` are resized from 28.
        updates: training steps of the classifier.

    Raises:
        ValueError: a number is not an integer of at least 1.

    >>> StackedMeasure(2, 2500).modes, list(StackedMeasure(2, 2500).metrics)
    (100, ['modes_100', 'kl_100'])

    Reference: Metz, Poole, Pfau, Sohl-Dickstein, Unrolled Generative Adversarial Networks, 2017,
    Section 3.3.1. https://arxiv.org/abs/1611.02163
    """

    channels: int
    samples: int
    pixels: int = 28
    updates: int = 3000

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            check_number(name, value, "an integer of at least 1", "see StackedMeasure")

    @property
    def modes(self) -> int:
        """The number of combinations."""
        return DIGITS**self.channels

    @property
    def metrics(self) -> dict[str, Metric]:
        """The scores."""
        k = self.modes
        kl = Metric(f"KL, {k:,} modes", "lower", "nats; that of real stacks is the floor")
        return {f"modes_{k}": Metric(f"modes of {k:,}", "higher"), f"kl_{k}": kl}

    @property
    def accuracy(self) -> float:
        """The share of held-out single digits that the classifier recognizes, in [0, 1]."""
        return digit_classifier(self.pixels, self.updates).accuracy

    @property
    def protocol(self) -> str:
        """How the scores are measured, for the report."""
        return (
            "A mode is a combination of digits; one sample is enough to count it. Each channel is "
            "recognized by a convolutional classifier of single digits of the same size, trained "
            "on four fifths of them. KL, in nats, of the shares of the K modes from equal ones; a "
            "perfect sampler has about (K - 1) / 2m with m samples. Real data: as many stacks."
        )

    def data(self, n: int = 128_000, seed: int = 0) -> Dataset:
        """A fixed set of n stacks, see `data.stacked`; another one for another seed."""
        return stacked(resized_digits(self.pixels), self.channels, jax.random.key(seed), n)

    def __call__(self, moment: Moment) -> Measurement:
        """The measurement of a moment."""
        networks, state = moment.setup.networks, moment.state
        return self.of(sample(networks, state, moment.key, self.samples))

    def real(self) -> Measurement:
        """The measurement of as many real stacks, which are not those of the training."""
        return self.of(self.data(self.samples, seed=1).real)

    def of(self, images: Num[Array, "n height width channels"]) -> Measurement:
        """The measurement of images, uint8 or in [-1, 1]."""
        k, labels = self.modes, self.labels(images)
        shares = np.sort(np.bincount(labels, minlength=k))[::-1].cumsum() / len(labels)
        height, width = images.shape[1:3]
        beside = np.asarray(images[:SHOWN]).transpose(0, 1, 3, 2)
        beside = beside.reshape(-1, height, self.channels * width, 1)
        arrays = {"samples": beside, "shares": shares, "rank": 1 + np.arange(k)}
        scores = dict(zip(self.metrics, label_coverage(labels, k), strict=True))
        return Measurement(scores, {}, {f"{name}_{k}": array for name, array in arrays.items()})

    def labels(self, images: Num[Array, "n height width channels"]) -> Int[np.ndarray, " n"]:
        """The labels of images by the classifier, numbered as in `data.stacked`."""
        params = digit_classifier(self.pixels, self.updates).params
        digits = np.asarray(recognized(params, jnp.asarray(images)))
        return digits @ DIGITS ** np.arange(self.channels)[::-1]
