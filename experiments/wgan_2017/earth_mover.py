"""The earth mover's distance: a transport plan, and critics that estimate what it costs.

Claim     the cheapest plan costs as much as the area between the distribution functions, and as
          the best critic's gap. A trained critic's gap is W1 times its slope K, however K is
          bounded. Samples alone overestimate W1 in many dimensions, a critic does not.
Paper     Arjovsky, Chintala, Bottou, Wasserstein GAN, 2017, Sections 2 and 3, as drawn in lectures:
          piles of earth, and a matrix of moves. https://arxiv.org/abs/1701.07875
Differs   the paper and the lectures have no numbers. Piles at 0 to 5; N(0, I) and N(m, I) with
          |m| = 2, so that W1 = 2 in every dimension. Critics: two hidden layers of 64, 1,500 steps
          of Adam from 1e-3 to 0, batches of 256; clipping at 0.1, penalty weight 10, or spectral
          normalization. K is the mean gradient norm between pairs.
Expect    scale small, 10 + 10 seeds, 10 min 56 s on 1 x cpu, 2 cores. Its claims: holds 2.22e-16 |
          holds 0.0292, again holds 0.0321 | holds 0.0137, again holds 0.0128 | does not hold
          0.0796, again does not hold 0.0786 | does not hold 0.0407, again does not hold 0.0438 |
          holds 2.03, again holds 2.02 | holds 0.0125, again holds 0.00142

    jaxgan run earth_mover
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan import study
from jaxgan.data import from_arrays
from jaxgan.divergences import kantorovich_potential, transport_plan, wasserstein1
from jaxgan.networks import Identity, MLPCritic, Normal
from jaxgan.objectives import Wasserstein
from jaxgan.optimizers import Linear, adam, chain, clip_params, sgd
from jaxgan.penalties import GradientPenalty, interpolate, norm_per_example
from jaxgan.study import Measurement, Metric, Moment, Profile, Record, Scale, Training, threshold
from jaxgan.training import Networks, Recipe, Setup, sample, score

W1, PILES = 2.0, np.arange(6.0)
METHODS = ("penalty", "spectral-norm", "clipping")
FROM, TO = np.array([6, 4, 2, 2, 2, 4]) / 20, np.array([1, 2, 3, 3, 6, 5]) / 20


def plans(cheapest: bool, seed: int, folder: Path) -> Record:
    """The cheapest plan, beside the best critic's gap and the area; or one that ignores costs."""
    at = PILES[:, None]
    if not cheapest:
        return Record({}, {}, {"plan": FROM[:, None] * TO[None], "plan/x": PILES, "plan/y": PILES})
    plan = transport_plan(at, at, FROM, TO)
    x, y = (np.repeat(at, np.round(20 * mass).astype(int), axis=0) for mass in (FROM, TO))
    critic = kantorovich_potential(x, y)
    costs = (plan * np.abs(at - at.T)).sum(), critic(x).mean() - critic(y).mean()
    error = np.abs(np.asarray(costs) - wasserstein1(at, at, FROM, TO)).max()
    return Record({"error": float(error)}, {}, {"plan": plan, "plan/x": PILES, "plan/y": PILES})


def samples_only(dimension: int, sizes: tuple[int, ...], seed: int, folder: Path) -> Record:
    """The relative error of the exact distance of n samples and n others."""
    del folder
    errors = []
    for n in sizes:
        x, y = jax.random.normal(jax.random.key(seed), (2, n, dimension))
        errors.append(wasserstein1(x.at[:, 0].add(W1), y) / W1 - 1)
    arrays = {"n": np.log2(sizes), "sample_error": np.asarray(errors)}
    return Record({"sample_error": errors[-1]}, {}, arrays)


def estimate(moment: Moment) -> Measurement:
    """The relative error of the gap, and of the gap divided by K."""
    networks, state = moment.setup.networks, moment.state
    of_real, of_fake, between = jax.random.split(moment.key, 3)
    fake = sample(networks, state, of_fake, 4096)
    real = jax.random.normal(of_real, fake.shape).at[:, 0].add(W1)
    critic = functools.partial(score, networks, state)
    points = interpolate(real, fake, jax.random.split(between, 4096))
    k = norm_per_example(jax.grad(lambda x: critic(x).sum())(points)).mean()
    gap = critic(real).mean() - critic(fake).mean()
    errors = {"raw": gap / W1 - 1, "divided": gap / jnp.maximum(k, 1e-30) / W1 - 1}
    return Measurement({name: float(error) for name, error in errors.items()})


