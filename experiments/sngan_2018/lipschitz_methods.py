"""Six ways to bound a critic's slope: samples, slopes and the spectra of the weights.

Claim     spectral normalization keeps the largest singular value of every layer at 1 and, unlike
          clipping and weight normalization, many others near it, so that the critic uses more
          features; its generator's samples are closer to the data.
Paper     Miyato, Kataoka, Koyama, Yoshida, Spectral Normalization for Generative Adversarial
          Networks, 2018, Figures 3 and 9, Table 2. https://arxiv.org/abs/1802.05957
Differs   the paper has CIFAR-10 and STL-10, convolutions, Inception score and FID; R1 and the
          consistency term are not in it. Digits of 8 x 8 pixels, fully connected networks with
          three hidden layers of 64, exact W1 in pixel space. One training for all: non-saturating
          loss, Adam 5e-4 with beta 0.5 and 0.9, 5 critic steps, 500 generator steps, batches of
          64; only the bound differs: clipping at 0.01, the gradient penalty with weight 10, R1
          with gamma 10, and the consistency term with weight 2 beside the penalty.
Expect    scale small, 10 + 10 seeds, 10 min 19 s on 1 x cpu, 2 cores. Its claims: undecided 0.0856,
          again undecided 0.0908 | holds 0.6, again holds 0.601 | holds 35.2, again holds 36 | holds
          10.8, again holds 10.9 | undecided -0.104, again undecided -0.0104 | does not hold -0.208,
          again does not hold -0.171 | undecided -0.0206, again undecided 0.00275

    jaxgan run lipschitz_methods
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence

import jax
import numpy as np

from jaxgan import study
from jaxgan.data import load
from jaxgan.divergences import wasserstein1
from jaxgan.networks import Weights, presets
from jaxgan.objectives import NonSaturating
from jaxgan.optimizers import adam, chain, clip_params
from jaxgan.penalties import R1, Consistency, GradientPenalty, interpolate, norm_per_example
from jaxgan.study import Measurement, Metric, Moment, Scale, Training, advantage, threshold
from jaxgan.training import Recipe, Setup, sample, score

POINTS, LAYERS, SHOWN = 300, 3, 16
PENALTIES = {
    "penalty": (GradientPenalty(10.0),),
    "R1": (R1(10.0),),
    "consistency": (GradientPenalty(10.0), Consistency(2.0)),
}
WEIGHTS: dict[str, Weights] = {"spectral-norm": "spectral", "weight-norm": "weight"}
METHODS = ("spectral-norm", "weight-norm", "clipping", "penalty", "R1", "consistency")


def measure(moment: Moment) -> Measurement:
    """Exact W1, slopes between real and fake, and the spectra of the hidden layers."""
    networks, state, data = moment.setup.networks, moment.state, moment.setup.data
    of_real, of_fake, between = jax.random.split(moment.key, 3)
    real = jax.random.choice(of_real, data.real, (POINTS,), replace=False) / 127.5 - 1
    fake = sample(networks, state, of_fake, POINTS)
    points = interpolate(real, fake, jax.random.split(between, POINTS))
    critic = functools.partial(score, networks, state)
    slopes = norm_per_example(jax.grad(lambda x: critic(x).sum())(points))
    spectra = list(study.critic_spectra(state).values())[:LAYERS]
    scores = {
        "w1": wasserstein1(*(x.reshape(POINTS, -1) for x in (real, fake))),
        "slope": float(slopes.mean()),
        "largest_slope": float(slopes.max()),
        "rank": float(np.mean([study.effective_rank(values) for values in spectra])),
        "norm_error": float(max(abs(values[0] - 1) for values in spectra)),
    }
    every = max(1, len(spectra[-1]) // SHOWN)
    arrays = {
        f"layer {i + 1}": ((values / values[0]) ** 2)[::every] for i, values in enumerate(spectra)
    }
    return Measurement(scores, {}, {"x": 1 + np.arange(len(spectra[-1]))[::every], **arrays})


def cells(methods: Sequence[str], steps: int, width: int) -> dict:
    """A training per method."""

    def cell(method: str) -> Training:
        dropout, weights = 0.5 * (method == "consistency"), WEIGHTS.get(method, "none")
        networks = presets.mlp(
            (8, 8, 1), width, LAYERS, 16, dropout=dropout, critic_weights=weights
        )
        optimizer = adam(5e-4, b1=0.5, b2=0.9)
        clipped = chain(optimizer, clip_params(0.01)) if method == "clipping" else optimizer
        penalties = PENALTIES.get(method, ())
        recipe = Recipe(NonSaturating(), optimizer, clipped, penalties, n_critic=5)
        return Training(Setup(networks, recipe, load("digits"), 64, steps), measure)

    return {method: cell(method) for method in methods}


NORM = "Every hidden layer's largest singular value is 1 within 0.08: the largest error"
SLOPE = "The largest slope with spectral normalization is below 1.08^4 = 1.36"
RANK = "The effective rank is higher with spectral normalization than with {}".format
BETTER = "The samples have a lower W1 with spectral normalization than with {}".format
SPECTRA, TABLE = (
    "Figure 3: broad against a few large values",
    "Table 2, FID: 29.3 against {}".format,
)
SN, WN = "spectral-norm", "weight-norm"
CLAIMS = (
    threshold(NORM, "Figure 9: 1 to 1.05", "norm_error", SN, below=0.08),
    threshold(
        SLOPE, "Section 2.1: at most the product of the norms", *("largest_slope", SN), below=1.36
    ),
    advantage(RANK("clipping"), SPECTRA, "rank", SN, "clipping"),
    advantage(RANK("weight normalization"), SPECTRA, "rank", SN, WN),
    advantage(BETTER("clipping"), TABLE(42.6), "w1", SN, "clipping", "lower"),
    advantage(BETTER("weight normalization"), TABLE(34.7), "w1", SN, WN, "lower"),
    advantage(BETTER("the gradient penalty"), TABLE(37.7), "w1", SN, "penalty", "lower"),
)
EXPERIMENT = study.Experiment(
    about=__doc__,
    protocol="W1: exact, of 300 samples and 300 real examples. Slopes: at 300 points between them. "
    "Effective rank: exp of the entropy of the squared singular values, mean of three layers.",
    metrics={
        "w1": Metric("W1 of the samples", "lower"),
        "slope": Metric("mean slope of the critic", "lower"),
        "largest_slope": Metric("largest slope of the critic", "lower"),
        "rank": Metric("effective rank of the hidden layers", "higher", "at most 64"),
        "norm_error": Metric("largest |singular value - 1|", "lower", "first values of the layers"),
    },
    claims=CLAIMS,
    pictures=(
        study.Profile(
            label="index of the singular value",
            panels=tuple((f"layer {i + 1}", f"squares, layer {i + 1}") for i in range(LAYERS)),
            file="spectra.png",
            caption="Squared singular values of each hidden layer, divided by the largest.",
        ),
        study.Curves(losses=()),
    ),
    scales={
        "smoke": Scale(lambda: cells(METHODS[:4], 1, 4), seeds=1, judged=False),
        "small": Scale(lambda: cells(METHODS, 500, 64), seeds=10),
    },
)

if __name__ == "__main__":
    from jaxgan.cli.main import main

    main(["run", "lipschitz_methods", *sys.argv[1:]])
