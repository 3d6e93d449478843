"""Recipes that match two sets of samples, in data space or in a critic's feature space."""

from __future__ import annotations

from jaxgan.objectives import MMD, Energy, Gaussian, RationalQuadratic
from jaxgan.optimizers import (
    Switch,
    adam,
    chain,
    clip_norm,
    clip_params,
    rmsprop,
    scheduled_sgd,
    sgd,
)
from jaxgan.penalties import GradientPenalty
from jaxgan.recipes.wasserstein import OfficialSchedule
from jaxgan.training import Recipe
from jaxgan.types import Number, check_number

__all__ = ["cramer", "gmmn", "mmd_gan", "mmd_gan_gp"]


def gmmn(
    learning_rate: float = 2.0,
    momentum: float = 0.9,
    variances: tuple[float, ...] = (2.0, 5.0, 10.0, 20.0, 40.0, 80.0),
    switch: int = 10_000,
) -> Recipe:
    """GMMN: the generator minimizes the MMD to the data, without a critic; SGD with momentum.

    The networks are `presets.gmmn`, whose critic is the identity. At step `switch` the
    learning rate is divided by 10 and the momentum becomes 0.99. The loss is the root of the biased
    MMD^2. The authors' code multiplies it by 1,000 and scales examples to [0, 1], ours to [-1, 1].
    The same settings for our loss would be a learning rate of 2,000 and 4 times the variances. The
    default of 2 applies to our loss: after 200 steps with batches of 500 MNIST digits the MMD^2 was
    0.10 with a learning rate of 2, and 6.1 (a collapsed generator) with 2,000 (one run).

    Args:
        learning_rate: initial learning rate.
        momentum: initial momentum.
        variances: variances of the Gaussian kernels, exp(-||x - y||^2 / (2 variance)).
        switch: the step at which learning rate and momentum change.

    Returns:
        The recipe.

    >>> gmmn().n_critic
    0

    Reference: Li, Swersky, Zemel, Generative Moment Matching Networks, 2015, Section 4.
    https://arxiv.org/abs/1502.02761
    """
    check_number("learning_rate", learning_rate, "at least 0", "give the rate at the start")
    check_number("switch", switch, "an integer of at least 0", "give a generator step")
    objective = MMD(Gaussian.from_variances(variances), "biased", root=True)
    rate = Switch(learning_rate, learning_rate / 10, switch)
    optimizer = scheduled_sgd(rate, momentum=Switch(momentum, 0.99, switch))
    return Recipe(objective, optimizer, sgd(0.0), n_critic=0)


def mmd_gan(
    learning_rate: Number = 5e-5,
    c: Number = 0.01,
    n_critic: int = 5,
    official_schedule: bool = False,
) -> Recipe:
    """MMD-GAN: a clipped critic learns features in which the two sets differ, RMSProp.

    The kernel is a sum of Gaussians of standard deviations 1, 2, 4, 8, 16, and the loss the root of
    the biased MMD^2. The authors' critic is an autoencoder; its reconstruction and mean terms
    are not implemented. The critic must return features: `presets.mlp(..., depth=1, features=16)`.
    With three clipped layers they were so close together that the generator's gradient was 0.

    Args:
        learning_rate: learning rate of both networks.
        c: largest absolute value of a critic parameter.
        n_critic: critic steps per generator step.
        official_schedule: take 100 critic steps in the first 25 steps and at every 500th.

    Returns:
        The recipe.

    >>> mmd_gan().objective.estimator
    'biased'

    Reference: Li et al., MMD GAN: Towards Deeper Understanding of Moment Matching Network, 2017.
    https://arxiv.org/abs/1705.08584
    """
    optimizer = rmsprop(learning_rate, decay=0.99, eps=1e-8, eps_in_sqrt=False)
    return Recipe(
        MMD(Gaussian.from_sigmas((1.0, 2.0, 4.0, 8.0, 16.0)), "biased", root=True),
        generator_optimizer=optimizer,
        critic_optimizer=chain(optimizer, clip_params(c)),
        n_critic=OfficialSchedule(n_critic) if official_schedule else n_critic,
    )


def mmd_gan_gp(
    learning_rate: Number = 1e-4,
    beta1: Number = 0.5,
    beta2: Number = 0.9,
    weight: Number = 1.0,
    n_critic: int = 5,
) -> Recipe:
    """MMD-GAN with the gradient penalty on the witness, rational quadratic kernel, Adam.

    The loss is the unbiased MMD^2; gradients are clipped to norm 1. The authors' penalty on the
    size of the features is not implemented. The critic must return features:
    `presets.dcgan(..., features=16)`.

    Args:
        learning_rate: learning rate of both networks.
        beta1: Adam's decay of the first moment.
        beta2: Adam's decay of the second moment.
        weight: lambda, the weight of the penalty.
        n_critic: critic steps per generator step.

    Returns:
        The recipe.

    >>> mmd_gan_gp().objective.estimator
    'unbiased'

    Reference: Binkowski et al., Demystifying MMD GANs, 2018, Section 4.
    https://arxiv.org/abs/1801.01401
    """
    optimizer = chain(clip_norm(1.0), adam(learning_rate, b1=beta1, b2=beta2))
    penalties = (GradientPenalty(weight),)
    return Recipe(MMD(RationalQuadratic()), optimizer, optimizer, penalties, n_critic)


def cramer(
    learning_rate: Number = 1e-4,
    beta1: Number = 0.5,
    beta2: Number = 0.9,
    weight: Number = 10.0,
    n_critic: int = 5,
) -> Recipe:
    """The Cramer GAN's energy distance of a critic's features, with a gradient penalty, Adam.

    Both losses are the MMD with the energy kernel (Binkowski et al., 2018); the critic loss of the
    paper omits the distances within the real batch. The critic must return features:
    `presets.mlp(..., features=16)`.

    Args:
        learning_rate: learning rate of both networks.
        beta1: Adam's decay of the first moment.
        beta2: Adam's decay of the second moment.
        weight: lambda, the weight of the penalty on the witness.
        n_critic: critic steps per generator step.

    Returns:
        The recipe.

    >>> cramer().objective.kernel
    Energy()

    Reference: Bellemare et al., The Cramer Distance as a Solution to Biased Wasserstein Gradients,
    2017. https://arxiv.org/abs/1705.10743
    """
    optimizer = adam(learning_rate, b1=beta1, b2=beta2)
    return Recipe(MMD(Energy()), optimizer, optimizer, (GradientPenalty(weight),), n_critic)
