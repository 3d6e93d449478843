"""From uniform to normal numbers: by the inverse distribution function, and by a trained generator.

Claim     the inverse distribution function turns U[0, 1] into N(0, 1) exactly. A generator trained
          on the Jensen-Shannon divergence of two histograms does it up to the width of a bin. In
          many dimensions this fails: samples of one distribution share no bin, and look disjoint.
Paper     Su, The art of adversarial training: GAN and WGAN, 2017, sections on generating random
          numbers and on the loss (no figure). https://kexue.fm/archives/4439
Differs   the article argues and trains nothing. Its divergence, half of Jeffreys', is infinite if
          one histogram is empty there; ours is Jensen-Shannon's, in 50 bins from -5 to 5. The
          generator has 3 layers of 64 and takes 1,000 Adam steps at a rate that falls from 1e-3 to
          0, with batches of 256. The article counts 2^784 bins, here there are up to 50^8.
Expect    scale small, 10 + 10 seeds, 18 s on 1 x cpu, 2 cores. Its claims: holds 0.000125 | holds
          0.773, again holds 0.972 | undecided 0.0745, again holds 0.0543 | undecided 0.138, again
          holds 0.104 | holds 0.0314, again holds 0.0286 | holds 9.79e-17, again holds 2.03e-16

    jaxgan run inverse_transform
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from scipy.stats import entropy, kstest, kstwobign, norm

from jaxgan.data import from_arrays
from jaxgan.divergences import wasserstein1
from jaxgan.networks import Identity, MLPGenerator, Uniform
from jaxgan.objectives import HistogramJS
from jaxgan.optimizers import Linear, adam
from jaxgan.study import (
    Experiment,
    Measurement,
    Metric,
    Moment,
    Profile,
    Record,
    Scale,
    Training,
    threshold,
)
from jaxgan.training import Networks, Recipe, Setup, generate

LOSS = HistogramJS()
WIDTH = (LOSS.high - LOSS.low) / LOSS.bins
FULLEST = round(float(norm.cdf(WIDTH) - norm.cdf(0)), 4)  # the fullest bin's mass, at 0
POINTS, DRAWS = 4000, 10_000
MIDPOINTS = (np.arange(POINTS) + 0.5) / POINTS


def distances(points: np.ndarray) -> tuple[dict[str, float], dict, dict[str, np.ndarray]]:
    """KS and W1 between the images of the midpoints and N(0, 1), and their quantiles."""
    wanted = norm.ppf(MIDPOINTS)
    w1 = wasserstein1(points[:, None], wanted[:, None])
    scores = {"ks": float(kstest(points, norm.cdf).statistic), "w1": w1}
    return scores, {}, {"u": MIDPOINTS[50::100], "quantiles": np.sort(points)[50::100]}


def exact(seed: int, folder: Path) -> Record:
    """The inverse distribution function, at the midpoints and at random numbers."""
    del folder
    scores, _, arrays = distances(norm.ppf(MIDPOINTS))
    drawn = norm.ppf(np.random.default_rng(seed).uniform(size=DRAWS))
    scores["root_n_ks"] = math.sqrt(DRAWS) * float(kstest(drawn, norm.cdf).statistic)
    return Record(scores, {}, arrays)


def trained(moment: Moment) -> Measurement:
    """The distances of a trained generator."""
    latents = jnp.asarray(MIDPOINTS, jnp.float32)[:, None]
    points = generate(moment.setup.networks, moment.state, latents)
    return Measurement(*distances(np.asarray(points[:, 0], float)))


def compare(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """The JS divergence of two histograms, and the number of pairs that share a bin."""
    both = np.concatenate([x, y])
    places = np.clip((both - LOSS.low) / WIDTH, 0, LOSS.bins - 1).astype(np.int64)
    bins = places @ LOSS.bins ** np.arange(x.shape[1])  # 50^d fits 64 bits up to d = 11
    found, index = np.unique(bins, return_inverse=True)
    p, q = (np.bincount(half, minlength=len(found)) for half in np.split(index, 2))
    return float(entropy(p, p + q) + entropy(q, p + q)) / 2, float(p @ q)


def counted(seed: int, folder: Path) -> Record:
    """Histograms of normal samples in more and more dimensions."""
    del folder
    draw, x = np.random.default_rng(seed), np.arange(1, 9)
    edges = norm.cdf([-np.inf, *(LOSS.low + WIDTH * np.arange(1, LOSS.bins)), np.inf])
    expected = DRAWS**2 * (np.diff(edges) ** 2).sum() ** x
    samples = [draw.normal(size=(2, DRAWS, d)) for d in x]
    same, pairs = np.transpose([compare(one, other) for one, other in samples])
    apart = np.asarray([compare(one, other + 1)[0] for one, other in samples])
    error, more = np.abs(pairs / expected - 1)[:4].max(), apart - same
    scores = {"pairs_error": float(error), "seen": float(more[-1] / more[0])}
    return Record(scores, {}, {"d": x, "same": same, "shifted": apart})


def cells(width: int, steps: int) -> dict:
    """The closed form, the generator, and the histograms."""
    real = from_arrays(np.random.default_rng(0).normal(size=(100_000, 1)))
    optimizer = adam(Linear(1e-3, 0.0, steps), b1=0.5)
    recipe = Recipe(LOSS, optimizer, optimizer, n_critic=0)
    networks = Networks(MLPGenerator((1,), width, 3), Identity(), Uniform(1, 0.0, 1.0))
    setup = Setup(networks, recipe, real, 256, steps)
    return {"exact": exact, "histogram": Training(setup, trained, (steps,)), "counted": counted}


CLAIMS = (
    threshold(
        "The inverse distribution function is exact: the KS distance of n midpoints is the least "
        "that n points can have, 1 / (2 n)",
        "y = Phi^-1(x)",
        "ks",
        "exact",
        below=1 / (2 * POINTS) + 1e-9,
        unit="exact",
    ),
    threshold(
        "With random numbers it errs as 95 % of samples of N(0, 1) do: KS distance times sqrt(n)",
        "y = Phi^-1(x)",
        "root_n_ks",
        "exact",
        below=round(float(kstwobign.ppf(0.95)), 3),
    ),
    # Measured: undecided only due to seed 3 (KS 0.32; the other 19 have at most 0.071), whose map
    # makes no number below -0.5: its loss fell from 0.18 after 100 steps to only 0.13.
    *(
        threshold(sentence, "the loss of two histograms", metric, "histogram", below=scale)
        for sentence, metric, scale in (
            ("The generator errs by less than the mass of the fullest bin: KS", "ks", FULLEST),
            ("The generator errs by less than the width of a bin: W1", "w1", WIDTH),
        )
    ),
    threshold(
        "n^2 (sum of p^2)^d pairs share a bin: the largest relative error up to d = 4",
        "bins^d bins are too many: 2^784 for the pixels of a digit",
        "pairs_error",
        "counted",
        below=0.05,
    ),
    threshold(
        "In 8 dimensions histograms cannot tell N(0, I) from N(1, I): how much more they diverge "
        "than those of N(0, I) alone, as a share of the same in 1 dimension",
        "one variable suffices for this loss, and many are too many",
        "seen",
        "counted",
        below=0.02,
    ),
)
EXPERIMENT = Experiment(
    about=__doc__,
    protocol=f"KS distance and exact W1 to N(0, 1) of the images of {POINTS:,} midpoints of equal "
    f"parts of [0, 1], which have no sampling error. Histograms: {DRAWS:,} examples of each "
    "distribution, bins of width 0.2 in every dimension, each example counted in one bin.",
    metrics={
        "ks": Metric("Kolmogorov-Smirnov distance", "lower"),
        "w1": Metric("Wasserstein-1 distance", "lower"),
        "root_n_ks": Metric("sqrt(n) times the KS distance of random numbers", "lower"),
        "pairs_error": Metric("relative error of the number of pairs in one bin", "lower"),
        "seen": Metric("share of the difference that 8 dimensions leave", "higher"),
    },
    claims=CLAIMS,
    pictures=(
        Profile(
            x="u",
            label="share of the numbers",
            panels=(("quantiles", "quantile"),),
            file="quantiles.png",
            caption="Quantiles of N(0, 1), the inverse distribution function itself, and of what "
            "trained generators make. Their maps differ: some fall, or rise and fall.",
        ),
        Profile(
            x="d",
            label="dimensions",
            panels=(("shifted", "JS of N(0, I) and N(1, I)"), ("same", "JS of N(0, I) and itself")),
            file="dimensions.png",
            caption="Divergence of two histograms, from 0 (equal) to log 2 = 0.69 (disjoint).",
        ),
    ),
    scales={
        "smoke": Scale(lambda: cells(8, 1), seeds=1, judged=False),
        "small": Scale(lambda: cells(64, 1000), seeds=10),
    },
)

if __name__ == "__main__":
    from jaxgan.cli.main import main

    main(["run", "inverse_transform", *sys.argv[1:]])
