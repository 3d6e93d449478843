"""Each f-divergence fits its own Gaussian to two modes, from covering both to seeking one.

Claim     trained on its variational bound, each f-divergence finds the Gaussian that is best by
          that divergence, so that no other is better in its column; widths and means order them
          from Pearson, which covers both modes, to reverse KL, which seeks the larger one.
Paper     Nowozin, Cseke, Tomioka, f-GAN, 2016, Section 2.4: a Gaussian fitted to a mixture.
          https://arxiv.org/abs/1606.00709
Differs   the paper does not state its mixture; here it is 0.65 N(2, 1.5^2) + 0.35 N(-1, 0.5^2),
          whose best Gaussians are found by quadrature. Critic (2 layers of 64, tanh) and batch
          (1,024) are the paper's, but both networks use Adam, at rates that fall from 3e-3 and 3e-2
          to 0, with 5 critic steps for each of 500 generator steps, from N(0, 3^2).
Expect    scale small, 10 + 10 seeds, 10 min 56 s on 1 x cpu, 2 cores. Its claims: holds 0.0404 |
          holds 0.0494, again holds 0.0559 | holds 0.0683, again holds 0.065 | holds 0.0231, again
          holds 0.0207 | holds 0.000717, again undecided -0.000221 | holds 0.0126, again holds
          0.0128 | holds 0.0866, again holds 0.095 | holds 0.0187, again holds 0.0178 | holds
          0.0142, again holds 0.0155

    jaxgan run divergences
"""

from __future__ import annotations

import dataclasses
import sys
from functools import cache, partial
from pathlib import Path

import flax.linen as nn
import jax.numpy as jnp
import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm

from jaxgan import study
from jaxgan.data import from_arrays
from jaxgan.divergences import Name, divergence, f_divergence
from jaxgan.networks import Normal
from jaxgan.objectives import FGAN
from jaxgan.optimizers import Linear, adam
from jaxgan.study import Claim, Measurement, Metric, Moment, Record, Records, Scale, Training
from jaxgan.training import Networks, Recipe, Setup, score

SHARES, MEANS, STDS = np.array([0.65, 0.35]), np.array([2.0, -1.0]), np.array([1.5, 0.5])
NAMES: tuple[Name, ...] = ("pearson", "kl", "jensen_shannon", "jeffrey", "reverse_kl")
GRID, SHOWN = np.linspace(-22, 24, 9201), np.linspace(-4, 7, 111)


def log_p(x: np.ndarray) -> np.ndarray:
    """The log-density of the mixture."""
    return np.logaddexp.reduce(np.log(SHARES) + norm.logpdf(x[:, None], MEANS, STDS), axis=1)


def apart(name: Name, mu: float, sigma: float) -> float:
    """The divergence of the mixture and a Gaussian."""
    return divergence(
        f_divergence(name), log_p, partial(norm.logpdf, loc=mu, scale=sigma), GRID[::50]
    )


@cache
def best(name: Name) -> np.ndarray:
    """Mean and standard deviation of the Gaussian with the least divergence."""
    options = {"xatol": 1e-8, "fatol": 1e-14}
    found = minimize(lambda x: apart(name, *x), (1.0, 1.8), method="Nelder-Mead", options=options)
    return np.asarray(found.x)


def exact(seed: int, folder: Path) -> Record:
    """The smallest step in the order of the best Gaussians."""
    del seed, folder
    steps, density = np.diff([best(name) for name in NAMES], axis=0) * (1, -1), np.exp(log_p(SHOWN))
    arrays = {"x": SHOWN, "best": density, "trained": density}
    return Record({"steps": float(steps.min())}, {}, arrays)


@dataclasses.dataclass(frozen=True)
class Fit:
    """Compares a training on a divergence with the best Gaussian."""

    name: Name

    def __call__(self, moment: Moment) -> Measurement:
        """The parameters, all divergences, and by how much the critic's bound is below its own."""
        params, row = moment.state.generator.params, f_divergence(self.name)
        fit = np.array([params["bias"][0], abs(params["kernel"][0, 0])], float)
        v = score(moment.setup.networks, moment.state, jnp.asarray(GRID, jnp.float32)[:, None])
        p, q = np.exp(log_p(GRID)), norm.pdf(GRID, *fit)
        bound = np.trapezoid(p * row.activation(v) - q * row.fake_term(v), GRID)
        scores = {name: apart(name, *fit) for name in NAMES}
        scores |= {"mu": fit[0], "sigma": fit[1], "below": scores[self.name] - float(bound)}
        scores["error"] = float(np.abs(fit - best(self.name)).max())
        densities = {"best": norm.pdf(SHOWN, *best(self.name)), "trained": norm.pdf(SHOWN, *fit)}
        return Measurement(scores, {}, {"x": SHOWN, **densities})


