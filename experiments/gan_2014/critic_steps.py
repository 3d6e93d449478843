"""Too few discriminator steps mislead the generator.

Claim     with the optimal discriminator the generator descends the Jensen-Shannon divergence. After
          k steps of the discriminator per step of the generator, the larger k, the closer is the
          discriminator's loss to the divergence, the closer the generator's gradient to that of the
          divergence, and the better the generator; k = 1 is the least expensive.
Paper     Goodfellow et al., Generative Adversarial Networks, 2014, Section 3 and Algorithm 1.
          https://arxiv.org/abs/1406.2661
          Vanilla GAN (lecture notes in Chinese), step 2: G must not be updated too often.
Differs   both argue and have no numbers. Real examples are N(0, 1), the generator is N(mu, sigma^2)
          from N(2, 0.5^2) on, so that the divergence is known at every step. The discriminator has
          2 layers of 64; minimax losses, batches of 256, Adam at 1e-3 and 2e-2 instead of SGD. The
          measured 100 steps of the generator lead to the data: there, both gradients are noise.
Expect    scale small, 10 + 10 seeds, 4 min 49 s on 1 x cpu, 2 cores. Its claims: holds 4.35e-10 |
          holds 0.00453, again holds 0.00518 | holds 0.0822, again holds 0.0861 | holds 0.0304,
          again undecided 0.0322 | holds -0.0115, again holds -0.0146

    jaxgan run critic_steps
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import norm

from jaxgan import study
from jaxgan.data import from_arrays
from jaxgan.networks import MLPCritic, Normal
from jaxgan.objectives import Minimax
from jaxgan.optimizers import adam
from jaxgan.study import Measurement, Metric, Moment, Record, Scale, Sweep, Training, threshold
from jaxgan.training import Networks, Recipe, Setup, score

MEAN, SPREAD, MOMENTS = 2.0, 0.5, 10
GRID = jnp.linspace(-8, 8, 3201)
STEP = float(GRID[1] - GRID[0])
LATENTS = jax.scipy.special.ndtri((jnp.arange(2000) + 0.5) / 2000)


def value(logits: jax.Array, theta: jax.Array) -> jax.Array:
    """V(G, D) for N(mu, sigma^2) and the discriminator's logits on the grid."""
    p, q = norm.pdf(GRID), norm.pdf(GRID, *theta)
    return (p * jax.nn.log_sigmoid(logits) + q * jax.nn.log_sigmoid(-logits)).sum() * STEP


def optimal(theta: jax.Array, x: jax.Array = GRID) -> jax.Array:
    """The logits of p / (p + q)."""
    return norm.logpdf(x) - norm.logpdf(x, *theta)


def divergence(theta: jax.Array) -> jax.Array:
    """Theorem 1: JS = log 2 + V / 2 at the optimal discriminator."""
    return jnp.log(2) + value(optimal(theta), theta) / 2


def exact(seed: int, folder: Path) -> Record:
    """The generator's gradient against the optimal D beside that of the divergence."""
    del seed, folder
    with jax.enable_x64(True):
        errors = []
        for at in ((MEAN, SPREAD), (1.0, 1.0), (-0.5, 2.0)):
            theta = jnp.array(at)
            wanted, fixed = jax.grad(divergence)(theta), optimal(theta)
            found = jax.grad(lambda theta, d=fixed: value(d, theta) / 2)(theta)
            errors.append(float(jnp.abs(found - wanted).max()))
    return Record({"error": max(errors)})


def outcome(moment: Moment) -> Measurement:
    """What the discriminator tells the generator, and what the optimal one would."""
    networks, state = moment.setup.networks, moment.state
    params = state.generator.params
    theta = jnp.array([params["bias"][0], jnp.abs(params["kernel"][0, 0])])

    def pull(logits: Callable[[jax.Array], jax.Array]) -> jax.Array:
        """The gradient of the minimax loss in mu and sigma, at 2,000 quantiles."""
        return jax.grad(lambda t: jax.nn.log_sigmoid(-logits(t[0] + t[1] * LATENTS)).mean())(theta)

    own, best = (
        pull(lambda x: score(networks, state, x[:, None])),
        pull(lambda x: optimal(theta, x)),
    )
    js = float(divergence(theta))
    estimate = float(jnp.log(2) + value(score(networks, state, GRID[:, None]), theta) / 2)
    cosine = float(own @ best / jnp.maximum(jnp.linalg.norm(own) * jnp.linalg.norm(best), 1e-12))
    found = {"gap": js - estimate, "cosine": cosine, "js": js}
    series = moment.series
    before = {name: series[name].values[1:] if name in series else [] for name in found}
    means = {name: np.mean([*before[name], x]) for name, x in found.items()}
    return Measurement(found | {f"mean_{name}": float(mean) for name, mean in means.items()})


