"""WGAN-GP beside clipped WGAN and the non-saturating GAN on real handwritten digits.

Claim     with the same networks and as many generator steps, the gradient penalty makes digits
          that a classifier recognizes more often, and whose features lie closer to the real ones,
          than weight clipping does.
Paper     Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Section 5.1, Figures 2
          and 3: WGAN-GP trains where clipping converges slowly. https://arxiv.org/abs/1704.00028
Differs   1,797 digits of 8 x 8 pixels (scikit-learn) instead of CIFAR-10 and LSUN; multilayer
          perceptrons of 2 x 128; scores from our own classifier of these digits instead of the
          inception score. 2,000 steps ask for larger steps than the papers' 100,000: for each arm
          the settings with the lowest distance were taken from a few that were tried once, on
          other seeds and with a layer more. Adam 2e-4, 5e-4, 1e-3 for the GAN; 1e-3 for WGAN-GP,
          after 2e-4 and 5e-4 had been slower at width 256; for clipping RMSProp and c of 5e-5 and
          0.01 (the paper's), 5e-4 and 0.01, 2e-4 and 0.03, 5e-4 and 0.1. The scale paper has the
          papers' settings.
Expect    TODO

    jaxgan run digits
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping

import jax

from jaxgan import recipes
from jaxgan.data import digits
from jaxgan.metrics import Classifier, classifier_scores, features, frechet_floor, train_classifier
from jaxgan.networks import presets
from jaxgan.study import (
    Curves,
    Experiment,
    ImageMeasure,
    Interpolation,
    Metric,
    Neighbors,
    Progress,
    Real,
    Samples,
    Scale,
    Training,
    advantage,
)
from jaxgan.training import Recipe, Setup

NETWORKS = presets.mlp((8, 8, 1), width=128, depth=2, latent=32)
SLOWER = "Figure 3: clipped WGAN converges more slowly and to a lower inception score than WGAN-GP"
FAILS = "Figure 2: of seven architectures DCGAN fails on some, WGAN-GP on none"


@functools.cache
def classifier() -> Classifier:
    """A classifier of the real digits, the same for every cell."""
    data = digits()
    assert data.labels is not None
    return train_classifier(data.real, data.labels, jax.random.key(0))


def score(samples: jax.Array) -> Mapping[str, float]:
    """What the classifier says of samples, beside the real digits."""
    found = classifier_scores(classifier(), samples, digits().real)
    return {name: found[name] for name in ("recognized", "balance", "frechet")}


def real_scores() -> Mapping[str, float]:
    """Scores of digits that the classifier never saw; the distance of two halves of all digits."""
    real = digits().real
    floor = frechet_floor(features(classifier(), real), jax.random.key(1))
    return {**score(real[classifier().held_out]), "frechet": floor}


def cells(arms: Mapping[str, Recipe], steps: int, samples: int) -> dict:
    """The same networks with every recipe, and the real digits."""
    data, measure = digits(), ImageMeasure(score, samples)
    trainings = {
        arm: Training(Setup(NETWORKS, recipe, data, 64, steps), measure, best_by="frechet")
        for arm, recipe in arms.items()
    }
    return {"real": Real(data, real_scores), **trainings}


QUICK = {
    "gan": recipes.dcgan(learning_rate=1e-3),
    "wgan": recipes.wgan(learning_rate=5e-4, c=0.1),
    "wgan_gp": recipes.wgan_gp(learning_rate=1e-3, beta1=0.5),
}
PAPER = {"gan": recipes.dcgan(), "wgan": recipes.wgan(), "wgan_gp": recipes.wgan_gp(beta1=0.5)}

EXPERIMENT = Experiment(
    about=__doc__,
    protocol="1,797 samples of the generator after the last step, no moving average, drawn at "
    "random. Recognized: our classifier of real digits gives one of ten digits at least 90 % (it "
    "has an eleventh class for what is not a digit). The reference is the same score of real "
    "digits that it never saw; for the distance it is that of two halves of the real set.",
    metrics={
        "recognized": Metric("recognized with confidence", "higher", "share in [0, 1]"),
        "balance": Metric("class balance", "higher", "entropy of the classes / log 10"),
        "frechet": Metric(
            "Fréchet distance", "lower", "of our own classifier's features; it is not FID"
        ),
    },
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