def cells(steps: int) -> dict:
    """The best Gaussians, and a training on each divergence."""
    draw = np.random.default_rng(0)
    mode = draw.choice(2, 100_000, p=SHARES)
    real = from_arrays(draw.normal(MEANS[mode], STDS[mode])[:, None])
    gaussian = nn.Dense(1, kernel_init=nn.initializers.constant(3.0))
    critic = nn.Sequential((nn.Dense(64), nn.tanh, nn.Dense(64), nn.tanh, nn.Dense(1), jnp.ravel))
    networks = Networks(gaussian, critic, Normal(1))
    first, second = (
        adam(Linear(rate, 0.0, updates), b1=0.5)
        for rate, updates in ((3e-2, steps), (3e-3, 5 * steps))
    )

    def cell(name: Name) -> Training:
        recipe = Recipe(FGAN(name), first, second, n_critic=5)
        return Training(Setup(networks, recipe, real, 1024, steps), Fit(name))

    return {"exact": exact, **{name: cell(name) for name in NAMES}}


def scores_of(metric: str, records: Records) -> np.ndarray:
    """A score of each training, `[divergence, seed]`."""
    return np.array([[record.scores[metric] for record in records[name]] for name in NAMES])


def steps_of(records: Records) -> list[float]:
    """The smallest step of mu and -sigma in the order of `NAMES`."""
    found = [scores_of("mu", records), -scores_of("sigma", records)]
    return np.diff(found, axis=1).min((0, 1)).tolist()


def margin(name: Name, records: Records) -> list[float]:
    """How much lower the winner of a column is than all others, relative."""
    column, own = scores_of(name, records), NAMES.index(name)
    return (np.delete(column, own, axis=0).min(0) / column[own] - 1).tolist()


def largest(metric: str, records: Records) -> list[float]:
    """The largest score of the trainings."""
    return scores_of(metric, records).max(0).tolist()


ORDER = (
    "become narrower and move to the larger mode from Pearson over KL, JS and Jeffrey to reverse "
    "KL: the smallest step of mu and sigma"
)
BEST, TRAINED = f"The best Gaussians {ORDER}", f"Trained Gaussians {ORDER}"
ERROR = "Trained mu and sigma are within 0.1 of the best: the largest error of the five"
BOUND = "The critic's bound is within 0.055 of the divergence: the largest difference of the five"
WINS = "{} is lowest where it is trained: how much higher, relative, the next one is"
TABLE = "its table: sigma* 1.93, 1.83, 1.75, 1.70, 1.63 and mu* 0.57, 1.01, 1.31, 1.32, 1.58"
FITTED = "its table: yes, but for Jeffrey, with sigma 1.81 and mu 1.23"
DIAGONAL = "its table: the least value of each column is that of its own training"
# Measured: Jeffrey's bound is the least tight (0.015), and its fit, at mu 1.11 and sigma 1.84, is
# nearly the Gaussian of the least JS (1.09, 1.85): so JS is not always lowest where it is trained.
CLAIMS = (
    study.threshold(BEST, TABLE, "steps", "exact", above=0.0, unit="exact"),
    Claim(ERROR, "its table: up to 0.11", partial(largest, "error"), below=0.1),
    *(
        Claim(WINS.format(label), DIAGONAL, partial(margin, name), above=0.0)
        for name, label in zip(NAMES, ("Pearson", "KL", "JS", "Jeffrey", "Reverse KL"), strict=True)
    ),
    Claim(TRAINED, FITTED, steps_of, above=0.0),
    Claim(BOUND, "its table: up to 0.055", partial(largest, "below"), below=0.055),
)
EXPERIMENT = study.Experiment(
    about=__doc__,
    protocol="Divergences of the true mixture and N(mu, sigma^2), and the critic's bound, by "
    "quadrature, without samples. JS is in the paper's scale, twice the usual one.",
    metrics={
        "steps": Metric("smallest step of the order", "higher"),
        "error": Metric("largest error of mu and sigma", "lower"),
        "below": Metric("divergence minus bound", "lower"),
        "mu": Metric("mu", "higher"),
        "sigma": Metric("sigma", "higher"),
        **{name: Metric(f"{name.replace('_', ' ')} divergence", "lower") for name in NAMES},
    },
    claims=CLAIMS,
    pictures=(
        study.Profile(
            panels=(("best", "best Gaussians"), ("trained", "trained Gaussians")),
            lines=True,
            file="densities.png",
            caption="The mixture (exact) and the Gaussian of the least divergence, by quadrature "
            "and trained: mean over seeds, with a band from the lowest to the highest.",
        ),
        study.Curves(losses=()),
    ),
    scales={
        "smoke": Scale(lambda: cells(1), seeds=1, judged=False),
        "small": Scale(lambda: cells(500), seeds=10),
    },
)

if __name__ == "__main__":
    from jaxgan.cli.main import main

    main(["run", "divergences", *sys.argv[1:]])