def falls(x: np.ndarray, found: Mapping[str, np.ndarray]) -> Mapping[str, float]:
    """The smallest gain from one k to the next, and the gain from the first to the last."""
    del x
    scores = {}
    for name, sign in (("mean_gap", -1), ("mean_cosine", 1), ("mean_js", -1), ("js", -1)):
        values = sign * found[name]
        scores |= {f"{name}_step": np.diff(values).min(), f"{name}_all": values[-1] - values[0]}
    return {name: float(score) for name, score in scores.items()}


def cells(steps: int, ks: tuple[int, ...] = (1, 2, 5, 10)) -> dict:
    """The closed form, and k discriminator steps for as many steps of G, or of D."""
    real = from_arrays(np.random.default_rng(0).normal(size=(100_000, 1)))
    start = nn.initializers.constant
    generator = nn.Dense(1, kernel_init=start(SPREAD), bias_init=start(MEAN))
    networks = Networks(generator, MLPCritic(64, 2), Normal(1))

    def trained(k: int, steps: int) -> Training:
        recipe = Recipe(Minimax(), adam(2e-2, b1=0.5), adam(1e-3, b1=0.5), n_critic=k)
        moments = range(0, steps + 1, max(1, steps // MOMENTS))
        return Training(Setup(networks, recipe, real, 256, steps), outcome, moments)

    same_g = {float(k): trained(k, steps) for k in ks}
    same_d = {float(k): trained(k, steps * ks[-1] // k) for k in ks}
    return {
        "exact": exact,
        "generator-steps": Sweep(same_g, falls),
        "discriminator-steps": Sweep(same_d, falls),
    }


GRADIENT = "Against the optimal D the gradient of V / 2 in mu and sigma is that of JS: the error"
LOSS = "The larger k, the nearer is D's loss to the divergence: the smallest fall of the gap"
PULL = "With k = 10 G's gradient is nearer to that of JS than with k = 1: the rise of the cosine"
QUALITY = "With as many steps of G, k = 10 has a lower JS on average than k = 1: the difference"
CHEAP = "With as many steps of D, k = 1 ends at a lower JS than k = 10: the difference"
NEAR = "Section 3: D is kept near its optimum, so long as G changes slowly enough"
NOTES = "lecture notes: G must not be updated too often"
FULL, SAME_G, SAME_D = "Theorem 1", "generator-steps", "discriminator-steps"
LEAST = "Algorithm 1: k = 1, the least expensive"
LABELS = {
    "mean_gap": "JS minus its estimate",
    "mean_cosine": "cosine with JS's gradient",
    "mean_js": "mean JS",
    "js": "JS at the end",
}
CLAIMS = (
    threshold(GRADIENT, FULL, "error", "exact", below=1e-6, unit="exact"),
    threshold(LOSS, NEAR, "mean_gap_step", SAME_G, above=0.0),
    threshold(PULL, NOTES, "mean_cosine_all", SAME_G, above=0.0),
    threshold(QUALITY, NOTES, "mean_js_all", SAME_G, above=0.0),
    threshold(CHEAP, LEAST, "js_all", SAME_D, below=0.0),
)
EXPERIMENT = study.Experiment(
    about=__doc__,
    protocol="JS in nats, V and the optimal D by quadrature. The gap is JS - log 2 - V / 2, the "
    "cosine between the minimax gradients in (mu, sigma) with the present and the optimal D. Means "
    f"are over {MOMENTS} equally spaced steps.",
    metrics={
        "error": Metric("error of the gradient", "lower"),
        **{
            f"{name}_{what}": Metric(f"{label}: {text}", "higher")
            for name, label in LABELS.items()
            for what, text in (("step", "smallest gain"), ("all", "gain of k = 10 over k = 1"))
        },
    },
    claims=CLAIMS,
    pictures=(
        study.Profile(
            label="k, discriminator steps per generator step",
            panels=tuple(LABELS.items()),
            caption="What the discriminator tells the generator and how good the generator is, for "
            "as many steps of the generator (100) or of the discriminator (1,000).",
        ),
    ),
    scales={
        "smoke": Scale(lambda: cells(1, (1, 2)), seeds=1, judged=False),
        "small": Scale(lambda: cells(100), seeds=10),
    },
)

if __name__ == "__main__":
    from jaxgan.cli.main import main

    main(["run", "critic_steps", *sys.argv[1:]])
