"""Recipes that match two sets of samples: by the data themselves, or by a critic's features."""

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
from jaxgan.types import Number

__all__ = ["cramer", "gmmn", "mmd_gan", "mmd_gan_gp"]


def gmmn(
    learning_rate: float = 2.0,
    momentum: float = 0.9,
    variances: tuple[float, ...] = (2.0, 5.0, 10.0, 20.0, 40.0, 80.0),
    switch: int = 10_000,
) -> Recipe:
    """GMMN: the generator matches the data by MMD, no critic; SGD with momentum.

    The networks are `presets.gmmn`, whose critic is the identity. At step `switch` the
    learning rate becomes a tenth and the momentum 0.99. The loss is the root of the biased
    MMD^2. The authors' code multiplies that by 1,000, for examples in [0, 1] where ours lie in
    [-1, 1]: taken literally its learning rate on our loss would be 2,000, and its variances 4 times
    those given. Here the rate of 2 is that of our loss: after 200 steps with batches of 500 digits
    of MNIST the MMD^2 was 0.10 with 2 and 6.1, as of a collapsed generator, with 2,000 (one run).

    Args:
        learning_rate: at first.
        momentum: at first.
        variances: of the Gaussian kernels, exp(-||x - y||^2 / (2 variance)).
        switch: the step.

    Returns:
        The recipe.

    >>> gmmn().n_critic
    0

    Reference: Li, Swersky, Zemel, Generative Moment Matching Networks, 2015, Section 4.
    https://arxiv.org/abs/1502.02761
    """
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
    """MMD-GAN: a clipped critic gives features that tell the two sets apart, RMSProp.

    The kernel is a sum of Gaussians of standard deviations 1, 2, 4, 8, 16, and the loss the root of
    the biased MMD^2. The authors' critic is an autoencoder, whose reconstruction and mean terms
    are not here. Give the critic features: `presets.mlp(..., depth=1, features=16)`; through
    three clipped layers they came so close together that the generator's gradient was 0.

    Args:
        learning_rate: of both players.
        c: the bound of the critic's parameters.
        n_critic: critic steps per generator step.
        official_schedule: 100 critic steps in the first 25 steps and at every 500th.

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

    The unbiased MMD^2, gradients clipped to norm 1. The authors' penalty on the size of the
    features is not here. Give the critic features: `presets.dcgan(..., features=16)`.

    Args:
        learning_rate: of both players.
        beta1: Adam's decay of the first moment.
        beta2: Adam's decay of the second moment.
        weight: lambda of the penalty.
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

    It is the MMD with the energy kernel on both sides (Binkowski et al., 2018); the Cramer GAN's
    own critic leaves out the distances within the real batch. Give the critic features:
    `presets.mlp(..., features=16)`.

    Args:
        learning_rate: of both players.
        beta1: Adam's decay of the first moment.
        beta2: Adam's decay of the second moment.
        weight: lambda of the penalty on the witness.
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
