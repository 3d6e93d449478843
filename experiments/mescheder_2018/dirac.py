"""The DiracGAN: which training methods converge when both networks have one parameter.

Claim     without a penalty centered at zero, simultaneous gradient descent circles the equilibrium
          or leaves it; R1, R2, consensus optimization and instance noise converge to it; the
          eigenvalues at the equilibrium are those of the paper.
Paper     Mescheder, Geiger, Nowozin, Which Training Methods for GANs do actually Converge?, 2018,
          Sections 2 and 3, Figures 1 to 3. https://arxiv.org/abs/1801.04406
Differs   1,000 steps of 0.1 where the authors' notebook takes 50; instance noise by 1,000 quantiles
          of the normal distribution instead of random draws.
Expect    scale small, 1 + 1 seeds, 8.3 s on 1 x cpu, 2 cores. Its claims: holds 1.11e-16 | holds
          0.315 | holds 0.00275 | holds 2.22e-16

    jaxgan run dirac
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.stats import norm

from jaxgan.objectives import Minimax, NonSaturating, Wasserstein
from jaxgan.penalties import R1, R2, GradientPenalty
from jaxgan.study import Claim, Experiment, Fields, Metric, Record, Records, Scale
from jaxgan.types import Objective, Penalty

RATE, STEPS, REACH = 0.1, 1000, 2.0
QUANTILES = norm.ppf((np.arange(1000) + 0.5) / 1000)


class Method(NamedTuple):
    """How the two parameters are trained."""

    objective: Objective
    penalty: Penalty | None = None
    clip: float = np.inf
    consensus: float = 0.0
    noise: float = 0.0


METHODS = {
    "GAN": Method(Minimax()),
    "NSGAN": Method(NonSaturating()),
    "WGAN": Method(Wasserstein()),
    "WGAN-clipped": Method(Wasserstein(), clip=0.3),
    "WGAN-GP": Method(Wasserstein(), GradientPenalty(0.5, target=0.3)),
    "consensus": Method(Minimax(), consensus=0.3),
    "noise": Method(Minimax(), noise=1.0),
    "R1": Method(Minimax(), R1(0.3)),
    "R2": Method(Minimax(), R2(0.3)),
}
SLOPES = {"GAN": 0.5, "NSGAN": 0.5, "WGAN": 1.0, "R1": 0.5, "R2": 0.5}
"""f'(0) of the paper, for the methods whose eigenvalues it states."""


def field(method: Method, point: jax.Array) -> jax.Array:
    """(d theta, d psi) for data at 0, a generator at theta and the critic psi x."""
    keys, zero = jax.random.split(jax.random.key(0), 1), jnp.zeros((1, 1))
    noise = jnp.asarray(method.noise * QUANTILES if method.noise else [0.0])

    def generator_loss(theta: jax.Array) -> jax.Array:
        return method.objective.generator_loss(point[1] * noise, point[1] * (theta + noise))

    def critic_loss(psi: jax.Array) -> jax.Array:
        loss = method.objective.critic_loss(psi * noise, psi * (point[0] + noise))
        if method.penalty is None:
            return loss
        return loss + method.penalty(lambda x: psi * x[:, 0], zero, zero + point[0], keys)

    return -jnp.stack([jax.grad(generator_loss)(point[0]), jax.grad(critic_loss)(point[1])])


def direction(method: Method, point: jax.Array) -> jax.Array:
    """The field; for consensus optimization minus the gradient of half its squared norm."""
    v = functools.partial(field, method)
    if not method.consensus:
        return v(point)
    return v(point) - method.consensus * jax.grad(lambda x: (v(x) ** 2).sum() / 2)(point)


def step(method: Method, point: jax.Array) -> jax.Array:
    """One simultaneous step, with the critic's parameter clipped."""
    theta, psi = point + RATE * direction(method, point)
    return jnp.stack([theta, jnp.clip(psi, -method.clip, method.clip)])


def alternating(method: Method, point: jax.Array) -> jax.Array:
    """The critic's step, then the generator's."""
    point = point.at[1].add(RATE * direction(method, point)[1])
    return point.at[0].add(RATE * direction(method, point)[0])


def eigenvalues(function: Callable[[jax.Array], jax.Array]) -> np.ndarray:
    """Of the Jacobian at the equilibrium, the origin."""
    return np.linalg.eigvals(jax.jacfwd(function)(jnp.zeros(2)))


