"""A critic overfits a small training set, and its gap on held-out examples shows it.

Claim     on few training images the critic's gap (mean real score - mean fake score) on them rises
          above its gap on held-out images, more and more, with a gradient penalty and with
          clipping: the critic overfits, faster than the generator. With many images it does less.
Paper     Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Section 5.3, Figure 5b.
          https://arxiv.org/abs/1704.00028
Differs   200 of 1,797 digits of 8 x 8 pixels instead of 1,000 of MNIST; two layers of 128 units
          instead of convolutions; 500 steps instead of about 20,000, with larger learning rates:
          1e-3 for the penalty, 5e-4 and c = 0.1 for clipping. The paper's curves are losses, which
          include the penalty; gaps do not. The cell with many images is ours.
Expect    scale small, 10 + 10 seeds, 7 min 31 s on 1 x cpu, 2 cores. Its claims: undecided 0.848,
          again undecided 0.822 | holds 0.991, again holds 0.994 | undecided 0.627, again holds
          0.288 | holds 0.199, again holds 0.232 | undecided -0.0297, again undecided 0.269 | holds
          0.269, again holds 0.228 | holds 0.742, again holds 0.751

    jaxgan run overfitting_toy
"""

from __future__ import annotations

import sys

import jax.numpy as jnp
import numpy as np

from jaxgan import recipes, study
from jaxgan.data import digits, from_arrays
from jaxgan.networks import presets
from jaxgan.study import Measurement, Metric, Moment, Scale, Training, advantage, threshold
from jaxgan.training import Recipe, Setup, sample

FEW, MANY, MOMENTS = 200, 1200, 20
QUARTER = MOMENTS // 4


def gaps(moment: Moment) -> Measurement:
    """The critic's gaps on training and on held-out images, and how they have changed."""
    fakes = sample(moment.setup.networks, moment.state, moment.key, 1000)
    now = study.critic_gaps(moment, jnp.asarray(study.shuffled(digits())[MANY:]), fakes)
    past = {name: moment.values(name, value) for name, value in now.items()}
    since = {
        name: now[name] - values[min(QUARTER, len(values) - 1)] for name, values in past.items()
    }
    apart = past["apart"]
    trend = study.rank_correlation(np.arange(len(apart)), apart) if len(apart) > 2 else 0.0
    return Measurement(now | {"trend": trend, "rise": since["train"], "fall": -since["held_out"]})


def cells(steps: int, width: int) -> dict:
    """Few images with both constraints, and many images with the penalty."""
    networks = presets.mlp((8, 8, 1), width=width, depth=2, latent=32)
    moments = sorted({round(x) for x in np.linspace(0, steps, MOMENTS + 1)})

    def cell(recipe: Recipe, n: int) -> Training:
        setup = Setup(networks, recipe, from_arrays(study.shuffled(digits())[:n]), 50, steps)
        return Training(setup, gaps, moments)

    wgan_gp = recipes.wgan_gp(1e-3, beta1=0.5)
    return {
        "wgan": cell(recipes.wgan(5e-4, c=0.1), FEW),
        "wgan_gp": cell(wgan_gp, FEW),
        "wgan_gp_many": cell(wgan_gp, MANY),
    }


FIGURE = "Figure 5b: the curves of training and validation diverge"
APART = "The difference of the gaps grows with {}: its rank correlation with the step"
RISE = "The gap on training images rises with {}, from a quarter of the steps to the end"
FALL = "The gap on held-out images falls with {}, from a quarter of the steps to the end"
FEWER = "The gaps differ more with 200 training images than with 1,200"
ARMS = {"wgan": "clipping", "wgan_gp": "the gradient penalty"}
EXPERIMENT = study.Experiment(
    about=__doc__,
    protocol="Gaps of the critic (mean real score - mean fake score) on all training images and on "
    "597 held-out images, with 1,000 samples, at 21 moments; critics differ in scale, so gaps of "
    "different constraints cannot be compared.",
    metrics={
        "train": Metric("critic gap on training images", "higher"),
        "held_out": Metric("critic gap on held-out images", "higher"),
        "apart": Metric("difference of the gaps", "lower", "training - held-out"),
        "trend": Metric("trend of the difference", "lower", "rank correlation with the step"),
        "rise": Metric("rise of the training gap", "lower", "since a quarter of the steps"),
        "fall": Metric("fall of the held-out gap", "lower", "since a quarter of the steps"),
    },
    claims=(
        *(
            threshold(sentence.format(arm), FIGURE, metric, cell, above=least)
            for sentence, metric, least in (
                (APART, "trend", 0.8),
                (RISE, "rise", 0.0),
                (FALL, "fall", 0.0),
            )
            for cell, arm in ARMS.items()
        ),
        advantage(FEWER, "none: one size of the set", "apart", "wgan_gp", over="wgan_gp_many"),
    ),
    pictures=(
        study.Overlay(
            series=(("train", "training images"), ("held_out", "held-out images")),
            caption="The critic's gap on training and on held-out images over generator steps: the "
            "mean over seeds, with a band from the lowest to the highest.",
        ),
    ),
    scales={
        "smoke": Scale(lambda: cells(1, 4), seeds=1, judged=False),
        "small": Scale(lambda: cells(500, 128), seeds=10),
    },
)

if __name__ == "__main__":
    from jaxgan.cli.main import main

    main(["run", "overfitting_toy", *sys.argv[1:]])
