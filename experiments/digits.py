"""WGAN-GP beside clipped WGAN and the non-saturating GAN on real handwritten digits.

Claim     with the same networks and as many generator steps, the gradient penalty makes digits
          that a classifier recognizes more often, and whose features lie closer to the real ones,
          than weight clipping does.
Paper     Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Section 5.1, Figures 2
          and 3: WGAN-GP trains where clipping converges slowly. https://arxiv.org/abs/1704.00028
Differs   1,797 digits of 8 x 8 pixels (scikit-learn) instead of CIFAR-10 and LSUN; multilayer
          perceptrons of 2 x 128; scores from our own classifier of these digits instead of the
          inception score.
Expect    about 2 minutes on two CPU cores after the installation; verdicts in README.md.

    jaxgan run digits --seeds 3
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping

import jax

from jaxgan import recipes
from jaxgan.architectures import mlp
from jaxgan.comparison import Comparison, Judge, Scale
from jaxgan.data import digits
from jaxgan.metrics import Classifier, classifier_scores, features, frechet_floor, train_classifier
from jaxgan.outcome import Metric
from jaxgan.pictures import pictures_of_images
from jaxgan.types import Dataset
from jaxgan.verdict import Claim, Scores


def score(classifier: Classifier, real: jax.Array, samples: jax.Array) -> Mapping[str, float]:
    """What the classifier says of samples."""
    return classifier_scores(classifier, samples, real)


def make_judge(data: Dataset) -> Judge:
    """A classifier of the real digits; the references are its scores of digits it never saw."""
    assert data.labels is not None
    classifier = train_classifier(data.real, data.labels, jax.random.key(0))
    references = dict(score(classifier, data.real, data.real[classifier.held_out]))
    floor = frechet_floor(features(classifier, data.real), jax.random.key(1))
    return Judge(functools.partial(score, classifier, data.real), references | {"frechet": floor})


SLOWER = "Figure 3: clipped WGAN converges more slowly and to a lower inception score than WGAN-GP"
FAILS = "Figure 2: of seven architectures DCGAN fails on some, WGAN-GP on none"


def advantage(claim: str, published: str, metric: str, over: str, sign: int) -> Claim:
    """That WGAN-GP is better than another arm in one score."""

    def measure(scores: Scores) -> list[float]:
        pairs = zip(scores["wgan_gp"][metric], scores[over][metric], strict=True)
        return [sign * (a - b) for a, b in pairs]

    return Claim(claim, published, measure)


COMPARISON = Comparison(
    title="Handwritten digits: non-saturating GAN, clipped WGAN, WGAN-GP",
    paper="Gulrajani et al., Improved Training of Wasserstein GANs, 2017",
    url="https://arxiv.org/abs/1704.00028",
    summary="The same networks are trained with three recipes on 1,797 real handwritten digits.",
    differs="8 x 8 digits instead of CIFAR-10 and LSUN, multilayer perceptrons of 2 x 128, a "
    "classifier of these digits instead of the inception network. 2,000 steps ask for larger "
    "steps than the papers' 100,000: for each arm the settings with the lowest distance were "
    "taken from a few that were tried once, on other seeds and with a layer more: Adam 2e-4, "
    "5e-4, 1e-3 for the GAN; 1e-3 for WGAN-GP, after 2e-4 and 5e-4 had been slower at width 256; "
    "for clipping RMSProp and c of 5e-5 and 0.01 (the paper's), 5e-4 and 0.01, 2e-4 and 0.03, 5e-4 "
    "and 0.1. The scale `paper` has the papers' settings.",
    protocol="{samples} samples of the generator after {steps} generator steps, no moving average, "
    "drawn at random. Recognized: our classifier of real digits gives one of ten digits at least "
    "90 % (it has an eleventh class for what is no digit). The reference is the same score of "
    "real digits that it never saw; for the distance it is that of two halves of the real set.",
    networks=mlp((8, 8, 1), width=128, depth=2, latent=32),
    arms={
        "gan": recipes.dcgan(learning_rate=1e-3),
        "wgan": recipes.wgan(learning_rate=5e-4, c=0.1),
        "wgan_gp": recipes.wgan_gp(learning_rate=1e-3, beta1=0.5),
    },
    data=digits,
    judge=make_judge,
    metrics={
        "recognized": Metric("recognized with confidence", "higher", "share in [0, 1]"),
        "balance": Metric("class balance", "higher", "entropy of the classes / log 10"),
        "frechet": Metric("Fréchet distance", "lower", "of our classifier's features; no FID"),
    },
    claims=(
        advantage(
            "More samples of WGAN-GP than of clipped WGAN are recognized",
            SLOWER,
            "recognized",
            "wgan",
            1,
        ),
        advantage(
            "WGAN-GP has a lower Fréchet distance than clipped WGAN", SLOWER, "frechet", "wgan", -1
        ),
        advantage("WGAN-GP has a lower Fréchet distance than the GAN", FAILS, "frechet", "gan", -1),
    ),
    scales={
        "smoke": Scale(steps=2, batch_size=64, samples=200, judged=False),
        "small": Scale(steps=2000, batch_size=64, samples=1797),
        "paper": Scale(
            steps=100_000,
            batch_size=64,
            samples=1797,
            arms={
                "gan": recipes.dcgan(),
                "wgan": recipes.wgan(),
                "wgan_gp": recipes.wgan_gp(beta1=0.5),
            },
        ),
    },
    pictures=pictures_of_images,
    best_by="frechet",
)

if __name__ == "__main__":
    from jaxgan.cli import main

    main(["run", "digits", *sys.argv[1:]])
