"""Random architectures: how many train with a GAN, and how many with WGAN-GP.

Claim     of architectures that are drawn at random, WGAN-GP trains more than the non-saturating GAN
          does: at every threshold of a score like the inception score, more of them succeed with
          WGAN-GP only than with the GAN only.
Paper     Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Section 4, Tables 1 and 2.
          https://arxiv.org/abs/1704.00028
Differs   fully connected layers instead of convolutions; no weight decay. The score has the
          inception score's formula with our own classifier, which has ten digits and one class for
          all else; the best of six moments counts. A training that diverges fails. Scale
          small: 1,797 digits of 8 x 8 pixels instead of ImageNet; half of the depths of Table 1; 20
          architectures per set; equally many critic steps, 3,000, which are 3,000 generator steps
          of the GAN and 600 of WGAN-GP, where the paper gives both 100,000; batches of 32; Adam's
          learning rates are 1e-3, not 2e-4 (GAN) and 1e-4; beta1 of WGAN-GP is 0.5, as in the
          paper's first version. Scale paper: 200 architectures and the paper's settings, for 5,000
          digits of MNIST.
Expect    scale small, 20 + 20 seeds, 1 h 2 min on 1 x cpu, 2 cores. Its claims: holds 0.45, again
          holds 0.3 | holds 0.4, again holds 0.4 | undecided 0, again undecided -0.1 | holds
          0.00586, again holds 0.0352 | does not hold -1, again does not hold -2

    jaxgan run random_architectures
"""

from __future__ import annotations

import functools
import math
import sys
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn
from scipy.stats import binomtest

from jaxgan import recipes, study
from jaxgan.data import load
from jaxgan.metrics import inception_score, probabilities
from jaxgan.networks import Normal
from jaxgan.study import Claim, Measurement, Metric, Moment, Record, Records, Scale, Training
from jaxgan.training import Networks, Recipe, Setup, sample

NONLINEARITIES = (
    nn.relu,
    functools.partial(nn.leaky_relu, negative_slope=0.2),
    lambda x: nn.softplus(2 * x + 2) / 2 - 1,
    nn.tanh,
)
THRESHOLDS = (1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)


class Network(nn.Module):
    """A generator of images of this shape, or a critic without a shape.

    The initial key draws the architecture, which is stored beside the parameters. Unused layers and
    units are masked, so that all architectures share one compiled program.
    """

    depth: tuple[int, ...]
    width: tuple[int, ...]
    norm: str
    shape: tuple[int, ...] = ()

    def draw(self) -> dict[str, jax.Array]:
        """An architecture; every choice is equally likely."""
        choices = {"depth": self.depth, "width": self.width}
        choices |= {"nonlinearity": (0, 1, 2, 3), "normalized": (0, 1)}
        keys = jax.random.split(self.make_rng("params"), len(choices))
        pairs = zip(choices.items(), keys, strict=True)
        return {name: jax.random.choice(key, jnp.array(of, float)) for (name, of), key in pairs}

    @nn.compact
    def __call__(self, inputs: jax.Array, train: bool = True) -> jax.Array:
        """`[batch, latent]` to images, or images to scores."""
        drawn = self.variable("architecture", "drawn", self.draw).value
        used = (jnp.arange(max(self.width)) < drawn["width"])[None]

        def dense(features: int, fan_in: Any) -> nn.Dense:
            normal = lambda key, shape, _: jax.random.normal(key, shape) * fan_in**-0.5  # noqa: E731
            return nn.Dense(features, kernel_init=normal)

        x = inputs.reshape(len(inputs), -1)
        for i in range(max(self.depth)):
            y = dense(used.size, drawn["width"] if i else x.shape[1])(x)
            if self.norm == "batch":
                normalized = nn.BatchNorm(use_running_average=not train, momentum=0.9)(y)
            else:
                normalized = nn.LayerNorm(epsilon=1e-5, use_fast_variance=False)(y, mask=used)
            y = jnp.where(drawn["normalized"] == 1, normalized, y)
            y = used * jax.lax.switch(drawn["nonlinearity"].astype(int), NONLINEARITIES, y)
            x = jnp.where(i < drawn["depth"], y, x) if i else y
        x = dense(math.prod(self.shape), drawn["width"])(x)
        return nn.tanh(x).reshape(-1, *self.shape) if self.shape else x[:, 0]


@functools.cache
def classifier(data: str) -> Any:
    """The classifier of a labelled data set."""
    return study.cached_classifier(load(data))


