"""WGAN-GP beside clipped WGAN and the non-saturating GAN on real handwritten digits.

Claim     with the same networks and as many generator steps, the gradient penalty makes digits
          that a classifier recognizes more often, and whose features lie closer to the real ones,
          than weight clipping does.
Paper     Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Section 5.1, Figures 2
          and 3: WGAN-GP trains where clipping converges slowly. https://arxiv.org/abs/1704.00028
Differs   1,797 digits of 8 x 8 pixels (scikit-learn) instead of CIFAR-10 and LSUN; multilayer
          perceptrons of 2 x 128; scores from our own classifier of these digits instead of the
          inception score. 2,000 steps need larger learning rates than the papers' 100,000: each
          cell has the settings with the lowest distance of a few that were tried once, on other
          seeds and with one more layer. Adam 2e-4, 5e-4, 1e-3 for the GAN; 1e-3 for WGAN-GP (2e-4
          and 5e-4 had been slower at width 256); for clipping RMSProp and c of 5e-5 and 0.01 (the
          paper's), 5e-4 and 0.01, 2e-4 and 0.03, 5e-4 and 0.1. Scale paper has the papers'
          settings.
Expect    scale small, 10 + 10 seeds, 5 min 0 s on 1 x cpu, 2 cores. Its claims: holds 0.0676, again
          holds 0.0705 | holds 2.8, again holds 2.79 | holds 19.3, again holds 21.4

    jaxgan run digits
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from jaxgan import recipes
from jaxgan.data import digits
from jaxgan.networks import presets
from jaxgan.study import (
    CLASSIFIER_METRICS,
    ClassifierScore,
    Curves,
    Experiment,
    ImageMeasure,
    Interpolation,
    Neighbors,
    Progress,
    Real,
    Samples,
    Scale,
    Training,
    advantage,
)
from jaxgan.training import Recipe, Setup

SCORE = ClassifierScore("digits")
NETWORKS = presets.mlp((8, 8, 1), width=128, depth=2, latent=32)
SLOWER = "Figure 3: clipped WGAN converges more slowly and to a lower inception score than WGAN-GP"
FAILS = "Figure 2: of seven architectures DCGAN fails on some, WGAN-GP on none"


def cells(arms: Mapping[str, Recipe], steps: int, samples: int) -> dict:
    """The same networks with every recipe, and the real digits."""
    data, measure = digits(), ImageMeasure(SCORE, samples)
    trainings = {
        arm: Training(Setup(NETWORKS, recipe, data, 64, steps), measure, best_by="frechet")
        for arm, recipe in arms.items()
    }
    return {"real": Real(data, SCORE.real), **trainings}


QUICK = {
    "gan": recipes.dcgan(learning_rate=1e-3),
    "wgan": recipes.wgan(learning_rate=5e-4, c=0.1),
    "wgan_gp": recipes.wgan_gp(learning_rate=1e-3, beta1=0.5),
}
PAPER = {"gan": recipes.dcgan(), "wgan": recipes.wgan(), "wgan_gp": recipes.wgan_gp(beta1=0.5)}

EXPERIMENT = Experiment(
    about=__doc__,
    protocol=f"1,797 samples after the last step, without a moving average. {SCORE.protocol}",
    metrics=CLASSIFIER_METRICS,
    claims=(
        advantage(
            "More samples of WGAN-GP than of clipped WGAN are recognized",
            SLOWER,
            "recognized",
            "wgan_gp",
            over="wgan",
        ),
        *(
            advantage(
                f"WGAN-GP has a lower Fréchet distance than {name}",
                published,
                "frechet",
                "wgan_gp",
                over=over,
                better="lower",
            )
            for name, over, published in (("clipped WGAN", "wgan", SLOWER), ("GAN", "gan", FAILS))
        ),
    ),
    pictures=(Samples(), Progress(), Curves(), Interpolation(), Neighbors(cell="wgan_gp")),
    scales={
        "smoke": Scale(lambda: cells(QUICK, 2, 200), seeds=1, judged=False),
        "small": Scale(lambda: cells(QUICK, 2000, 1797), seeds=10),
        "paper": Scale(lambda: cells(PAPER, 100_000, 1797), seeds=10),
    },
)

if __name__ == "__main__":
    from jaxgan.cli.main import main

    main(["run", "digits", *sys.argv[1:]])
