"""The contract of every penalty: closed forms, finite differences, dead critics."""

from __future__ import annotations

import inspect
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.catalogue import members
from jaxgan.penalties import GradientPenalty, interpolate, norm_per_example

ALL = members("penalty")
SHAPES = [(2,), (3, 4), (4, 4, 3)]


@pytest.fixture(params=ALL.values(), ids=ALL)
def penalty(request: pytest.FixtureRequest) -> Any:
    return request.param()


def examples(n: int, shape: tuple[int, ...], dtype: Any = jnp.float32) -> tuple[Any, Any, Any]:
    real, fake = jax.random.normal(jax.random.key(0), (2, n, *shape), dtype)
    return real, fake, jax.random.split(jax.random.key(1), n)


def linear(weights: jax.Array) -> Any:
    return lambda x: (x * weights[None]).reshape(x.shape[0], -1).sum(axis=1)


def smooth(params: Any) -> Any:
    """A two-layer tanh critic; smooth, so that its penalty has derivatives of all orders."""
    inner, outer = params
    return lambda x: jnp.tanh(x.reshape(x.shape[0], -1) @ inner) @ outer


def test_cites_its_paper_and_is_a_value(penalty: Any) -> None:
    assert "Reference:" in inspect.getdoc(penalty)
    assert penalty == type(penalty)()


@pytest.mark.parametrize("n", [1, 4, 64])
@pytest.mark.parametrize("shape", SHAPES)
def test_closed_form_on_a_linear_critic(n: int, shape: tuple[int, ...]) -> None:
    # critic(x) = <w, x>: the gradient is w everywhere, the penalty 10 (|w| - 1)^2 for any batch,
    # and its gradient in w is 20 (|w| - 1) w / |w|.
    weights = jax.random.normal(jax.random.key(2), shape)

    def value(weights: jax.Array) -> jax.Array:
        return GradientPenalty()(linear(weights), *examples(n, shape))

    found, slope = jax.jit(jax.value_and_grad(value))(weights)
    norm = np.sqrt(np.sum(np.square(weights)))
    np.testing.assert_allclose(found, 10 * (norm - 1) ** 2, rtol=1e-5)
    np.testing.assert_allclose(slope, 20 * (norm - 1) * weights / norm, rtol=1e-4, atol=1e-5)


def test_value_and_nested_gradient_against_central_differences(penalty: Any) -> None:
    # Oracle: (f(p + h) - f(p - h)) / 2h in float64, whose error is O(h^2) = 1e-10.
    with jax.enable_x64(True):
        real, fake, keys = examples(5, (3,), jnp.float64)
        params = (
            jax.random.normal(jax.random.key(3), (3, 4), jnp.float64),
            jax.random.normal(jax.random.key(4), (4,), jnp.float64),
        )
        flat, unflatten = jax.flatten_util.ravel_pytree(params)

        @jax.jit
        def value(flat: jax.Array) -> jax.Array:
            return penalty(smooth(unflatten(flat)), real, fake, keys)

        gradient = jax.grad(value)(flat)
        step = 1e-5 * np.eye(len(flat))
        differences = [(value(flat + h) - value(flat - h)) / 2e-5 for h in step]
        assert float(jnp.abs(gradient).max()) > 1e-3  # it reaches the parameters
        np.testing.assert_allclose(gradient, differences, rtol=1e-6, atol=1e-8)


def test_value_by_a_plainer_algorithm() -> None:
    # Oracle: one example at a time, no sum over the batch, numpy's norm.
    params = (jax.random.normal(jax.random.key(3), (3, 4)), jnp.arange(4.0))
    real, fake, keys = examples(6, (3,))
    points = interpolate(real, fake, keys)
    norms = [np.linalg.norm(jax.grad(lambda x: smooth(params)(x[None])[0])(x)) for x in points]
    wanted = np.mean(10 * (np.asarray(norms) - 1) ** 2)
    np.testing.assert_allclose(
        GradientPenalty()(smooth(params), real, fake, keys), wanted, rtol=1e-5
    )


@pytest.mark.parametrize("kind", ["zero", "dead"])
def test_unbiased_and_finite_where_the_gradient_vanishes(penalty: Any, kind: str) -> None:
    # |grad| = 0 for every example: the two-sided penalty is weight (0 - 1)^2 exactly.
    inner = jnp.zeros((3, 4)) if kind == "zero" else -jnp.ones((3, 4))

    def value(params: Any) -> jax.Array:
        inner, outer = params
        real, fake, keys = examples(4, (3,))
        return penalty(lambda x: jax.nn.relu(jnp.abs(x) @ inner) @ outer, real, fake, keys)

    found, gradients = jax.value_and_grad(value)((inner, jnp.ones(4)))
    if isinstance(penalty, GradientPenalty):
        assert float(found) == penalty.weight
    assert all(np.isfinite(x).all() for x in jax.tree.leaves(gradients))


def test_the_second_derivative_of_the_norm_is_finite_at_zero() -> None:
    hessian = jax.hessian(lambda x: norm_per_example(x).sum())(jnp.zeros((1, 3)))
    assert np.isfinite(hessian).all()
    tiny = jnp.full((1, 4), 1e-10)  # far from zero in float32: no epsilon may swallow it
    np.testing.assert_allclose(norm_per_example(tiny), 2e-10, rtol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_one_epsilon_per_example_uniform_on_the_segment(shape: tuple[int, ...]) -> None:
    n = 4096
    keys = jax.random.split(jax.random.key(0), n)
    points = np.asarray(interpolate(jnp.ones((n, *shape)), jnp.zeros((n, *shape)), keys))
    share = points.reshape(n, -1)
    np.testing.assert_array_equal(share, np.repeat(share[:, :1], share.shape[1], axis=1))
    # U[0, 1]: mean 1/2 with deviation 1/sqrt(12 n), and every decile holds a tenth.
    assert abs(share[:, 0].mean() - 0.5) < 5 / np.sqrt(12 * n)
    counts, _ = np.histogram(share[:, 0], bins=10, range=(0, 1))
    assert abs(counts - n / 10).max() < 5 * np.sqrt(n * 0.09)


def test_what_a_penalty_sees_does_not_depend_on_its_batch(penalty: Any) -> None:
    params = (jax.random.normal(jax.random.key(3), (3, 4)), jnp.arange(4.0))
    real, fake, keys = examples(8, (3,))
    halves = [penalty(smooth(params), real[h], fake[h], keys[h]) for h in np.split(np.arange(8), 2)]
    np.testing.assert_allclose(
        penalty(smooth(params), real, fake, keys), np.mean(halves), rtol=1e-5
    )
