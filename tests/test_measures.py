"""Measures of images, against NumPy in float64."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.study import ImageMeasure, Moment
from jaxgan.training import Dataset, create_state, sample
from tests.members import MEMBERS

IMAGES = dataclasses.replace(MEMBERS["batch_norm_generator"], steps=0)
STATE = create_state(IMAGES.networks, IMAGES.recipe, jax.random.key(0), IMAGES.data)
KEY = jax.random.key(1)


def as_float(images: jax.Array) -> np.ndarray:
    """Images in [-1, 1], in float64."""
    array = np.asarray(images, np.float64)
    return array / 127.5 - 1 if images.dtype == jnp.uint8 else array


@pytest.mark.parametrize("pixels", [False, True])
def test_copies_of_samples_are_found_at_their_distance(pixels: bool) -> None:
    # A distance of 1e-3 between images of norm 8: an expanded square would lose it in float32.
    samples = sample(IMAGES.networks, STATE, KEY, 64)[:16]
    copies = samples + 1e-3 / 8 * jnp.sign(jax.random.normal(KEY, samples.shape))
    if pixels:
        copies = jnp.round(127.5 * (samples + 1)).astype(jnp.uint8)
    order = jax.random.permutation(KEY, 40)
    others = IMAGES.data.real[:24]
    others = others if pixels else others / 127.5 - 1
    real = jnp.concatenate([copies, others])[order]
    setup = dataclasses.replace(IMAGES, data=Dataset(real))
    arrays = ImageMeasure()(Moment(setup, STATE, KEY, {})).arrays
    distances = np.linalg.norm((as_float(copies) - as_float(samples)).reshape(16, -1), axis=1)
    np.testing.assert_allclose(arrays["nearest/distances"], distances, rtol=1e-3)
    shown = np.round(127.5 * (as_float(copies) + 1)).clip(0, 255).astype(np.uint8)
    np.testing.assert_array_equal(arrays["nearest/real"], shown)
