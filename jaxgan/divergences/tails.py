"""Elementary functions whose values and first two derivatives stay finite in their far tails."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.nn import softplus
from jaxtyping import Array

__all__ = ["log_omega", "log_one_minus_exp", "log_softplus", "tangent_exp"]

STEEPEST = 20.0  # e^20 squared, times 1e4, is within float32
FLATTEST = -15.0  # for log x below it, log(1 - e^-x) = log x - x/2 to 1e-14


def tangent_exp(x: Array) -> Array:
    """The exponential, continued beyond x = 20 as its tangent line.

    >>> import jax.numpy as jnp
    >>> bool(jnp.isfinite(tangent_exp(jnp.array(1e4))))
    True
    """
    return jnp.exp(jnp.minimum(x, STEEPEST)) * (1 + jnp.maximum(x - STEEPEST, 0))


def log_softplus(x: Array) -> Array:
    """The logarithm of log(1 + exp(x)), also where that underflows.

    >>> import jax.numpy as jnp
    >>> float(log_softplus(jnp.array(-1000.0)))
    -1000.0
    """
    low = x < FLATTEST
    asymptote = x - jnp.exp(jnp.where(low, x, FLATTEST)) / 2
    return jnp.where(low, asymptote, jnp.log(softplus(jnp.where(low, 0.0, x))))


def log_one_minus_exp(log_x: Array) -> Array:
    """The logarithm of 1 - exp(-x) as a function of log x, also where x underflows.

    >>> import jax.numpy as jnp
    >>> float(log_one_minus_exp(jnp.array(-1000.0)))
    -1000.0
    """
    low = log_x < FLATTEST
    asymptote = log_x - jnp.exp(jnp.where(low, log_x, FLATTEST)) / 2
    return jnp.where(low, asymptote, jnp.log(-jnp.expm1(-jnp.exp(jnp.where(low, 0.0, log_x)))))


@jax.custom_jvp
def log_omega(s: Array) -> Array:
    """The root l of l + exp(l) = s: the logarithm of W(exp(s)), with Lambert's W.

    Computed by Newton's method; the derivative is implicit, 1 / (1 + exp(l)).

    >>> import jax.numpy as jnp
    >>> float(log_omega(jnp.array(1.0)))
    0.0
    """
    root = jnp.minimum(s, jnp.log(jnp.maximum(s, 1.0)))  # right of the root, where Newton descends
    for _ in range(8):
        root -= (root + jnp.exp(root) - s) / (1 + jnp.exp(root))
    return root


@log_omega.defjvp
def _log_omega_jvp(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    root = log_omega(primals[0])
    return root, tangents[0] * jax.nn.sigmoid(-root)
