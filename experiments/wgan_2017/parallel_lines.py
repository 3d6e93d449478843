"""Two parallel lines: only the Wasserstein distance measures how far apart they are.

Claim     between the lines at 0 and at theta the Wasserstein distance is |theta|, while the
          Jensen-Shannon divergence is log 2 and the total variation 1 for every theta but 0; a
          critic trained for each theta estimates the first, a classifier the second.
Paper     Arjovsky, Chintala, Bottou, Wasserstein GAN, 2017, Example 1 and Figure 1.
          https://arxiv.org/abs/1701.07875
Differs   the paper computes and trains nothing; here a critic with a gradient penalty and a
          classifier, one hidden layer of 64 each, take 2,000 steps for each of nine theta. The
          critic's gap is divided by its mean slope, since a penalty lets the slope exceed one.
Expect    scale small, 10 + 10 seeds, 2 min 23 s on 1 x cpu, 2 cores. Its claims: holds 3.33e-16 |
          holds 0.000561, again holds 0.000677 | holds 0.693, again holds 0.693

    jaxgan run parallel_lines
"""

from __future__ import annotations

import dataclasses
import functools
import math
import sys
from collections.abc import Mapping
from pathlib import Path

import jax
import numpy as np
from scipy.stats import entropy

from jaxgan import recipes
from jaxgan.data import from_arrays
from jaxgan.data.synthetic import parallel_lines
from jaxgan.divergences import wasserstein1
from jaxgan.networks import Identity, MLPCritic
from jaxgan.penalties import interpolate, norm_per_example
from jaxgan.study import (
    Claim,
    Experiment,
    Measure,
    Measurement,
    Metric,
    Moment,
    Profile,
    Record,
    Records,
    Scale,
    Sweep,
    Training,
)
from jaxgan.training import Networks, Recipe, Setup, score

THETAS = tuple(x / 4 for x in range(-4, 5))
LOG2 = math.log(2)


@dataclasses.dataclass(frozen=True)
class Line:
    """The distribution of the fakes: (theta, Z) with Z uniform."""

    theta: float

    def __call__(self, key: jax.Array) -> jax.Array:
        """One point."""
        return parallel_lines(key, 1, self.theta)[0]


def exact(seed: int, folder: Path) -> Record:
    """W1 of 200 points on each line by assignment, JS and TV by their definitions."""
    del seed, folder
    x, heights, distances = np.linspace(-1, 1, 81), np.linspace(0, 1, 200), []
    for theta in x:
        real, fake = (np.stack([np.full(200, x), heights], axis=1) for x in (0.0, theta))
        atoms, index = np.unique(np.concatenate([real, fake]), axis=0, return_inverse=True)
        p, q = (np.bincount(i, minlength=len(atoms)) / 200 for i in np.split(index, 2))
        middle = (p + q) / 2
        js = (entropy(p, middle) + entropy(q, middle)) / 2
        distances.append((wasserstein1(real, fake), js, np.abs(p - q).sum() / 2))
    w1, js, tv = np.transpose(distances)
    apart = x != 0
    errors = [np.abs(w1 - np.abs(x)), np.abs(js - LOG2 * apart), np.abs(tv - apart)]
    return Record({"error": float(np.max(errors))}, {}, {"x": x, "w1": w1, "js": js})


def fresh(moment: Moment) -> tuple[jax.Array, jax.Array, jax.Array]:
    """New real and fake points, and points between them."""
    of_real, of_fake, between = jax.random.split(moment.key, 3)
    real = parallel_lines(of_real, 4096, theta=0.0)
    fake = jax.vmap(moment.setup.networks.latent)(jax.random.split(of_fake, 4096))
    return real, fake, interpolate(real, fake, jax.random.split(between, 4096))


def distance(moment: Moment) -> Measurement:
    """W1: the critic's gap divided by its mean slope."""
    critic = functools.partial(score, moment.setup.networks, moment.state)
    real, fake, between = fresh(moment)
    slopes = norm_per_example(jax.grad(lambda x: critic(x).sum())(between))
    return Measurement({"w1": float((critic(real).mean() - critic(fake).mean()) / slopes.mean())})


