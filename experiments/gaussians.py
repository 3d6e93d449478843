"""GAN, WGAN and WGAN-GP on a grid of 25 Gaussians: who finds the modes.

Claim     with the same networks and as many generator steps, the gradient penalty covers more of
          the 25 modes than weight clipping and than the non-saturating GAN.
Paper     Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Figure 1 (the data, the
          networks and the penalty's weight 0.1 of its code). https://arxiv.org/abs/1704.00028
          Scores as in Lin et al., PacGAN, 2018, Table 1. https://arxiv.org/abs/1712.04086
Differs   3 hidden layers of 128 instead of 512, 3,000 generator steps at a learning rate of 1e-3
          instead of 100,000 at 1e-4 (scale paper: as published); the paper shows value surfaces
          of critics and counts no modes.
Expect    4 to 10 minutes on two CPU cores, by what else they do; verdicts in README.md.

    jaxgan run gaussians --seeds 3
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping

import jax
import numpy as np

from jaxgan import recipes
from jaxgan.architectures import mlp
from jaxgan.comparison import Comparison, Judge, Scale
from jaxgan.data import load
from jaxgan.data.synthetic import TWENTY_FIVE_STD, twenty_five_centers, twenty_five_gaussians
from jaxgan.divergences import wasserstein1
from jaxgan.metrics import mode_coverage
from jaxgan.outcome import Metric
from jaxgan.pictures import pictures_of_points
from jaxgan.types import Dataset
from jaxgan.verdict import Claim, Scores

POINTS_OF_W1 = 1000


def score(real: jax.Array, samples: jax.Array) -> Mapping[str, float]:
    """Modes and high-quality share at 3 and 10 deviations, reverse KL, exact W1."""
    near, far = (
        mode_coverage(samples, twenty_five_centers(), TWENTY_FIVE_STD, within)
        for within in (3.0, 10.0)
    )
    return {
        "modes_3": float(near.modes),
        "modes_10": float(far.modes),
        "quality_3": float(near.high_quality),
        "quality_10": float(far.high_quality),
        "reverse_kl": float(far.reverse_kl),
        "w1": wasserstein1(np.asarray(samples[:POINTS_OF_W1]), np.asarray(real[:POINTS_OF_W1])),
    }


def make_judge(data: Dataset) -> Judge:
    """Scores against the data; the references are those of as many fresh real points."""
    fresh = twenty_five_gaussians(jax.random.key(1), 2500)
    return Judge(functools.partial(score, data.real), score(data.real, fresh))


def advantage(name: str, over: str) -> Claim:
    """That WGAN-GP reaches more modes than another arm."""

    def measure(scores: Scores) -> list[float]:
        pairs = zip(scores["wgan_gp"]["modes_10"], scores[over]["modes_10"], strict=True)
        return [a - b for a, b in pairs]

    return Claim(
        f"WGAN-GP reaches more of the 25 modes (within 10 deviations) than {name}",
        "The paper counts no modes; PacGAN's table has 17.3 of 25 for a GAN of other networks",
        measure,
    )


COMPARISON = Comparison(
    title="25 Gaussians: GAN, clipped WGAN, WGAN-GP",
    paper="Gulrajani et al., Improved Training of Wasserstein GANs, 2017",
    url="https://arxiv.org/abs/1704.00028",
    summary="The same multilayer perceptrons are trained with three recipes on a 5 x 5 grid of "
    "narrow Gaussians. A generator that collapses reaches few of the 25 modes.",
    differs="3 hidden layers of 128 and 3,000 generator steps at a learning rate of 1e-3, where "
    "the paper's code has 512 and 100,000 at 1e-4. Clipped WGAN keeps the paper's RMSProp with "
    "5e-5 and c = 0.01.",
    protocol="{samples} samples of the generator after {steps} generator steps, no moving "
    "average. A sample counts for its nearest mode if it lies within 3 (10) standard deviations; "
    "a mode counts with one such sample. Reverse KL in nats, of the histogram at 10 deviations. "
    f"W1 is exact, by assignment of {POINTS_OF_W1} samples to as many data points.",
    networks=mlp((2,), width=128, latent=2),
    arms={
        "gan": recipes.dcgan(learning_rate=1e-3),
        "wgan": recipes.wgan(),
        "wgan_gp": recipes.wgan_gp(learning_rate=1e-3, beta1=0.5, weight=0.1),
    },
    data=lambda: load("twenty_five_gaussians"),
    judge=make_judge,
    metrics={
        "modes_3": Metric("modes, 3 sd", "higher", "of 25, within 3 deviations"),
        "modes_10": Metric("modes, 10 sd", "higher", "of 25, within 10 deviations"),
        "quality_3": Metric("high quality, 3 sd", "higher", "a perfect sampler has 0.989"),
        "quality_10": Metric("high quality, 10 sd", "higher", "share within 10 deviations"),
        "reverse_kl": Metric("reverse KL", "lower", "nats; 0 is uniform, log 25 = 3.2 one mode"),
        "w1": Metric("W1", "lower", "exact, in units of the data; the reference is its floor"),
    },
    claims=(advantage("the GAN", "gan"), advantage("clipped WGAN", "wgan")),
    scales={
        "smoke": Scale(steps=2, batch_size=64, samples=1000, judged=False),
        "small": Scale(steps=3000, batch_size=256, samples=2500),
        "paper": Scale(
            steps=100_000,
            batch_size=256,
            samples=2500,
            networks=mlp((2,), width=512, latent=2),
            arms={
                "gan": recipes.dcgan(learning_rate=1e-4),
                "wgan": recipes.wgan(),
                "wgan_gp": recipes.wgan_gp(beta1=0.5, weight=0.1),
            },
        ),
    },
    pictures=functools.partial(pictures_of_points, centers=twenty_five_centers()),
    best_by="w1",
)

if __name__ == "__main__":
    from jaxgan.cli import main

    main(["run", "gaussians", *sys.argv[1:]])