def outcome(name: str, seed: int, folder: Path) -> Record:
    """The path from (1, 1), the field on a grid, and the eigenvalues at the equilibrium."""
    del seed, folder
    method = METHODS[name]
    with jax.enable_x64(True):
        move = functools.partial(step, method)
        walk = jax.jit(lambda x: jax.lax.scan(lambda x, _: (move(x), x), x, length=STEPS))
        end, path = walk(jnp.ones(2))
        at = jnp.linspace(-REACH, REACH, 17)
        grid = jnp.stack(jnp.meshgrid(at, at), axis=-1).reshape(-1, 2)
        arrows = jax.vmap(functools.partial(direction, method))(grid).reshape(17, 17, 2)
        scores = {"radius": float(jnp.linalg.norm(end))}
        if name in SLOPES:
            gamma = getattr(method.penalty, "gamma", 0.0)
            root = np.emath.sqrt(gamma**2 - 4 * SLOPES[name] ** 2)
            wanted = np.array([-gamma - root, -gamma + root]) / 2
            found = eigenvalues(functools.partial(direction, method))
            error = np.abs(np.sort_complex(found) - np.sort_complex(wanted)).max()
            turning = np.abs(np.abs(eigenvalues(functools.partial(alternating, method))) - 1).max()
            scores |= {"eigenvalue_error": float(error), "alternating": float(turning)}
    arrays = {"arrows": arrows, "reach": REACH, "path": np.vstack([path, end])}
    return Record(scores, {}, {key: np.asarray(value) for key, value in arrays.items()})


def score_of(names: Sequence[str], metric: str) -> Callable[[Records], list[float]]:
    """The score of each method."""
    return lambda records: [records[name][0].scores[metric] for name in names]


exact = functools.partial(Claim, unit="exact")
CLAIMS = (
    exact(
        "The eigenvalues at the equilibrium are +-f'(0) i without a penalty and (-gamma +- "
        "sqrt(gamma^2 - 4 f'(0)^2)) / 2 with R1 or R2: the largest error",
        "Lemma 2.3 and Theorem 4.1",
        score_of(tuple(SLOPES), "eigenvalue_error"),
        below=1e-9,
    ),
    exact(
        "GAN, non-saturating GAN, WGAN, clipped WGAN and WGAN-GP do not converge: the least "
        "distance to the equilibrium",
        "Lemma 2.3 and Section 3: they circle or diverge",
        score_of(("GAN", "NSGAN", "WGAN", "WGAN-clipped", "WGAN-GP"), "radius"),
        above=0.1,
    ),
    exact(
        "Consensus optimization, instance noise, R1 and R2 converge: the largest distance to it",
        "Section 3, Figure 3",
        score_of(("consensus", "noise", "R1", "R2"), "radius"),
        below=0.01,
    ),
    exact(
        "Alternating steps of GAN, non-saturating GAN and WGAN circle the equilibrium: the largest "
        "deviation of an eigenvalue's modulus from 1",
        "Lemma 2.4: eigenvalues on the unit circle",
        score_of(("GAN", "NSGAN", "WGAN"), "alternating"),
        below=1e-9,
    ),
)

CELLS = {name: functools.partial(outcome, name) for name in METHODS}
EXPERIMENT = Experiment(
    about=__doc__,
    protocol="Simultaneous gradient descent from (1, 1) in float64. Eigenvalues are those of the "
    "Jacobian of the field at the origin; of an alternating step, those of the Jacobian of one "
    "critic step and one generator step. Objectives and penalties are those of this library, "
    "differentiated by JAX.",
    metrics={
        "radius": Metric("distance to the equilibrium", "lower", "it starts at 1.41"),
        "eigenvalue_error": Metric("error of the eigenvalues", "lower", "against the paper's"),
        "alternating": Metric("deviation from the unit circle", "lower", "of alternating steps"),
    },
    claims=CLAIMS,
    pictures=(Fields(axes=("generator theta", "critic psi")),),
    scales={
        "smoke": Scale(lambda: CELLS, seeds=1, judged=False),
        "small": Scale(lambda: CELLS, seeds=1),
    },
)

if __name__ == "__main__":
    from jaxgan.cli.main import main

    main(["run", "dirac", *sys.argv[1:]])
