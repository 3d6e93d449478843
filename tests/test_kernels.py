"""Kernels against double loops in float64, scikit-learn and symmetries."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.metrics import pairwise

from jaxgan.objectives import Energy, Gaussian, Kernel, Linear, Polynomial, RationalQuadratic
from jaxgan.objectives.kernels import root, squared_distances

norm = np.linalg.norm

# Each kernel and its formula for one pair of vectors, in NumPy's float64.
FORMULAS: dict[str, tuple[Kernel, Callable[[Any, Any], float]]] = {
    "gaussian": (
        Gaussian((0.5, 0.02)),
        lambda x, y: math.exp(-0.5 * norm(x - y) ** 2) + math.exp(-0.02 * norm(x - y) ** 2),
    ),
    "rational_quadratic": (
        RationalQuadratic((0.2, 5.0)),
        lambda x, y: sum((1 + norm(x - y) ** 2 / (2 * a)) ** -a for a in (0.2, 5.0)),
    ),
    "rational_quadratic_linear": (
        RationalQuadratic((1.0,), linear=True),
        lambda x, y: 1 / (1 + norm(x - y) ** 2 / 2) + x @ y,
    ),
    "energy": (Energy(), lambda x, y: norm(x) + norm(y) - norm(x - y)),
    "linear": (Linear(), lambda x, y: x @ y),
    "polynomial": (Polynomial(), lambda x, y: (x @ y / len(x) + 1) ** 3),
    "polynomial_2": (
        Polynomial(degree=2, scale=0.7, offset=0.3),
        lambda x, y: (0.7 * x @ y + 0.3) ** 2,
    ),
}
KERNELS = {name: kernel for name, (kernel, _) in FORMULAS.items()}


def normals(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize(("kernel", "formula"), FORMULAS.values(), ids=FORMULAS)
def test_every_pair_has_the_value_of_the_formula(
    kernel: Kernel, formula: Callable[[Any, Any], float]
) -> None:
    x, y = normals(0, 5, 3), normals(1, 4, 3) + 1
    wanted = [[formula(a, b) for b in y] for a in x]
    got = jax.jit(kernel)(jnp.asarray(x, jnp.float32), jnp.asarray(y, jnp.float32))
    # Sums of a few numbers of order ten in float32.
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5)


def test_scikit_learn_has_the_same_kernels() -> None:
    x, y = normals(0, 6, 4), normals(1, 5, 4)
    of_x, of_y = jnp.asarray(x, jnp.float32), jnp.asarray(y, jnp.float32)
    np.testing.assert_allclose(
        Gaussian((0.3,))(of_x, of_y), pairwise.rbf_kernel(x, y, gamma=0.3), rtol=1e-5
    )
    np.testing.assert_allclose(
        Polynomial()(of_x, of_y),  # also its defaults: degree 3, gamma 1/d, coef0 1
        pairwise.polynomial_kernel(x, y),
        rtol=1e-5,
        atol=1e-6,
    )


def test_two_meanings_of_sigma() -> None:
    # MMD-GAN's exp(-d^2 / (2 sigma^2)) and GMMN's exp(-d^2 / (2 sigma)), at sigma = 4 and d = 2.
    x, y = jnp.array([[0.0]]), jnp.array([[2.0]])
    np.testing.assert_allclose(Gaussian.from_sigmas([4.0])(x, y), math.exp(-4 / 32), rtol=1e-6)
    np.testing.assert_allclose(Gaussian.from_variances([4.0])(x, y), math.exp(-4 / 8), rtol=1e-6)


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_a_gram_matrix_is_symmetric_and_positive(kernel: Kernel) -> None:
    gram = np.asarray(kernel(*(jnp.asarray(normals(0, 12, 3), jnp.float32),) * 2), np.float64)
    # A product of matrices may sum in another order across the diagonal.
    np.testing.assert_allclose(gram, gram.T, rtol=1e-6, atol=1e-6)
    assert np.linalg.eigvalsh(gram).min() > -1e-6 * np.abs(gram).max() * len(gram)


@pytest.mark.parametrize("d", [1, 2, 30])
def test_distances_are_exact_far_from_the_origin(d: int) -> None:
    # 1e4 + 0.25 k is exact in float32, and so are differences; ||x||^2 + ... would lose all digits.
    x = jnp.asarray(1e4 + 0.25 * np.random.default_rng(0).integers(-8, 8, (7, d)), jnp.float32)
    got = jax.jit(squared_distances)(x, x)
    doubles = np.asarray(x, np.float64)
    wanted = np.square(doubles[:, None] - doubles[None]).sum(axis=2)
    np.testing.assert_array_equal(got, wanted)
    assert (np.diagonal(got) == 0).all()


def test_distances_do_not_store_all_differences() -> None:
    # XLA's memory: a few [n, m] matrices, and no [n, m, d] array, which has 59 MB.
    n, d = 150, 650
    loss = jax.grad(lambda x, y: jnp.exp(-squared_distances(x, y)).sum(), (0, 1))
    shape = jax.ShapeDtypeStruct((n, d), jnp.float32)
    plan = jax.jit(loss).lower(shape, shape).compile().memory_analysis()
    assert plan.temp_size_in_bytes < 4 * n * n * d / 4


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_first_and_second_derivatives_are_finite_where_examples_meet(kernel: Kernel) -> None:
    x = jnp.array([[0.0, 0.0], [1.0, 2.0], [1.0, 2.0]])

    def total(x: Any) -> Any:
        return kernel(x, x).sum()

    assert np.isfinite(jax.jit(jax.grad(total))(x)).all()
    assert np.isfinite(jax.jit(jax.hessian(total))(x)).all()


def test_second_derivatives_of_the_distance() -> None:
    # The Hessian of ||t||: (I - u u') / ||t|| with u = t / ||t||; here t = (3, 4).
    x, y = jnp.array([3.0, 4.0]), jnp.zeros((1, 2))
    got = jax.jit(jax.hessian(lambda x: root(squared_distances(x[None], y))[0, 0]))(x)
    u = np.array([0.6, 0.8])
    np.testing.assert_allclose(got, (np.eye(2) - np.outer(u, u)) / 5, atol=1e-6)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Gaussian(()), "gammas"),
        (lambda: Gaussian((1.0, -1.0)), "gammas"),
        (lambda: RationalQuadratic((0.0,)), "alphas"),
    ],
)
def test_widths_are_positive(make: Callable[[], Kernel], name: str) -> None:
    with pytest.raises(ValueError, match=rf"{name} must be .*: give at least one"):
        make()


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_a_kernel_is_a_value(kernel: Any) -> None:
    assert isinstance(kernel, Kernel)
    again = dataclasses.replace(kernel)
    assert again == kernel
    assert hash(again) == hash(kernel)
