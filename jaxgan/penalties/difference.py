"""Penalties on differences of scores: between two points, or between two dropout masks."""

from __future__ import annotations

import dataclasses
from typing import Any

import chex
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from jaxgan.penalties.points import Form, check_keys, excess, interpolate, norm_per_example
from jaxgan.penalties.settings import check_settings
from jaxgan.types import Critic, Number, StochasticCritic, assert_pairs, check_number

__all__ = [
    "ApproximateR1",
    "ApproximateR2",
    "Consistency",
    "FiniteDifference",
    "LipschitzPenalty",
]

Examples = Float[Array, "batch *shape"]
Keys = Key[Array, " batch"]

EPSILON = 1e-6
"""Added to distances, since the slope of a closer pair would be rounding error."""


def _slopes(critic: Critic, x: Examples, y: Examples) -> Float[Array, " batch"]:
    """|critic(x) - critic(y)| / ||x - y||."""
    assert_pairs(x, y)
    scores = critic(x), critic(y)
    chex.assert_shape(
        scores,
        x.shape[:1],
        custom_message="the critic must return one score per example, [batch]",
        exception_type=ValueError,
    )
    return jnp.abs(scores[0] - scores[1]) / (norm_per_example(x - y) + EPSILON)


@dataclasses.dataclass(frozen=True)
class FiniteDifference:
    """Su's penalty without a second derivative: the slope between two interpolates of a pair.

    y1 and y2 are two independent uniform points on the segment from fake to real. With the slope
    s = |critic(y1) - critic(y2)| / ||y1 - y2|| the penalty is weight * E max(s, target), or
    weight * E (s - target)^2 for `form="two_sided"`. A slope along one direction is at most the
    norm of the gradient, so this is a weaker constraint than `GradientPenalty`.

    >>> w = jnp.array([3.0, 4.0])
    >>> keys = jax.random.split(jax.random.key(0), 8)
    >>> real, fake = jnp.tile(jnp.array([[1.0, 0.0]]), (8, 1)), jnp.zeros((8, 2))
    >>> round(float(FiniteDifference(10.0)(lambda x: x @ w, real, fake, keys)), 2)  # 10 |w_1|
    30.0

    Reference: Su, The art of adversarial training: GAN and WGAN, 2017.
    https://spaces.ac.cn/archives/4439
    """

    weight: Number = 10.0
    target: Number = 1.0
    form: Form = "one_sided_linear"

    def __post_init__(self) -> None:
        check_settings(self)

    def __call__(
        self, critic: Critic, real: Examples, fake: Examples, keys: Keys
    ) -> Float[Array, ""]:
        """weight * E cost(slope).

        `slope` is the slope between two interpolates, `cost` the function that `form` names.
        """
        check_keys(keys, real)
        first, second = jax.vmap(jax.random.split, out_axes=1)(keys)
        slopes = _slopes(critic, interpolate(real, fake, first), interpolate(real, fake, second))
        return self.weight * excess(self.form, slopes, self.target).mean()


@dataclasses.dataclass(frozen=True)
class LipschitzPenalty:
    """The penalty on slopes above one between real and fake, weight * E max(0, s - target)^2.

    s = |critic(x) - critic(x')| / ||x - x'|| for a real example and the fake paired with it. This
    is the constraint of the dual problem, which does not limit the slope between other points.

    >>> w = jnp.array([3.0, 4.0])
    >>> keys = jax.random.split(jax.random.key(0), 8)
    >>> real, fake = jnp.tile(jnp.array([[2.0, 0.0]]), (8, 1)), jnp.zeros((8, 2))
    >>> round(float(LipschitzPenalty(10.0)(lambda x: x @ w, real, fake, keys)), 2)  # 10 (3 - 1)^2
    40.0

    Reference: Petzka, Fischer, Lukovnikov, On the regularization of Wasserstein GANs, 2018.
    https://arxiv.org/abs/1709.08894
    """

    weight: Number = 10.0
    target: Number = 1.0

    def __post_init__(self) -> None:
        check_settings(self)

    def __call__(
        self, critic: Critic, real: Examples, fake: Examples, keys: Keys
    ) -> Float[Array, ""]:
        """weight * E max(0, slope - target)^2.

        `slope` is the slope between a real example and the fake paired with it.
        """
        del keys
        slopes = _slopes(critic, real, fake)
        return self.weight * excess("one_sided", slopes, self.target).mean()


def _derivatives(
    critic: Critic, x: Examples, keys: Keys, deviation: Number
) -> Float[Array, " batch"]:
    """(critic(x + deviation n) - critic(x)) / deviation with n ~ N(0, I)."""
    check_keys(keys, x)
    noise = jax.vmap(lambda key: jax.random.normal(key, x.shape[1:], x.dtype))(keys)
    return (critic(x + deviation * noise) - critic(x)) / deviation


