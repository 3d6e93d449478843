"""Penalties on the norm of the critic's gradient with respect to its input."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from jaxgan.penalties.points import Form, Place, excess, norm_per_example, places
from jaxgan.penalties.settings import Weight, check_settings, number
from jaxgan.types import Critic, Number

__all__ = ["R1", "R2", "GradientPenalty", "PowerPenalty"]

Examples = Float[Array, "batch *shape"]
Keys = Key[Array, " batch"]


def _gradients(critic: Critic, x: Examples) -> Examples:
    """The gradient of each example's score; needs independent scores (no batch normalization)."""
    return jax.grad(lambda x: critic(x).sum())(x)


def _squares(x: Examples) -> Float[Array, " batch"]:
    return jnp.square(x).reshape(x.shape[0], -1).sum(axis=1)


@dataclasses.dataclass(frozen=True)
class GradientPenalty:
    """The gradient penalty, weight * E (||grad_x critic(x)|| - target)^2 on interpolates.

    The norm is exact and over all axes of an example. Gradients are taken of the sum of the scores,
    so each score must depend on its own example only: no batch normalization in the critic.
    `weight` is 10 in the paper, 0.1 in its experiments on 2-D points.

    `form` is "two_sided", "one_sided" for weight * E max(0, ||grad|| - target)^2 (the paper's
    Appendix C; WGAN-LP), or "one_sided_linear" for weight * E max(||grad||, target) (Su, 2017).
    `at` names the points: "interpolates", "real", "fake", or "both" for real and fake.

    >>> w = jnp.array([3.0, 4.0])
    >>> keys = jax.random.split(jax.random.key(0), 8)
    >>> zeros = jnp.zeros((8, 2))
    >>> float(GradientPenalty(10.0)(lambda x: x @ w, zeros, zeros, keys))  # 10 (5 - 1)^2
    160.0
    >>> linear = GradientPenalty(10.0, form="one_sided_linear")
    >>> float(linear(lambda x: x @ w, zeros, zeros, keys))  # 10 max(5, 1)
    50.0

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Eq. 3.
    https://arxiv.org/abs/1704.00028
    """

    weight: Number = 10.0
    target: Number = 1.0
    form: Form = "two_sided"
    at: Place = "interpolates"

    def __post_init__(self) -> None:
        check_settings(self)

    def __call__(
        self, critic: Critic, real: Examples, fake: Examples, keys: Keys
    ) -> Float[Array, ""]:
        """weight * E cost(norm).

        `norm` is the norm of the critic's gradient at a point, `cost` the function that `form`
        names.
        """
        points = places(self.at, real, fake, keys)
        slopes = jnp.concatenate([norm_per_example(_gradients(critic, x)) for x in points])
        return self.weight * excess(self.form, slopes, self.target).mean()


@dataclasses.dataclass(frozen=True)
class R1:
    """The zero-centered penalty on real examples, gamma / 2 * E_real ||grad_x critic(x)||^2.

    `gamma` is 10 in the paper; its code multiplies by 10 without the half, which is gamma = 20. In
    a recipe it may be a schedule of the critic's steps.

    >>> w = jnp.array([3.0, 4.0])
    >>> keys = jax.random.split(jax.random.key(0), 8)
    >>> zeros = jnp.zeros((8, 2))
    >>> float(R1(gamma=10.0)(lambda x: x @ w, zeros, zeros, keys))  # 5 * 25
    125.0

    Reference: Mescheder, Geiger, Nowozin, Which Training Methods for GANs do actually Converge?,
    2018, Eq. 9. https://arxiv.org/abs/1801.04406
    """

    gamma: Weight = 10.0

    def __post_init__(self) -> None:
        check_settings(self)

    def __call__(
        self, critic: Critic, real: Examples, fake: Examples, keys: Keys
    ) -> Float[Array, ""]:
        """gamma / 2 * E norm^2.

        `norm` is the norm of the critic's gradient at a real example.
        """
        del fake, keys
        return number(self.gamma) / 2 * _squares(_gradients(critic, real)).mean()


@dataclasses.dataclass(frozen=True)
class R2:
    """The zero-centered penalty on fakes, gamma / 2 * E_fake ||grad_x critic(x)||^2.

    >>> w = jnp.array([3.0, 4.0])
    >>> keys = jax.random.split(jax.random.key(0), 8)
    >>> zeros = jnp.zeros((8, 2))
    >>> float(R2(gamma=10.0)(lambda x: x @ w, zeros, zeros, keys))
    125.0

    Reference: Mescheder, Geiger, Nowozin, Which Training Methods for GANs do actually Converge?,
    2018, Eq. 10. https://arxiv.org/abs/1801.04406
    """

    gamma: Weight = 10.0

    def __post_init__(self) -> None:
        check_settings(self)

    def __call__(
        self, critic: Critic, real: Examples, fake: Examples, keys: Keys
    ) -> Float[Array, ""]:
        """gamma / 2 * E norm^2.

        `norm` is the norm of the critic's gradient at a fake.
        """
        del real, keys
        return number(self.gamma) / 2 * _squares(_gradients(critic, fake)).mean()


@dataclasses.dataclass(frozen=True)
class PowerPenalty:
    """WGAN-div's penalty, weight * E ||grad_x critic(x)||^power, without a target slope.

    The paper finds weight 2 and power 6 best and does not specify the points; with `at="both"` the
    penalty is weight / 2 * (E_real + E_fake), as in the code of Su.

    >>> w = jnp.array([0.6, 0.8])
    >>> keys = jax.random.split(jax.random.key(0), 8)
    >>> zeros = jnp.zeros((8, 2))
    >>> round(float(PowerPenalty()(lambda x: 2 * x @ w, zeros, zeros, keys)), 3)  # 2 * 2^6
    128.0

    Reference: Wu et al., Wasserstein Divergence for GANs, 2018.
    https://arxiv.org/abs/1712.01026
    """

    weight: Number = 2.0
    power: Number = 6.0
    at: Place = "interpolates"

    def __post_init__(self) -> None:
        check_settings(self)

    def __call__(
        self, critic: Critic, real: Examples, fake: Examples, keys: Keys
    ) -> Float[Array, ""]:
        """weight * E norm^power.

        `norm` is the norm of the critic's gradient at a point.
        """
        points = places(self.at, real, fake, keys)
        squares = jnp.concatenate([_squares(_gradients(critic, x)) for x in points])
        return self.weight * _power(squares, self.power / 2).mean()


def _power(x: Float[Array, " batch"], exponent: Number) -> Float[Array, " batch"]:
    """x^exponent for x >= 0, whose derivatives at 0 do not use log 0."""
    positive = x > 0
    return jnp.where(positive, jnp.where(positive, x, 1.0) ** exponent, 0.0)