def largest(x: np.ndarray, found: Mapping[str, np.ndarray]) -> dict[str, float]:
    """The largest errors over the dimensions; the penalty makes the gap W1 / 20 too large."""
    del x
    errors = {"theory": found["raw"] - W1 / 20, **found}
    return {name: float(np.abs(values).max()) for name, values in errors.items()}


def training(method: str, dimension: int, steps: int, width: int) -> Training:
    """A critic between the two Gaussians."""
    clip = (clip_params(0.1),) if method == "clipping" else ()
    optimizer = chain(adam(Linear(1e-3, 0.0, steps), b1=0.5, b2=0.9), *clip)
    penalties = (GradientPenalty(10.0),) if method == "penalty" else ()
    recipe = Recipe(Wasserstein(), sgd(0.0), optimizer, penalties, n_critic=10)
    critic = MLPCritic(width, 2, weights="spectral" if method == METHODS[1] else "none")
    real = np.random.default_rng(0).normal(size=(50_000, dimension))
    real[:, 0] += W1
    networks = Networks(Identity(), critic, Normal(dimension))
    setup = Setup(networks, recipe, from_arrays(real), 256, steps // 10)
    return Training(setup, estimate, (setup.steps,))


def cells(dimensions: tuple[int, ...], sizes: tuple[int, ...], steps: int, width: int) -> dict:
    """Two plans; critics of each method; samples in the first and the last dimension."""
    kinds = {"optimal": True, "independent": False}
    found: dict = {name: functools.partial(plans, kind) for name, kind in kinds.items()}
    for method in METHODS:
        trainings = {float(np.log2(d)): training(method, d, steps, width) for d in dimensions}
        found[method] = study.Sweep(trainings, largest)
    found["plane"] = functools.partial(samples_only, dimensions[0], sizes)
    found["many-dimensions"] = functools.partial(samples_only, dimensions[-1], sizes)
    return found


NONE, KW = "none: it has no numbers", "Section 3: the gap is K W1"
DUALITY = "The plan's cost, the area and the best critic's gap are equal: the largest difference"
CLOSE = "With {} the gap / K is W1 within 5 % in every dimension: the largest error".format
THEORY = "With the penalty the gap is W1 (1 + W1 / 20), 10 % too large, within 3 %: the error"
CURSE = "Of 512 samples the exact distance is over 50 % too large in 32 dimensions: the error"
PLANE = "Of 512 samples the exact distance is W1 within 10 % in the plane: the error"
CLAIMS = (
    threshold(DUALITY, "Section 3: duality", "error", "optimal", below=1e-9, unit="exact"),
    *(threshold(CLOSE(name), KW, "divided", name, below=0.05) for name in METHODS),
    # Measured: the penalty's K is 1.09, but gap / K is 1 to 2 % low, as is clipping's by 6 to 8 %:
    # the gradients are not everywhere along m, while spectral normalization finds a linear critic.
    threshold(THEORY, NONE, "theory", "penalty", below=0.03),
    threshold(CURSE, NONE, "sample_error", "many-dimensions", above=0.5),
    threshold(PLANE, NONE, "sample_error", "plane", below=0.1),
)
EXPERIMENT = study.Experiment(
    about=__doc__,
    protocol="4,096 fresh points of each Gaussian, and as many between them for K. Errors are "
    "relative to W1 = 2, the largest over dimensions 2, 8 and 32; of samples, at 512 of each.",
    metrics={
        "error": Metric("difference of the plan's cost, the area and the gap", "lower"),
        "raw": Metric("relative error of the gap", "lower"),
        "divided": Metric("relative error of the gap divided by K", "lower"),
        "theory": Metric("error of the gap beside W1 (1 + W1 / 20)", "lower", "relative to W1"),
        "sample_error": Metric("relative error of the exact distance of samples", "lower"),
    },
    claims=CLAIMS,
    pictures=(
        study.Plans(caption="A cheapest plan, and the plan that ignores distances."),
        Profile(
            label="dimension, as a power of 2",
            panels=(("raw", "relative error of the gap"), ("divided", "relative error of gap / K")),
            file="critics.png",
            caption="Errors of each critic's gap, and of the gap divided by its slope K.",
        ),
        Profile(
            x="n",
            label="samples, as a power of 2",
            panels=(("sample_error", "error of the exact distance of samples"),),
            file="samples.png",
            caption="The exact distance of n samples and n others: its relative error.",
        ),
    ),
    scales={
        "smoke": Scale(lambda: cells((2,), (4, 8), 20, 4), seeds=1, judged=False),
        "small": Scale(lambda: cells((2, 8, 32), (32, 64, 128, 256, 512), 1_500, 64), seeds=10),
    },
)

if __name__ == "__main__":
    from jaxgan.cli.main import main

    main(["run", "earth_mover", *sys.argv[1:]])
