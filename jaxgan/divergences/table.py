"""The f-divergences: generator, conjugate, and the activation that maps a score into its domain.

Activations increase, so a high score means real in every row. Where an activation or a fake term
needs exp(x), it is continued beyond x = 20 by its tangent line, so that values and two derivatives
stay finite in float32 for scores up to 1e4. Conjugates are exact, and written in terms of the
distance to `upper`, so that they are not NaN where t reaches it.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
from jax.nn import softplus
from jax.scipy.special import xlogy
from jaxtyping import Array, Float

from jaxgan.divergences.tails import (
    STEEPEST,
    log_omega,
    log_one_minus_exp,
    log_softplus,
    tangent_exp,
)
from jaxgan.types import check_number, unknown

__all__ = ["FDivergence", "Name", "f_divergence"]

Name = Literal[
    "total_variation",
    "kl",
    "reverse_kl",
    "pearson",
    "neyman",
    "squared_hellinger",
    "jeffrey",
    "jensen_shannon",
    "weighted_jensen_shannon",
    "gan",
    "alpha",
]
"""The rows of the table."""

Elementwise = Callable[[Any], Array]
"""A function of a float array, applied to each element."""

LOG2 = math.log(2)


@dataclasses.dataclass(frozen=True)
class FDivergence:
    r"""One f-divergence, $D_f(P \| Q) = \int q\, f(p / q)$, and the functions of its lower bound.

    $$D_f(P \| Q) \ge E_P\, g(V) - E_Q\, f^*(g(V)),
    \qquad f^*(t) = \sup_{u \ge 0}\, u t - f(u),$$

    for every score V, with equality at $g(V) = f'(p / q)$. Every function is elementwise.

    Args:
        f: the convex generator, a function of the ratio u = p/q > 0.
        conjugate: f*, for t below `upper`.
        activation: g, increasing, from scores to the domain of f*.
        fake_term: f*(g(v)), computed without overflow.
        upper: the upper end of the domain of f*, which is the slope of f at infinity.

    >>> import jax.numpy as jnp
    >>> kl = f_divergence("kl")
    >>> kl.threshold, float(kl.optimal(jnp.array(1.0)))  # 1 + log 1
    (1.0, 1.0)

    Reference: Nowozin, Cseke, Tomioka, f-GAN, 2016, Eq. 4 to 7.
    https://arxiv.org/abs/1606.00709
    """

    f: Elementwise
    conjugate: Elementwise
    activation: Elementwise
    fake_term: Elementwise
    upper: float

    @property
    def threshold(self) -> float:
        """f'(1), the activation above which an example looks real."""
        with jax.ensure_compile_time_eval():
            return float(jax.grad(self.f)(1.0))

    def optimal(self, ratio: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """f'(ratio), the activation of the best critic where p/q is the ratio.

        Total variation has a kink at 1, where the slope is taken to be 0.
        """
        slope = jax.grad(lambda u: self.f(u).sum())(ratio)
        return jnp.minimum(slope, self.upper)  # large ratios would exceed it by rounding


def f_divergence(name: Name, *, weight: float = 0.5, alpha: float = 0.5) -> FDivergence:
    r"""The f-divergence of the given name; equal arguments return equal divergences.

    With the ratio u = p/q of real to fake density, $\ell = \log(1+e^{-v})$, and Lambert's W in
    $w = W(e^{1-t})$:

    | name | f(u) | f*(t) | g(v) |
    |---|---|---|---|
    | total_variation | $\frac12 \lvert u-1 \rvert$ | $\max(t, -\frac12)$ | $\frac12 \tanh v$ |
    | kl | $u \log u$ | $e^{t-1}$ | $v$ |
    | reverse_kl | $-\log u$ | $-1-\log(-t)$ | $-e^{-v}$ |
    | pearson | $(u-1)^2$ | $t^2/4+t$, but $-1$ for $t<-2$ | $v$ |
    | neyman | $(1-u)^2/u$ | $2-2\sqrt{1-t}$ | $1-e^{-v}$ |
    | squared_hellinger | $(\sqrt u-1)^2$ | $t/(1-t)$ | $1-e^{-v}$ |
    | jeffrey | $(u-1)\log u$ | $w+1/w+t-2$ | $v$ |
    | jensen_shannon | $u\log u-(u+1)\log\frac{u+1}2$ | $-\log(2-e^t)$ | $\log 2-\ell$ |
    | gan | $u\log u-(u+1)\log(u+1)$ | $-\log(1-e^t)$ | $-\ell$ |

    There are also two families. `weighted_jensen_shannon`, with weight $\pi$ and $m = 1-\pi+\pi u$:

    $$f = \pi u \log u - m \log m, \qquad
    f^* = (1-\pi) \log \frac{1-\pi}{1-\pi e^{t/\pi}}, \qquad g = -\pi \log \pi - \ell.$$

    `alpha`, with $g = 1/(1-\alpha) - \ell$ for $\alpha < 1$ and $g = v$ for $\alpha > 1$:

    $$f = \frac{u^\alpha - 1 - \alpha (u-1)}{\alpha (\alpha-1)}, \qquad
    f^* = \frac{((\alpha-1) t + 1)_+^{\alpha/(\alpha-1)} - 1}{\alpha}.$$

    Each D_f is 0 at P = Q, except `gan`, which is -2 log 2 there. `jensen_shannon` is twice the
    usual divergence (see `jaxgan.divergences.jensen_shannon`), in nats.

    Args:
        name: the row.
        weight: $\pi$, the weight of the real density in `weighted_jensen_shannon`, in (0, 1).
        alpha: $\alpha$ of `alpha`, any number but 0 (the limit reverse KL) and 1 (the limit KL).

    Returns:
        The divergence.

    Raises:
        ValueError: no such name, a weight outside (0, 1), or an alpha of 0 or 1.

    >>> import jax.numpy as jnp
    >>> pearson = f_divergence("pearson")
    >>> float(pearson.fake_term(jnp.array(2.0)))  # 2^2 / 4 + 2
    3.0

    Reference: Nowozin, Cseke, Tomioka, f-GAN, 2016, Tables 1, 2 and 6.
    https://arxiv.org/abs/1606.00709
    """
    if name not in get_args(Name):
        raise unknown("divergence", name, get_args(Name))
    if name == "weighted_jensen_shannon":
        check_number("weight", weight, "in (0, 1)", "give the share of the real density")
        return _weighted_jensen_shannon(weight)
    if name == "alpha":
        check_number("alpha", alpha, "finite", "give the order of the divergence")
        if alpha in (0, 1):
            raise ValueError(f"alpha is {alpha}; use 'reverse_kl' for 0 and 'kl' for 1")
        return _small_alpha(alpha) if alpha < 1 else _large_alpha(alpha)
    return _TABLE[name]


def _jeffrey(t: Array, exp: Elementwise) -> Array:
    """1/w - 1 - log w, which is w + 1/w + t - 2 without its cancellation."""
    log_w = log_omega(1 - t)
    return exp(-log_w) - 1 - log_w


@functools.cache
def _weighted_jensen_shannon(weight: float) -> FDivergence:
    log_rest = math.log1p(-weight)
    upper = -weight * math.log(weight)

    def f(u: Array) -> Array:
        mixture = 1 - weight + weight * u
        return weight * xlogy(u, u) - mixture * jnp.log(mixture)

    def conjugate(t: Array) -> Array:
        return (1 - weight) * (log_rest - jnp.log(-jnp.expm1((t - upper) / weight)))

    def fake_term(v: Array) -> Array:
        return (1 - weight) * (log_rest - log_one_minus_exp(log_softplus(-v) - math.log(weight)))

    return FDivergence(f, conjugate, lambda v: upper - softplus(-v), fake_term, upper)


def _alpha_generator(alpha: float) -> Elementwise:
    return lambda u: (u**alpha - 1 - alpha * (u - 1)) / (alpha * (alpha - 1))


@functools.cache
def _small_alpha(alpha: float) -> FDivergence:
    power, upper = alpha / (alpha - 1), 1 / (1 - alpha)

    def conjugate(t: Array) -> Array:
        return (((1 - alpha) * (upper - t)) ** power - 1) / alpha

    def fake_term(v: Array) -> Array:
        return (tangent_exp(power * (math.log(1 - alpha) + log_softplus(-v))) - 1) / alpha

    return FDivergence(
        _alpha_generator(alpha), conjugate, lambda v: upper - softplus(-v), fake_term, upper
    )


@functools.cache
def _large_alpha(alpha: float) -> FDivergence:
    power = alpha / (alpha - 1)
    edge = math.exp(min(STEEPEST / power, 10.0))  # within float16

    def conjugate(t: Array) -> Array:
        return (jnp.maximum((alpha - 1) * t + 1, 0) ** power - 1) / alpha

    def fake_term(v: Array) -> Array:
        base = (alpha - 1) * v + 1
        positive = base > 0  # elsewhere the conjugate is flat; log(0) would be NaN in gradients
        inside = jnp.minimum(jnp.where(positive, base, 1.0), edge)
        tangent = 1 + power * jnp.maximum(base - edge, 0) / edge
        raised = jnp.exp(power * jnp.log(inside)) * tangent
        return (jnp.where(positive, raised, 0.0) - 1) / alpha

    return FDivergence(_alpha_generator(alpha), conjugate, lambda v: v, fake_term, math.inf)


_TABLE: dict[str, FDivergence] = {
    "total_variation": FDivergence(
        f=lambda u: jnp.sign(u - 1) * (u - 1) / 2,
        conjugate=lambda t: jnp.maximum(t, -0.5),
        activation=lambda v: jnp.tanh(v) / 2,
        fake_term=lambda v: jnp.tanh(v) / 2,
        upper=0.5,
    ),
    "kl": FDivergence(
        f=lambda u: xlogy(u, u),
        conjugate=lambda t: jnp.exp(t - 1),
        activation=lambda v: v,
        fake_term=lambda v: tangent_exp(v - 1),
        upper=math.inf,
    ),
    "reverse_kl": FDivergence(
        f=lambda u: -jnp.log(u),
        conjugate=lambda t: -1 - jnp.log(-t),
        activation=lambda v: -tangent_exp(-v),
        fake_term=lambda v: v - 1,
        upper=0.0,
    ),
    "pearson": FDivergence(
        f=lambda u: (u - 1) ** 2,
        conjugate=lambda t: jnp.maximum(t, -2) ** 2 / 4 + jnp.maximum(t, -2),
        activation=lambda v: v,
        fake_term=lambda v: jnp.maximum(v, -2) ** 2 / 4 + jnp.maximum(v, -2),
        upper=math.inf,
    ),
    "neyman": FDivergence(
        f=lambda u: (u - 1) * (1 - 1 / u),
        conjugate=lambda t: 2 - 2 * jnp.sqrt(1 - t),
        activation=lambda v: 1 - tangent_exp(-v),
        fake_term=lambda v: 2 - 2 * tangent_exp(-v / 2),
        upper=1.0,
    ),
    "squared_hellinger": FDivergence(
        f=lambda u: (jnp.sqrt(u) - 1) ** 2,
        conjugate=lambda t: t / (1 - t),
        activation=lambda v: 1 - tangent_exp(-v),
        fake_term=lambda v: tangent_exp(v) - 1,
        upper=1.0,
    ),
    "jeffrey": FDivergence(
        f=lambda u: (u - 1) * jnp.log(u),
        conjugate=lambda t: _jeffrey(t, jnp.exp),
        activation=lambda v: v,
        fake_term=lambda v: _jeffrey(v, tangent_exp),
        upper=math.inf,
    ),
    "jensen_shannon": FDivergence(
        f=lambda u: xlogy(u, u) - (u + 1) * jnp.log((u + 1) / 2),
        conjugate=lambda t: -LOG2 - jnp.log(-jnp.expm1(t - LOG2)),
        activation=lambda v: LOG2 - softplus(-v),
        fake_term=lambda v: softplus(v) - LOG2,
        upper=LOG2,
    ),
    "gan": FDivergence(
        f=lambda u: xlogy(u, u) - (u + 1) * jnp.log(u + 1),
        conjugate=lambda t: -jnp.log(-jnp.expm1(t)),
        activation=lambda v: -softplus(-v),
        fake_term=lambda v: softplus(v),
        upper=0.0,
    ),
}
