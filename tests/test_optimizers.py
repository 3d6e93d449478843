"""The bound of clipping holds after every update, and transformations are values."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxgan.optimizers import adam, by_value, chain, clip_params, rmsprop, scheduled_sgd, sgd

WIDE = st.floats(-1e4, 1e4, width=32)


def clipped(params: Any, updates: Any, clip: optax.GradientTransformation) -> Any:
    updates, _ = clip.update(updates, clip.init(params), params)
    return optax.apply_updates(params, updates)


@given(
    params=st.lists(WIDE, min_size=5, max_size=5),
    updates=st.lists(WIDE, min_size=5, max_size=5),
    c=st.sampled_from([0.001, 0.01, 0.1, 1.0]),
)
def test_the_bound_holds_exactly(params: list[float], updates: list[float], c: float) -> None:
    p, u = jnp.asarray(params), jnp.asarray(updates)
    new = clipped(p, u, clip_params(c))
    assert float(jnp.abs(new).max()) <= np.float32(c)
    # The oracle is the projection of Algorithm 1, up to the rounding of p + (clip(p + u) - p).
    spacing = np.spacing(np.maximum(np.float32(c), np.abs(p)))
    assert (np.abs(new - np.clip(np.asarray(p + u), -np.float32(c), c)) <= 2 * spacing).all()


@pytest.mark.parametrize(
    ("dtype", "c", "far"),
    [(jnp.float32, 0.01, 1.1e5), (jnp.float16, 0.01, 15.0), (jnp.bfloat16, 0.001, 0.2)],
)
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_parameter_far_outside_comes_to_the_bound(
    dtype: Any, c: float, far: float, sign: int
) -> None:
    # Not to 0: p + u is a multiple of the spacing at p, and the largest one in [0, c] is meant.
    p = jnp.full(1, sign * far, dtype)
    spacing = float(jnp.nextafter(jnp.abs(p), jnp.full_like(p, jnp.inf))[0] - jnp.abs(p)[0])
    assert c / 2 < spacing < c
    new = clipped(p, sign * jnp.ones(1, dtype), clip_params(c))
    assert float(new[0]) == sign * spacing


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16, jnp.float32])
def test_the_bound_holds_over_a_run_of_any_precision(dtype: Any) -> None:
    optimizer = chain(rmsprop(1e-2), clip_params(0.01))
    params = jax.random.normal(jax.random.key(0), (100,), dtype)
    state = optimizer.init(params)

    @jax.jit
    def step(params: Any, state: Any, key: Any) -> Any:
        gradients = jax.random.normal(key, (100,), dtype)
        updates, state = optimizer.update(gradients, state, params)
        return optax.apply_updates(params, updates), state

    for key in jax.random.split(jax.random.key(1), 20):
        params, state = step(params, state, key)
        assert float(jnp.abs(params).max()) <= float(dtype(0.01))


def test_a_wide_bound_changes_nothing_and_the_mask_is_respected() -> None:
    params = {"Dense_0": {"kernel": jnp.array([2.0, -3.0])}, "LayerNorm_0": {"scale": jnp.ones(2)}}
    updates = jax.tree.map(lambda p: 0.5 * p, params)
    wanted = optax.apply_updates(params, updates)
    free = clipped(params, updates, clip_params(100.0))
    np.testing.assert_allclose(free["Dense_0"]["kernel"], wanted["Dense_0"]["kernel"], rtol=1e-6)
    masked = clipped(params, updates, clip_params(0.1, where=lambda path: "LayerNorm" not in path))
    np.testing.assert_array_equal(masked["LayerNorm_0"]["scale"], wanted["LayerNorm_0"]["scale"])
    np.testing.assert_allclose(masked["Dense_0"]["kernel"], [0.1, -0.1], atol=3 * 1.2e-7 * 3)


def test_clipping_needs_a_bound_and_the_parameters() -> None:
    with pytest.raises(ValueError, match="c must be positive, got -1"):
        clip_params(-1.0)
    with pytest.raises(ValueError, match="update\\(updates, state, params\\)"):
        clip_params(1.0).update(jnp.ones(2), optax.EmptyState())


def test_transformations_are_values() -> None:
    assert chain(rmsprop(5e-5), clip_params(0.01)) == chain(rmsprop(5e-5), clip_params(0.01))
    assert hash(adam(1e-4, b1=0.0)) == hash(adam(1e-4, b1=0.0))
    assert adam(1e-4) != adam(1e-4, b1=0.0)
    assert adam(1e-4) != sgd(1e-4)
    assert repr(chain(adam(1e-4), clip_params(0.01))) == "chain(adam(0.0001), clip_params(0.01))"


def test_functions_of_one_name_make_different_values() -> None:
    plain, scheduled = sgd(0.1, momentum=0.5), scheduled_sgd(0.1, momentum=0.5)
    assert plain != scheduled  # whose names are both "sgd"
    assert by_value(lambda: optax.sgd(0.1))() != by_value(lambda: optax.sgd(0.2))()
    assert by_value(optax.lion)(1e-4) == by_value(optax.lion)(1e-4)
    where = (lambda path: True), (lambda path: False)
    assert clip_params(1.0, where=where[0]) != clip_params(1.0, where=where[1])


def test_a_value_updates_as_what_it_was_made_of() -> None:
    params, gradients = jnp.array([1.0, -2.0]), jnp.array([0.3, 0.1])
    ours, theirs = by_value(optax.lion)(1e-3), optax.lion(1e-3)
    found, _ = ours.update(gradients, ours.init(params), params)
    wanted, _ = theirs.update(gradients, theirs.init(params), params)
    np.testing.assert_array_equal(found, wanted)
