"""Critics overfit a thousand digits, with a clip, a penalty and a consistency term.

Claim     on 1,000 training images the critic's gap (mean real score - mean fake score) on them
          rises above its gap on held-out images, more and more, with a gradient penalty and with
          clipping: the critic overfits. The consistency term of CT-GAN makes it overfit less.
Paper     Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Section 5.3, Figure 5b.
          https://arxiv.org/abs/1704.00028 The term: Wei, Gong, Liu, Lu, Wang, Improving the
          Improved Training of Wasserstein GANs, 2018, Section 3.1, Figure 2.
          https://arxiv.org/abs/1803.01541
Differs   two layers of 256 units instead of three convolutions (of 8 channels they overfit little
          in 400 steps), 1,000 steps instead of about 20,000, with learning rates of 5e-4 (penalty)
          and 1e-4 with c = 0.02 (clipping; at 5e-4 or c = 0.05 its gap was below 0 or jumped, on
          another seed). Dropout of 0.2 instead of 0.5, with which samples did not improve; the
          penalty alone has a cell with this dropout too. The paper's curves are losses, which
          include the penalty; gaps do not. The clipped critic does not overfit in these steps: its
          samples are still far from the data, at a Fréchet distance of 139 against 20 with the
          penalty. The consistency term slows the training, so its samples are at 38.
Expect    scale small, 5 + 5 seeds, 28 min 30 s on 1 x cpu, 2 cores. Its claims: does not hold
          -0.399, again does not hold -0.602 | holds 0.98, again holds 0.985 | holds 0.587, again
          holds 0.518 | holds 0.263, again holds 0.218 | holds 0.0768, again holds 0.0658 | holds
          0.0262, again undecided 0.0159 | does not hold -16.2, again does not hold -21.1 | does not
          hold -16.1, again does not hold -17.6

    jaxgan run overfitting
"""

from __future__ import annotations

import functools
import sys

import jax.numpy as jnp
import numpy as np

from jaxgan import recipes, study
from jaxgan.data import from_arrays, mnist_5k
from jaxgan.networks import presets
from jaxgan.study import (
    Claim,
    Measurement,
    Metric,
    Moment,
    Records,
    Scale,
    Training,
    advantage,
    threshold,
)
from jaxgan.training import Recipe, Setup, sample

FEW, HELD_OUT, MOMENTS, SHOWN = 1000, 1000, 20, 64
DIGITS = study.ClassifierScore("mnist_5k")


def measure(moment: Moment) -> Measurement:
    """The critic's gaps on training and on held-out images, and the distance of the samples."""
    fakes = sample(moment.setup.networks, moment.state, moment.key, 1000)
    scores = study.critic_gaps(moment, jnp.asarray(study.shuffled(mnist_5k())[-HELD_OUT:]), fakes)
    apart = moment.values("apart", scores["apart"])
    scores["trend"] = study.rank_correlation(np.arange(len(apart)), apart)
    scores["frechet"] = DIGITS(fakes)["frechet"]
    return Measurement(scores, {}, {"samples": np.asarray(fakes[:SHOWN])})


def cells(steps: int, width: int) -> dict:
    """Clipping, the gradient penalty without and with dropout, and the consistency term."""
    data = from_arrays(study.shuffled(mnist_5k())[:FEW])
    moments = sorted({round(x) for x in np.linspace(0, steps, MOMENTS + 1)})

    def cell(recipe: Recipe, dropout: float = 0.0) -> Training:
        networks = presets.mlp(data.real.shape[1:], width, depth=2, dropout=dropout)
        return Training(Setup(networks, recipe, data, 50, steps), measure, moments)

    return {
        "wgan": cell(recipes.wgan(1e-4, c=0.02)),
        "gp": cell(recipes.wgan_gp(5e-4, beta1=0.5)),
        "gp_dropout": cell(recipes.wgan_gp(5e-4, beta1=0.5), 0.2),
        "ct": cell(recipes.ct_gan(5e-4), 0.2),
    }


def share_saved(over: str, records: Records) -> list[float]:
    """How much smaller a share of the training gap the difference is with the term."""
    shares = {
        cell: np.array([one.scores["apart"] / one.scores["train"] for one in records[cell]])
        for cell in (over, "ct")
    }
    return (shares[over] - shares["ct"]).tolist()


FIGURE = "Figure 5b: the curves of training and validation diverge"
GROWS = "The difference of the gaps grows with {}: its rank correlation with the step"
LESS = "Section 3.1: with the term the critic overfits less"
OTHERS = {"gp": "the penalty alone", "gp_dropout": "the penalty and dropout"}
EXPERIMENT = study.Experiment(
    about=__doc__,
    protocol="Gaps of the critic without dropout (mean real score - mean fake score) on the 1,000 "
    "training images and on 1,000 held-out images, with 1,000 samples, at 21 moments; critics with "
    "a clip and with a penalty differ in scale. " + DIGITS.protocol,
    metrics={
        "train": Metric("critic gap on training images", "higher"),
        "held_out": Metric("critic gap on held-out images", "higher"),
        "apart": Metric("difference of the gaps", "lower", "training - held-out"),
        "trend": Metric("trend of the difference", "lower", "rank correlation with the step"),
        "frechet": study.CLASSIFIER_METRICS["frechet"],
    },
    claims=(
        threshold(GROWS.format("clipping"), FIGURE, "trend", "wgan", above=0.8),
        threshold(GROWS.format("the gradient penalty"), FIGURE, "trend", "gp", above=0.8),
        *(
            advantage(
                f"The gaps differ less with the consistency term than with {name}",
                *(LESS, "apart", "ct"),
                over=over,
                better="lower",
            )
            for over, name in OTHERS.items()
        ),
        *(
            Claim(
                f"The difference is a smaller share of the training gap than with {name}: how much",
                "none: a difference alone would also fall with the critic's scale",
                functools.partial(share_saved, over),
                above=0.0,
            )
            for over, name in OTHERS.items()
        ),
        *(
            advantage(
                f"Samples have a lower Fréchet distance with the term than with {name}",
                "Section 4: samples of 1,000 MNIST images are sharper with the term",
                *("frechet", "ct"),
                over=over,
                better="lower",
            )
            for over, name in OTHERS.items()
        ),
    ),
    pictures=(
        study.Overlay(
            series=(("train", "training images"), ("held_out", "held-out images")),
            caption="The critic's gap on training and on held-out images over generator steps: the "
            "mean over seeds, with a band from the lowest to the highest.",
        ),
        study.Samples(caption="Random samples at the last moment, not selected; seed 0."),
    ),
    scales={
        "smoke": Scale(lambda: cells(1, 4), seeds=1, judged=False),
        "small": Scale(lambda: cells(1000, 256), seeds=5),
    },
)

if __name__ == "__main__":
    from jaxgan.cli.main import main

    main(["run", "overfitting", *sys.argv[1:]])
