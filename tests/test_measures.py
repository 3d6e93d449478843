"""Measures of images, against NumPy in float64."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from jaxgan import recipes
from jaxgan.data.synthetic import TWENTY_FIVE_STD, twenty_five_centers
from jaxgan.networks import Normal, Weights, presets
from jaxgan.study import (
    MIXTURE_METRICS,
    ImageMeasure,
    Measurement,
    MixtureScore,
    Moment,
    PointMeasure,
    Training,
    critic_gaps,
    critic_spectra,
    effective_rank,
    measures,
    rank_correlation,
)
from jaxgan.training import Dataset, Networks, Setup, create_state, sample
from tests.members import MEMBERS

IMAGES = dataclasses.replace(MEMBERS["batch_norm_generator"], steps=0)
STATE = create_state(IMAGES.networks, IMAGES.recipe, jax.random.key(0), IMAGES.data)
KEY = jax.random.key(1)


def as_float(images: jax.Array) -> np.ndarray:
    """Images in [-1, 1], in float64."""
    array = np.asarray(images, np.float64)
    return array / 127.5 - 1 if images.dtype == jnp.uint8 else array


@pytest.mark.parametrize(("pixels", "block"), [(False, 2_048), (True, 2_048), (True, 7)])
def test_copies_of_samples_are_found_at_their_distance(
    pixels: bool, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "BLOCK", block)  # of 7: the 40 examples in six blocks
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


class Echo(nn.Module):
    """A conditional generator that returns its label."""

    @nn.compact
    def __call__(self, z: jax.Array, labels: jax.Array) -> jax.Array:
        shift = self.param("shift", nn.initializers.zeros, ())
        return jnp.stack([labels.astype(jnp.float32) + shift, z[:, 0]], axis=1)


@pytest.mark.parametrize("order", ["sorted", "shuffled"])
def test_labels_are_drawn_with_the_frequencies_of_the_data(order: str) -> None:
    # The first 400 labels of the sorted set are all of class 0; a third of the set is.
    labels = jnp.repeat(jnp.arange(3), 1000)
    if order == "shuffled":
        labels = jax.random.permutation(KEY, labels)
    data = Dataset(jnp.zeros((3000, 2)), labels)
    networks = Networks(Echo(), presets.mlp((2,), width=4).critic, Normal(1))
    setup = Setup(networks, recipes.wgan_gp(), data, batch_size=8, steps=0)
    state = create_state(networks, setup.recipe, KEY, data)
    found = PointMeasure(samples=400)(Moment(setup, state, KEY, {})).arrays["samples"][:, 0]
    counts = np.bincount(found.astype(int), minlength=3)
    # Five standard deviations of a count with p = 1/3 and n = 400 are 47.
    assert np.abs(counts - 400 / 3).max() < 47


def test_the_scores_of_a_mixture_are_those_of_its_samples() -> None:
    # All samples within 3 deviations of 3 of the 25 modes, shares 1/2, 1/4, 1/4; then at 5.
    score = MixtureScore()
    at = twenty_five_centers()[jnp.array([0, 0, 7, 24])]
    wanted = np.log(25) - 1.5 * np.log(2)
    for away, near in ((2.0, 1.0), (5.0, 0.0)):
        found = score(at.at[:, 0].add(away * TWENTY_FIVE_STD))
        assert list(found) == list(MIXTURE_METRICS)
        assert (found["modes_3"], found["modes_10"]) == (3.0 * near, 3.0)
        assert (found["quality_3"], found["quality_10"]) == (near, 1.0)
        np.testing.assert_allclose(found["reverse_kl"], wanted, rtol=1e-5)


@pytest.mark.parametrize("data", ["eight_gaussians", "twenty_five_gaussians"])
def test_real_points_of_a_mixture_have_the_best_scores(data: str) -> None:
    score = MixtureScore(data)
    found, k = score.real()(0, Path()).scores, len(score.modes.centers)
    assert (found["modes_3"], found["modes_10"]) == (k, k)
    # A share of 1 - exp(-9/2) = 0.989 of 2,500 samples, deviation 0.002.
    assert abs(found["quality_3"] - 0.989) < 5 * 0.0021
    assert found["reverse_kl"] < 3 * k / 2 / 2500


def test_a_mixture_of_unknown_modes_is_named() -> None:
    with pytest.raises(ValueError, match="unknown mixture 'swiss_roll'"):
        MixtureScore("swiss_roll")


def test_a_score_has_its_values_at_every_moment(tmp_path: Path) -> None:
    def measure(moment: Moment) -> Measurement:
        step = float(moment.state.step)
        seen = moment.values("square", step**2)
        return Measurement({"square": step**2, "sum": float(seen.sum()), "moments": len(seen)})

    setup = dataclasses.replace(MEMBERS["clipped"], steps=3)
    record = Training(setup, measure, (0, 1, 3), progress=False)(0, tmp_path / "cell")
    assert record.scores == {"square": 9.0, "sum": 10.0, "moments": 3.0}  # 0 + 1 + 9
    assert record.series["sum"].values.tolist() == [0.0, 1.0, 10.0]


def test_gaps_of_a_critic_are_differences_of_its_mean_scores() -> None:
    # A critic that adds up its inputs: means of 3, 5 and 1.
    class Sum(nn.Module):
        @nn.compact
        def __call__(self, x: jax.Array) -> jax.Array:
            return x.sum(axis=1) * self.param("one", nn.initializers.ones, ())

    networks = Networks(presets.mlp((2,), width=4).generator, Sum(), Normal(2))
    fakes = jnp.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])

    def found(real: jax.Array, held_out: jax.Array) -> dict[str, float]:
        setup = Setup(networks, recipes.wgan_gp(), Dataset(real), batch_size=2, steps=0)
        state = create_state(networks, setup.recipe, KEY, setup.data)
        return critic_gaps(Moment(setup, state, KEY, {}), held_out, fakes)

    gaps = {"train": 2.0, "held_out": 4.0, "apart": -2.0}
    assert found(jnp.array([[1.0, 1.0], [2.0, 2.0]]), jnp.array([[2.0, 3.0]])) == gaps
    pixels = jnp.full((3, 2), 255, jnp.uint8)  # 1 in the units of the batches
    assert found(pixels, pixels) == {"train": 1.0, "held_out": 1.0, "apart": 0.0}


@pytest.mark.parametrize("weights", ["none", "spectral", "weight"])
def test_spectra_are_those_of_the_layers_as_they_are_applied(weights: Weights) -> None:
    # Oracle: the first layer's outputs at the unit vectors less that at 0 are its matrix.
    networks = presets.mlp((5,), width=3, depth=2, critic_weights=weights)
    state = create_state(networks, recipes.wgan(), KEY, Dataset(jnp.zeros((4, 5))))
    critic = state.critic
    params = jax.tree.map(lambda x: x + 0.1, critic.params)  # lengths and sigma are not the norms
    state = state._replace(critic=critic._replace(params=params))
    name = {"none": "Dense", "spectral": "SpectralNorm", "weight": "WeightNorm"}[weights] + "_0"
    _, found = networks.critic.apply(
        {"params": params, **critic.stats},
        jnp.eye(6, 5),
        train=False,
        capture_intermediates=True,
        mutable=["intermediates"],
    )
    (outputs,) = found["intermediates"][name]["__call__"]
    wanted = np.linalg.svd(np.asarray(outputs[:5] - outputs[5:], float), compute_uv=False)
    spectra = critic_spectra(state)
    assert [len(values) for values in spectra.values()] == [3, 3, 1]
    np.testing.assert_allclose(spectra["Dense_0"], wanted, rtol=1e-5)


def test_a_kernel_of_a_convolution_has_a_row_per_position_and_channel() -> None:
    networks = presets.dcgan((16, 16, 1), width=2)
    state = create_state(networks, recipes.wgan(), KEY, Dataset(jnp.zeros((4, 16, 16, 1))))
    kernel = np.asarray(state.critic.params["Conv_1"]["kernel"], float)
    rows = np.stack([kernel[i, j, k] for i in range(5) for j in range(5) for k in range(2)])
    wanted = np.sqrt(np.linalg.eigvalsh(rows.T @ rows)[::-1])
    np.testing.assert_allclose(critic_spectra(state)["Conv_1"], wanted, rtol=1e-6)


def test_the_effective_rank_is_between_one_and_their_number() -> None:
    # Shares of 4 / 5 and 1 / 5: 5 / 4^(4 / 5).
    np.testing.assert_allclose(effective_rank(np.array([2.0, 1.0])), 5 / 4**0.8, rtol=1e-12)
    assert effective_rank(np.array([3.0, 0.0, 0.0])) == 1.0
    np.testing.assert_allclose(effective_rank(np.full(7, 0.1)), 7, rtol=1e-12)


def test_equal_numbers_share_their_rank() -> None:
    # Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: a covariance of 4.5 and variances of 4.5 and 5.
    x, y = np.array([1.0, 2.0, 2.0, 9.0]), np.array([0.0, 3.0, 2.0, 4.0])
    np.testing.assert_allclose(rank_correlation(x, y), 4.5 / np.sqrt(4.5 * 5), rtol=1e-12)
