"""Stacked digits: the data, the classifier of their channels, modes and their evenness."""

from __future__ import annotations

import inspect
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.data import stacked
from jaxgan.metrics import class_coverage, label_coverage
from jaxgan.study import StackedMeasure, single_digits
from jaxgan.training import Dataset

KEY = jax.random.key(3)
TEN = Dataset(jnp.arange(10, dtype=jnp.uint8).reshape(10, 1, 1, 1), jnp.arange(10))


def test_a_label_has_the_digits_of_the_channels_in_their_order() -> None:
    data = stacked(TEN, 3, KEY, 500)
    digits = np.asarray(data.real[:, 0, 0])
    assert data.real.shape == (500, 1, 1, 3)
    assert data.real.dtype == jnp.uint8
    assert [f"{label:03d}" for label in data.labels.tolist()] == [
        "".join(map(str, d)) for d in digits
    ]


def test_channels_are_independent_and_uniform() -> None:
    # Pearson's statistic of 100 equally probable cells: mean 99, deviation sqrt(198).
    counts = np.bincount(stacked(TEN, 2, KEY, 20_000).labels, minlength=100)
    assert len(counts) == 100
    assert abs(np.square(counts - 200).sum() / 200 - 99) < 5 * 198**0.5


def test_whole_images_are_stacked() -> None:
    images = jax.random.randint(KEY, (6, 4, 5, 1), 0, 256).astype(jnp.uint8)
    data = stacked(Dataset(images, jnp.arange(6)), 2, KEY, 9)
    for stack, label in zip(data.real, data.labels.tolist(), strict=True):
        for channel, index in enumerate(divmod(label, 6)):
            np.testing.assert_array_equal(stack[..., channel], images[index, ..., 0])


@pytest.mark.parametrize(
    "data",
    [TEN._replace(labels=None), Dataset(jnp.zeros((2, 4, 4, 3), jnp.uint8), jnp.arange(2))],
)
def test_only_gray_images_with_labels_are_stacked(data: Dataset) -> None:
    with pytest.raises(ValueError, match=r"stacked needs gray images \[m, height, width, 1\] with"):
        stacked(data, 2, KEY, 3)


def test_coverage_of_labels_by_hand() -> None:
    # Shares 1/2, 1/4, 1/4 of 8 classes: log 8 - 3/2 log 2 = 3/2 log 2.
    modes, kl = label_coverage(np.array([6, 6, 0, 3]), 8)
    assert (modes, kl) == (3.0, pytest.approx(1.5 * np.log(2)))
    assert label_coverage(np.full(4, 5), 1000) == (1.0, pytest.approx(np.log(1000)))
    assert label_coverage(np.arange(7), 7) == (7.0, pytest.approx(0.0, abs=1e-12))


def test_it_is_the_coverage_of_classes_with_equally_frequent_real_ones() -> None:
    labels = np.random.default_rng(0).integers(0, 9, 40)
    wanted = class_coverage(np.eye(12), np.eye(12)[labels])
    assert label_coverage(labels, 12) == pytest.approx(wanted)


def test_a_perfect_sampler_is_at_the_floor() -> None:
    # 2 m KL is nearly chi-squared with K - 1 = 99 degrees: its mean over 50 draws of m = 2,500
    # samples has the deviation sqrt(198 / 50). No mode is missed: 100 (1 - 1/100)^2500 = 1e-9.
    draws = np.random.default_rng(0).integers(0, 100, (50, 2500))
    found = np.array([label_coverage(labels, 100) for labels in draws])
    assert (found[:, 0] == 100).all()
    assert abs(2 * 2500 * found[:, 1].mean() - 99) < 5 * (198 / 50) ** 0.5 + 1


@pytest.mark.parametrize("labels", [[], [0, 4], [-1, 0], [[0, 1]]])
def test_labels_out_of_range_are_named(labels: Any) -> None:
    with pytest.raises(ValueError, match=r"labels must be .* integers from 0 to 3"):
        inspect.unwrap(label_coverage)(np.asarray(labels, int), 4)


BRIEF = StackedMeasure(2, 2500, 16, updates=200)
"""Its classifier recognizes about 95 % of the held-out digits."""


def test_real_stacks_are_recognized() -> None:
    data = BRIEF.data(1005)  # a block and a remainder
    found, real = BRIEF.labels(data.real), np.asarray(data.labels)
    assert data.real.shape == (1005, 16, 16, 2)
    assert BRIEF.accuracy > 0.9
    assert np.mean(found == real) > 0.8  # both digits of a stack
    np.testing.assert_array_equal(BRIEF.labels(data.real[..., ::-1]), found % 10 * 10 + found // 10)
    np.testing.assert_array_equal(BRIEF.labels(data.real / 127.5 - 1), found)


def test_the_scores_count_the_recognized_stacks() -> None:
    data = BRIEF.data(400)
    found = BRIEF.labels(data.real)
    few = np.isin(found, [7, 70, 99])
    scores, _, arrays = BRIEF.of(data.real[few])
    counts = np.sort([(found == label).sum() for label in (7, 70, 99)])[::-1]
    assert scores["modes_100"] == (counts > 0).sum() > 1
    np.testing.assert_allclose(arrays["shares_100"][:3], np.cumsum(counts) / few.sum())
    assert (arrays["shares_100"][2:] == 1).all()
    assert arrays["rank_100"].tolist() == list(range(1, 101))
    assert BRIEF.of(data.real[:1]).scores == {"modes_100": 1, "kl_100": pytest.approx(np.log(100))}


def test_channels_are_shown_side_by_side() -> None:
    data = BRIEF.data(40)
    shown = BRIEF.of(data.real).arrays["samples_100"]
    assert shown.shape == (32, 16, 32, 1)
    for channel, part in enumerate(np.split(shown[..., 0], 2, axis=2)):
        np.testing.assert_array_equal(part, data.real[:32, ..., channel])


def test_other_real_stacks_are_at_the_floor() -> None:
    # (K - 1) / 2 m = 0.0198 with deviation sqrt(198) / 5000; confusions make it less even.
    scores = BRIEF.real().scores
    assert scores["modes_100"] == 100
    assert 0.0198 - 5 * 0.0028 < scores["kl_100"] < 0.05
    assert not np.array_equal(BRIEF.data(9).real, BRIEF.data(9, seed=1).real)


def test_the_accuracy_is_that_of_digits_not_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    # One image per class: the two that are held out belong to classes that were never seen.
    data = single_digits.resized_digits(8)
    assert data.labels is not None
    ten = Dataset(data.real[::500], data.labels[::500])
    monkeypatch.setattr(single_digits, "resized_digits", lambda pixels: ten)
    params, accuracy = single_digits.digit_classifier.__wrapped__(8, 100)
    assert accuracy == 0
    assert (single_digits.recognized(params, ten.real)[:, 0] == ten.labels).sum() == 8


@pytest.mark.parametrize("name", ["channels", "samples", "pixels", "updates"])
def test_settings_are_checked(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be an integer of at least 1"):
        StackedMeasure(**{"channels": 2, "samples": 9, name: 0})
