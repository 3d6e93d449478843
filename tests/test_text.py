"""Text: windows, divergences of n-grams, networks of one-dimensional convolutions."""

from __future__ import annotations

from collections import Counter

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads
from scipy.spatial.distance import jensenshannon

from jaxgan import recipes
from jaxgan.data import from_text
from jaxgan.metrics import ngram_js
from jaxgan.networks import presets
from jaxgan.penalties import GradientPenalty
from jaxgan.training import create_state, make_train_step, sample, sample_batch

WORDS = "the cat sat on the mat and the dog sat on the cat " * 9


def test_windows_are_the_text_again() -> None:
    text = from_text(["the  cat\n", "sat"], length=4, characters=9)
    assert text.decode(text.one_hot().real) == ["the ", "cat "]  # "sat" is shorter than a window
    assert text.one_hot().real.dtype == jnp.float32


def test_rare_characters_share_the_last_token() -> None:
    text = from_text("aaaabbbcc d", length=11, characters=4)
    assert text.alphabet[:3] == "abc"
    assert text.tokens.tolist() == [[0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3]]


@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_divergence_is_that_of_scipy(n: int) -> None:
    # Oracle: scipy's distance, the root of the divergence, on n-grams that are counted by hand.
    draw = np.random.default_rng(n)
    fake, real = draw.integers(0, 3, (20, 6)), draw.integers(0, 4, (30, 5))
    counts = [
        Counter(tuple(row[i : i + n]) for row in rows.tolist() for i in range(len(row) - n + 1))
        for rows in (fake, real)
    ]
    grams = sorted(set().union(*counts))
    p, q = ([count[gram] for gram in grams] for count in counts)
    np.testing.assert_allclose(ngram_js(fake, real, n), jensenshannon(p, q, base=2) ** 2, rtol=1e-9)


def test_the_divergence_at_its_ends() -> None:
    tokens = np.array([[0, 1, 2, 3]])
    assert ngram_js(tokens, tokens, 2) == 0
    np.testing.assert_allclose(ngram_js(tokens, tokens + 4, 2), 1)
    with pytest.raises(ValueError, match="a text has 4 tokens"):
        ngram_js(tokens, tokens, 5)


def test_what_is_no_text_is_named() -> None:
    with pytest.raises(ValueError, match="less than one window of length=9"):
        from_text("short", length=9)
    with pytest.raises(ValueError, match="use mlp"):
        presets.text((8, 8, 1))


def test_parameter_counts_equal_the_papers() -> None:
    # gan_language.py of Gulrajani et al., written out by hand: 5 blocks of two convolutions.
    blocks = 5 * 2 * (5 * 512 * 512 + 512)
    generator = (128 * 32 * 512 + 32 * 512) + blocks + (512 * 64 + 64)
    critic = (64 * 512 + 512) + blocks + (32 * 512 + 1)
    networks = presets.text((32, 64))
    for module, x, wanted in (
        (networks.generator, jnp.zeros((1, 128)), generator),
        (networks.critic, jnp.zeros((1, 32, 64)), critic),
    ):
        variables = jax.eval_shape(module.init, jax.random.key(0), x)
        assert sum(leaf.size for leaf in jax.tree.leaves(variables)) == wanted


@pytest.mark.usefixtures("doubles")
def test_the_penalty_on_the_critic_has_the_derivative_of_a_difference_quotient() -> None:
    critic = presets.text((6, 5), width=4, depth=1).critic
    keys = jax.random.split(jax.random.key(0), 3)
    real, fake = jax.nn.softmax(jax.random.normal(keys[0], (2, 3, 6, 5)))
    variables = jax.tree.map(lambda x: x.astype(float), critic.init(keys[1], real))

    def penalty(variables: dict) -> jax.Array:
        return GradientPenalty()(
            lambda x: jnp.asarray(critic.apply(variables, x)), real, fake, keys
        )

    check_grads(jax.jit(penalty), (variables,), order=1, modes=["rev"], eps=1e-6, rtol=1e-4)


def test_a_step_trains_both_networks_and_samples_are_distributions() -> None:
    text = from_text(WORDS, length=8, characters=12)
    networks, data = presets.text((8, 12), width=4, depth=1, latent=4), text.one_hot()
    recipe = recipes.wgan_gp()
    state = create_state(networks, recipe, jax.random.key(0), data)
    batch = sample_batch(data, jax.random.key(1), n_critic=5, batch_size=4)
    after, metrics = jax.jit(make_train_step(networks, recipe))(state, batch)
    assert all(bool(jnp.isfinite(value).all()) for value in metrics.values())
    assert metrics["generator/update_norm"] > 0
    rows = sample(networks, after, jax.random.key(2), 5)
    np.testing.assert_allclose(rows.sum(axis=-1), np.ones((5, 8)), rtol=1e-5)
    assert {len(line) for line in text.decode(rows)} == {8}