def inception(data: str, moment: Moment) -> Measurement:
    """The best inception score so far."""
    images = sample(moment.setup.networks, moment.state, moment.key, 1000)
    now = inception_score(probabilities(classifier(data), images))
    return Measurement({"best": float(moment.values("best", now).max())})


def held_out(data: str) -> dict[str, float]:
    """The score of real images that the classifier has not seen."""
    real = load(data).real[classifier(data).held_out]
    return {"best": inception_score(probabilities(classifier(data), real))}


def cells(
    data: str, depth: tuple[int, ...], gan: Recipe, wgan_gp: Recipe, steps: tuple[int, int]
) -> dict:
    """The real data, and the two methods for their numbers of steps; a seed is an architecture."""
    real, width = load(data), (4,) if depth == (1,) else (32, 64, 128)
    found: dict = {"real": study.Real(real, functools.partial(held_out, data))}
    methods = ("gan", gan, "batch", steps[0]), ("wgan_gp", wgan_gp, "layer", steps[1])
    for name, recipe, norm, number in methods:
        generator = Network(depth, width, "batch", real.real.shape[1:])
        networks = Networks(generator, Network(depth, width, norm), Normal(128))
        setup = Setup(networks, recipe, real, 32, number)
        found[name] = Training(setup, functools.partial(inception, data))
    return found


def differences(threshold: float, records: Records) -> list[float]:
    """Per architecture 1 if only WGAN-GP succeeds, -1 if only the GAN does, else 0."""

    def succeeds(record: Record) -> bool:
        return record.ended != "diverged" and record.scores["best"] > threshold

    pairs = zip(records["wgan_gp"], records["gan"], strict=True)
    return [float(succeeds(one)) - succeeds(other) for one, other in pairs]


def sign_test(records: Records) -> list[float]:
    """The p-value of the architectures with one success, if both methods were equally good."""
    found = differences(3.0, records)
    only, of = found.count(1.0), found.count(1.0) + found.count(-1.0)
    return [float(binomtest(only, of, alternative="greater").pvalue) if of else 1.0]


def least(records: Records) -> list[float]:
    """The smallest difference of the two counts over all thresholds."""
    return [min(sum(differences(threshold, records)) for threshold in THRESHOLDS)]


QUICK = recipes.dcgan(1e-3), recipes.wgan_gp(1e-3, beta1=0.5)
PAPER, EQUAL = (recipes.dcgan(), recipes.wgan_gp()), (100_000, 100_000)
MORE = "More reach a classifier score of {:g} with WGAN-GP only than with the GAN only"
TEST = "Exact sign test on the architectures that one method alone brings above 3: the p-value"
NEVER = "At no threshold do more succeed with the GAN only: the least difference of the counts"
COUNTS = {3.0: "88 of 200 against 1", 5.0: "147 against 0", 7.0: "104 against 1"}
EXPERIMENT = study.Experiment(
    about=__doc__,
    protocol="A seed is an architecture. Score: exp of the mean KL divergence of the classes' "
    "probabilities from their mean, for 1,000 samples, by our own classifier, a perceptron trained "
    "on four fifths of the real examples; real: the others. Numbers per seed: 1 if only WGAN-GP "
    "succeeds, -1 if only the GAN does, else 0.",
    metrics={"best": Metric("best classifier score", "higher", "the inception score's formula")},
    claims=(
        *(
            Claim(MORE.format(t), f"Table 2: {n}", functools.partial(differences, t), above=0.0)
            for t, n in COUNTS.items()
        ),
        Claim(TEST, "Table 2: 88 against 1", sign_test, below=0.05, unit="set"),
        Claim(NEVER, "Table 2: at none of 17", least, above=-0.5, unit="set"),
    ),
    pictures=(
        study.Successes(pair=("gan", "wgan_gp"), score="best", thresholds=THRESHOLDS),
        study.Curves(losses=()),
    ),
    scales={
        "smoke": Scale(lambda: cells("digits", (1,), *QUICK, (5, 1)), seeds=1, judged=False),
        "small": Scale(lambda: cells("digits", (2, 4, 6, 10), *QUICK, (3000, 600)), seeds=20),
        "paper": Scale(lambda: cells("mnist_5k", (4, 8, 12, 20), *PAPER, EQUAL), seeds=200),
    },
)

if __name__ == "__main__":
    from jaxgan.cli.main import main

    main(["run", "random_architectures", *sys.argv[1:]])
