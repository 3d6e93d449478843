"""Lazy penalties: zero-centered gradient penalties at every eighth critic step only.

Claim     R3GAN with its two penalties at every critic step fits a line, a circle and 25 Gaussians;
          with the same penalties at every eighth step, eight times as large, it fails completely.
          Penalties on noise, which approximate both without a second derivative, fit them too.
Paper     Huang, Gokaslan, Kuleshov, Tompkin, The GAN is dead; long live the GAN!, 2024, Appendix E.
          https://arxiv.org/abs/2501.05441
Differs   the paper states the failure without numbers or settings. Here networks have 3 layers of
          64 and take 2,000 steps of its loss and Adam (0, 0.99), at rates that fall from 2e-3 to 0,
          with batches of 256 and gamma = 1, and 10 on the circle too. The line has length 2, the
          circle radius 1, the grid is that of WGAN-GP's code. The paper has no penalty on noise;
          here the noise is N(0, 0.01^2 I).
Expect    scale small, 5 + 5 seeds, 15 min 38 s on 1 x cpu, 2 cores. Its claims: holds 0.182, again
          holds 0.168 | does not hold 0.114, again does not hold 0.166 | does not hold 0.102, again
          does not hold 0.112 | does not hold 0.186, again does not hold 0.186 | undecided -0.0287,
          again undecided 0.0294 | undecided -0.00135, again undecided 0.00915 | undecided 0.0139,
          again undecided 0.0179 | holds 0.0752, again undecided 0.0963 | undecided 0.252, again
          undecided 0.248

    jaxgan run lazy_penalties
"""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxgan import recipes
from jaxgan.data import from_arrays, load
from jaxgan.divergences import wasserstein1
from jaxgan.networks import presets
from jaxgan.optimizers import Linear, adam
from jaxgan.penalties import ApproximateR1, ApproximateR2
from jaxgan.study import (
    Claim,
    Experiment,
    Measurement,
    Metric,
    Moment,
    Records,
    Scale,
    Surfaces,
    Training,
    advantage,
    threshold,
)
from jaxgan.training import Recipe, Setup, sample, score
from jaxgan.types import Dataset

POINTS, REACH, PIXELS, FITS, FAILS = 512, 2.0, 80, 0.25, 0.5
GAMMA, DEVIATION, RATE = 1.0, 0.01, 2e-3


def data() -> dict[str, Dataset]:
    """The three sets of points."""
    u = np.random.default_rng(0).uniform(-1, 1, 100_000)
    circle = np.stack([np.cos(math.pi * u), np.sin(math.pi * u)], axis=1)
    line = from_arrays(np.stack([u, np.zeros_like(u)], axis=1))
    return {"line": line, "circle": from_arrays(circle), "grid": load("twenty_five_gaussians")}


def methods(steps: int) -> dict[str, Recipe]:
    """The penalties at every step, at every eighth, and approximated by noise at every step."""
    falling = adam(Linear(RATE, 0.0, steps), b1=0.0, b2=0.99)

    def every(gamma: float, **changes: Any) -> Recipe:
        recipe = recipes.r3gan(gamma=gamma, average=0.0)
        both = {"generator_optimizer": falling, "critic_optimizer": falling}
        return dataclasses.replace(recipe, **both, **changes)

    noise = ApproximateR1(GAMMA, DEVIATION), ApproximateR2(GAMMA, DEVIATION)
    return {
        "every": every(GAMMA),
        "lazy": every(GAMMA, penalty_every=8),
        "noise": every(GAMMA, penalties=noise),
        "every10": every(10 * GAMMA),
        "lazy10": every(10 * GAMMA, penalty_every=8),
    }


def outcome(moment: Moment) -> Measurement:
    """W1 as a share of that of a single point, and the critic with the samples."""
    networks, state = moment.setup.networks, moment.state
    samples = np.asarray(sample(networks, state, moment.key, POINTS))
    real = np.asarray(moment.setup.data.real[:POINTS])
    point = np.linalg.norm(real - real.mean(axis=0), axis=1).mean()
    at = jnp.linspace(-REACH, REACH, PIXELS)
    grid = jnp.stack(jnp.meshgrid(at, at), axis=-1).reshape(-1, 2)
    surface = np.asarray(score(networks, state, grid)).reshape(PIXELS, PIXELS)
    arrays = {"surface": surface, "reach": np.asarray(REACH), "points": samples}
    return Measurement({"w1": wasserstein1(samples, real) / float(point)}, {}, arrays)


def cells(width: int, steps: int) -> dict:
    """Each method on each set of points."""
    networks = presets.mlp((2,), width=width, latent=2)
    return {
        f"{method}-{name}": Training(
            Setup(networks, recipe, points, 256, steps),
            outcome,
            range(0, steps + 1, max(1, steps // 4)),
        )
        for method, recipe in methods(steps).items()
        for name, points in data().items()
        if name == "circle" or not method.endswith("10")
    }


LAZY = "Appendix E: lazy regularization fails completely"
NAMES = {"line": "the line", "circle": "the circle", "grid": "25 Gaussians"}


def worst(method: str) -> Callable[[Records], list[float]]:
    """The largest W1 of the three sets of points, per seed."""

    def measure(records: Records) -> list[float]:
        of_method = [[r.scores["w1"] for r in records[f"{method}-{key}"]] for key in NAMES]
        return np.max(of_method, axis=0).tolist()

    return measure


# Measured: no failure here. On the circle with two other seeds, nor at gamma = 0.05 (0.07, 0.09) or
# at a constant rate (0.14, 0.22); only ten times the weight blurs it. On the grid the penalty on
# noise lies at 0.20 with a deviation of 0.1 and at 0.32 with 0.001 (two other seeds).
FITTED = "fit all three: the largest W1, as a share of a single point's"
CLAIMS = (
    Claim(f"Penalties at every step {FITTED}", "Appendix E: yes", worst("every"), below=FITS),
    *(
        threshold(
            f"Lazy penalties fail completely on {name}: W1, as a share of a single point's",
            *(LAZY, "w1", f"lazy-{key}"),
            above=FAILS,
        )
        for key, name in NAMES.items()
    ),
    *(
        advantage(
            f"Lazy penalties are worse on {name}: the difference of W1",
            *(LAZY, "w1", f"every-{key}"),
            over=f"lazy-{key}",
            better="lower",
        )
        for key, name in NAMES.items()
    ),
    advantage(
        "With ten times the weight lazy penalties are worse on the circle: the difference of W1",
        *(LAZY, "w1", "every10-circle"),
        over="lazy10-circle",
        better="lower",
    ),
    Claim(f"Penalties on noise {FITTED}", "none: not in the paper", worst("noise"), below=FITS),
)
EXPERIMENT = Experiment(
    about=__doc__,
    protocol=f"Exact W1 between {POINTS} samples, no moving average, and {POINTS} data points, "
    "divided by W1 between the same data and their mean. At 1 the generator is as bad as a "
    "single point.",
    metrics={"w1": Metric("W1 / W1 of a single point", "lower")},
    claims=CLAIMS,
    pictures=(
        Surfaces(
            caption="Contour lines of the critic, and samples of the generator, after the last "
            "step; seed 0."
        ),
    ),
    scales={
        "smoke": Scale(lambda: cells(4, 1), seeds=1, judged=False),
        "small": Scale(lambda: cells(64, 2000), seeds=5),
    },
)

if __name__ == "__main__":
    from jaxgan.cli.main import main

    main(["run", "lazy_penalties", *sys.argv[1:]])