def divergence(moment: Moment) -> Measurement:
    """JS: log 2 minus half the classifier's loss, a lower bound."""
    critic = functools.partial(score, moment.setup.networks, moment.state)
    real, fake, _ = fresh(moment)
    loss = jax.nn.softplus(-critic(real)).mean() + jax.nn.softplus(critic(fake)).mean()
    return Measurement({"js": LOG2 - float(loss) / 2})


def follows(x: np.ndarray, found: Mapping[str, np.ndarray]) -> Mapping[str, float]:
    """The largest relative error of the distance over all theta but 0."""
    apart = x != 0
    return {"distance_error": float(np.abs(found["w1"][apart] / np.abs(x[apart]) - 1).max())}


def saturates(x: np.ndarray, found: Mapping[str, np.ndarray]) -> Mapping[str, float]:
    """The smallest bound of the divergence over all theta but 0."""
    return {"least_js": float(found["js"][x != 0].min())}


def cells(steps: int, thetas: tuple[float, ...] = THETAS) -> dict:
    """The closed forms; a critic for each theta; a classifier for each theta."""
    real = from_arrays(np.asarray(parallel_lines(jax.random.key(0), 100_000, theta=0.0)))

    def alone(theta: float, recipe: Recipe, measure: Measure) -> Training:
        networks = Networks(Identity(), MLPCritic(64, 1), Line(theta))
        return Training(Setup(networks, recipe, real, 256, steps), measure, (steps,))

    critic = recipes.wgan_gp(learning_rate=3e-3, beta1=0.5, n_critic=10)
    classifier = recipes.dcgan(learning_rate=3e-3, beta1=0.5)
    classifier = dataclasses.replace(classifier, n_critic=critic.n_critic)
    return {
        "exact": exact,
        "critic": Sweep({x: alone(x, critic, distance) for x in thetas}, follows),
        "classifier": Sweep({x: alone(x, classifier, divergence) for x in thetas}, saturates),
    }


def scores_of(cell: str, metric: str, records: Records) -> list[float]:
    """One number per seed."""
    return [record.scores[metric] for record in records[cell]]


EXPERIMENT = Experiment(
    about=__doc__,
    protocol="4,096 fresh points of each line. Distance: the critic's gap divided by its mean "
    "gradient norm on interpolates. Divergence: log 2 minus half the classifier's loss, a lower "
    "bound.",
    metrics={
        "error": Metric("error of the closed forms", "lower", "of W1, JS and TV over all theta"),
        "distance_error": Metric("relative error of the distance", "lower", "largest over theta"),
        "least_js": Metric("bound of the JS divergence", "higher", "smallest over theta"),
    },
    claims=(
        Claim(
            "W1 = |theta|, JS = log 2 and TV = 1 for every theta but 0: the largest error",
            "Example 1",
            lambda records: scores_of("exact", "error", records)[:1],
            below=1e-9,
            unit="exact",
        ),
        Claim(
            "The critic's distance is |theta| within 5 %: the largest relative error",
            "Figure 1, left: W1 is V-shaped",
            lambda records: scores_of("critic", "distance_error", records),
            below=0.05,
        ),
        Claim(
            "The classifier's bound is near log 2 = 0.693 for all theta but 0: the smallest bound",
            "Figure 1, right: JS is flat",
            lambda records: scores_of("classifier", "least_js", records),
            above=0.65,
        ),
    ),
    pictures=(
        Profile(
            label="theta",
            panels=(("w1", "Wasserstein distance"), ("js", "Jensen-Shannon divergence")),
            caption="The closed forms, and the estimates of a critic and of a classifier for each "
            "theta: mean over seeds, with a band from the lowest to the highest.",
        ),
    ),
    scales={
        "smoke": Scale(lambda: cells(2, (-1.0, 0.0, 1.0)), seeds=1, judged=False),
        "small": Scale(lambda: cells(200), seeds=10),
    },
)

if __name__ == "__main__":
    from jaxgan.cli.main import main

    main(["run", "parallel_lines", *sys.argv[1:]])