@dataclasses.dataclass(frozen=True)
class ApproximateR1:
    """R1 without a second derivative, gamma / 2 * E_real ((D(x + sigma n) - D(x)) / sigma)^2.

    n ~ N(0, I) has the shape of an example, and sigma is `deviation`. On a linear critic the mean
    over n is that of `R1`, gamma / 2 * ||w||^2; on others it also counts how the critic bends
    within the noise. The papers write lambda E (D(x) - D(x + sigma n))^2, which is
    gamma = 2 lambda sigma^2. A small deviation loses digits in the difference of the scores.

    >>> w = jnp.array([3.0, 4.0])
    >>> keys = jax.random.split(jax.random.key(0), 100_000)
    >>> zeros = jnp.zeros((100_000, 2))
    >>> penalty = float(ApproximateR1(10.0)(lambda x: x @ w, zeros, zeros, keys))
    >>> abs(penalty / 125 - 1) < 0.02  # 5 * 25, up to the noise
    True

    Reference: Lin et al., Diffusion Adversarial Post-Training for One-Step Video Generation, 2025.
    https://arxiv.org/abs/2501.08316
    """

    gamma: Number = 10.0
    deviation: Number = 0.01

    def __post_init__(self) -> None:
        _check(self)

    def __call__(
        self, critic: Critic, real: Examples, fake: Examples, keys: Keys
    ) -> Float[Array, ""]:
        """gamma / 2 * E quotient^2.

        `quotient` is the difference of the critic's scores at a noisy real example and at the
        example, divided by the deviation of the noise.
        """
        del fake
        return self.gamma / 2 * jnp.square(_derivatives(critic, real, keys, self.deviation)).mean()


@dataclasses.dataclass(frozen=True)
class ApproximateR2:
    """R2 without a second derivative, gamma / 2 * E_fake ((D(x + sigma n) - D(x)) / sigma)^2.

    As `ApproximateR1`, at fakes.

    >>> w = jnp.array([3.0, 4.0])
    >>> keys = jax.random.split(jax.random.key(0), 100_000)
    >>> zeros = jnp.zeros((100_000, 2))
    >>> penalty = float(ApproximateR2(10.0)(lambda x: x @ w, zeros, zeros, keys))
    >>> abs(penalty / 125 - 1) < 0.02
    True

    Reference: Lin et al., Autoregressive Adversarial Post-Training for Real-Time Interactive Video
    Generation, 2025. https://arxiv.org/abs/2506.09350
    """

    gamma: Number = 10.0
    deviation: Number = 0.01

    def __post_init__(self) -> None:
        _check(self)

    def __call__(
        self, critic: Critic, real: Examples, fake: Examples, keys: Keys
    ) -> Float[Array, ""]:
        """gamma / 2 * E quotient^2.

        `quotient` is the difference of the critic's scores at a noisy fake and at the fake, divided
        by the deviation of the noise.
        """
        del real
        return self.gamma / 2 * jnp.square(_derivatives(critic, fake, keys, self.deviation)).mean()


def _check(penalty: Any) -> None:
    """As `check_settings`; besides, the deviation is a divisor."""
    check_settings(penalty)
    name = f"{type(penalty).__name__}: deviation"
    check_number(name, penalty.deviation, "positive", "give the standard deviation of the noise")


@dataclasses.dataclass(frozen=True)
class Consistency:
    """CT-GAN's consistency term: a real example should score the same under two dropout masks.

    E max(0, weight * ((D(x') - D(x''))^2 + features * mean (D_(x') - D_(x''))^2) - margin), where
    x' and x'' are the same real examples under two masks and D_ is the last hidden layer. This is
    the form of the authors' code, with the weight inside the maximum. The critic needs dropout.

    >>> keys = jax.random.split(jax.random.key(0), 8)
    >>> class Critic:
    ...     def __call__(self, x):
    ...         return x[:, 0]
    ...     def score_with_keys(self, x, keys):
    ...         kept = 2.0 * jax.vmap(jax.random.bernoulli)(keys)  # drops half
    ...         return x[:, 0] * kept, x
    >>> real = jnp.ones((8, 1))
    >>> value = float(Consistency()(Critic(), real, real, keys))  # 8 for pairs that differ
    >>> 0 < value <= 8 and value % 1 == 0
    True

    Reference: Wei et al., Improving the Improved Training of Wasserstein GANs, 2018.
    https://arxiv.org/abs/1803.01541
    """

    weight: Number = 2.0
    features: Number = 0.1
    margin: Number = 0.0

    def __post_init__(self) -> None:
        check_settings(self)

    def __call__(
        self, critic: Critic, real: Examples, fake: Examples, keys: Keys
    ) -> Float[Array, ""]:
        """E max(0, weight * (score_gap^2 + features * hidden_gap^2) - margin).

        The gaps are differences of a real example under two masks: in its score, and in the last
        hidden layer as a root mean square.
        """
        del fake
        if not isinstance(critic, StochasticCritic):
            raise TypeError(
                "Consistency compares two dropout masks: give it a critic with a method "
                "score_with_keys(x, keys) -> (scores, features), as the train step does"
            )
        check_keys(keys, real)
        first, second = jax.vmap(jax.random.split, out_axes=1)(keys)
        (score, hidden), (other_score, other_hidden) = (
            critic.score_with_keys(real, first),
            critic.score_with_keys(real, second),
        )
        apart = jnp.square(hidden - other_hidden).reshape(real.shape[0], -1).mean(axis=1)
        distance = jnp.square(score - other_score) + self.features * apart
        return jax.nn.relu(self.weight * distance - self.margin).mean()
