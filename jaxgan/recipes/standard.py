"""Recipes whose critic tells real from fake: classifiers, margins, f-divergences."""

from __future__ import annotations

import optax

from jaxgan.divergences import Name
from jaxgan.objectives import FGAN, Hinge, LeastSquares, Minimax, NonSaturating
from jaxgan.optimizers import (
    Geometric,
    Linear,
    adam,
    chain,
    rmsprop,
    scheduled_sgd,
    sgd,
    weight_decay,
)
from jaxgan.penalties import DRAGAN, R1
from jaxgan.training import Recipe
from jaxgan.types import Number

__all__ = ["dcgan", "dragan", "f_gan", "gan_2014", "lsgan", "r1", "sngan"]


def gan_2014(
    learning_rate: Number = 0.1,
    momentum: Number = 0.5,
    n_critic: int = 1,
    saturating: bool = False,
    simultaneous: bool = False,
) -> Recipe:
    """The first GAN: k critic steps, one generator step, SGD with momentum.

    Algorithm 1 of the paper alternates. Its code is `simultaneous`: both players step at once from
    the same examples and fakes, the critic on half the sum of its two cross entropies (here half
    its learning rate, which is the same for SGD), and the learning rate is divided by 1.000004
    after every update down to 1e-6 while the momentum rises from 0.5 to 0.7 over 250 epochs of 500
    updates. The networks are `presets.gan_2014`.

    Args:
        learning_rate: of both players.
        momentum: of both players; at first, if simultaneous.
        n_critic: k of Algorithm 1.
        saturating: the generator descends E log(1 - D) instead of -E log D.
        simultaneous: as the code instead of as the text.

    Returns:
        The recipe.

    >>> gan_2014(saturating=True).objective
    Minimax()

    Reference: Goodfellow et al., Generative Adversarial Networks, 2014, Algorithm 1, and mnist.yaml
    of its code. https://arxiv.org/abs/1406.2661
    """
    objective = Minimax() if saturating else NonSaturating()
    if not simultaneous:
        optimizer = sgd(learning_rate, momentum=momentum)
        return Recipe(objective, optimizer, optimizer, (), n_critic)

    def descent(share: float) -> optax.GradientTransformation:
        falling = Geometric(share * learning_rate, 1 / 1.000004, share * 1e-6)
        return scheduled_sgd(falling, momentum=Linear(momentum, 0.7, 250 * 500))

    return Recipe(objective, descent(1.0), descent(0.5), n_critic=n_critic, simultaneous=True)


def dcgan(learning_rate: Number = 2e-4, beta1: Number = 0.5, decay: float = 0.0) -> Recipe:
    """DCGAN's training: the non-saturating game, one step each, Adam.

    Args:
        learning_rate: of both players.
        beta1: Adam's decay of the first moment.
        decay: weight of the squared parameters' gradient, 1e-5 in the authors' code.

    Returns:
        The recipe.

    >>> dcgan().generator_optimizer
    adam(0.0002, b1=0.5)

    Reference: Radford, Metz, Chintala, Unsupervised Representation Learning with DCGAN, 2015.
    https://arxiv.org/abs/1511.06434
    """
    optimizer = adam(learning_rate, b1=beta1)
    optimizer = chain(weight_decay(decay), optimizer) if decay else optimizer
    return Recipe(NonSaturating(), optimizer, optimizer)


def lsgan(
    learning_rate: Number = 1e-3,
    beta1: Number = 0.5,
    a: Number = 0.0,
    b: Number = 1.0,
    c: Number = 1.0,
) -> Recipe:
    """LSGAN: least squares instead of cross entropies, one step each, Adam.

    The learning rate is that of the authors' code, which sums half squares over the batch; Adam
    does not see the difference to a mean.

    Args:
        learning_rate: of both players.
        beta1: Adam's decay of the first moment.
        a: the critic's target for fakes.
        b: the critic's target for real examples.
        c: the generator's target for fakes.

    Returns:
        The recipe.

    >>> lsgan(a=-1.0, c=0.0).objective
    LeastSquares(a=-1.0, b=1.0, c=0.0)

    Reference: Mao et al., Least Squares Generative Adversarial Networks, 2017.
    https://arxiv.org/abs/1611.04076
    """
    optimizer = adam(learning_rate, b1=beta1)
    return Recipe(LeastSquares(a, b, c), optimizer, optimizer)


def f_gan(
    divergence: Name = "kl",
    learning_rate: Number = 2e-4,
    beta1: Number = 0.5,
    practical: bool = True,
) -> Recipe:
    """f-GAN: the variational game of any f-divergence, one step each, Adam.

    Args:
        divergence: a row of `jaxgan.divergences`.
        learning_rate: of both players.
        beta1: Adam's decay of the first moment.
        practical: the generator maximizes E g(fake) instead of minimizing -E f*(g(fake)).

    Returns:
        The recipe.

    >>> f_gan("pearson").objective.generator
    'practical'

    Reference: Nowozin, Cseke, Tomioka, f-GAN, 2016, Section 4.
    https://arxiv.org/abs/1606.00709
    """
    optimizer = adam(learning_rate, b1=beta1)
    objective = FGAN(divergence, "practical" if practical else "bound")
    return Recipe(objective, optimizer, optimizer)


def sngan(
    learning_rate: Number = 2e-4,
    beta1: Number = 0.0,
    beta2: Number = 0.9,
    n_critic: int = 5,
    decay_steps: int = 100_000,
    generator_batches: int = 2,
) -> Recipe:
    """SN-GAN: the hinge with learning rates that fall to 0, for a spectrally normalized critic.

    The norm belongs to the network: `presets.dcgan(..., critic_norm="spectral")`.

    Args:
        learning_rate: of both players, at first.
        beta1: Adam's decay of the first moment.
        beta2: Adam's decay of the second moment.
        n_critic: critic steps per generator step.
        decay_steps: generator steps until 0; 100,000 in the paper, 50,000 in its code.
        generator_batches: examples of the generator's step, in batches of the critic: 128 beside 64
            in the code.

    Returns:
        The recipe.

    >>> sngan(decay_steps=10).generator_optimizer
    adam(Linear(start=0.0002, end=0.0, updates=10), b1=0.0, b2=0.9)

    Reference: Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018.
    https://arxiv.org/abs/1802.05957
    """
    of_generator, of_critic = (
        adam(Linear(learning_rate, 0.0, updates), b1=beta1, b2=beta2)
        for updates in (decay_steps, decay_steps * n_critic)
    )
    return Recipe(
        Hinge(),
        of_generator,
        of_critic,
        n_critic=n_critic,
        generator_batches=generator_batches,
    )


def dragan(
    learning_rate: Number = 1e-4,
    beta1: Number = 0.5,
    beta2: Number = 0.9,
    weight: Number = 10.0,
    deviation: Number = 1.0,
) -> Recipe:
    """DRAGAN: the non-saturating game with slopes of one around the real data, one step each.

    The noise is that of the authors' code; see `penalties.DRAGAN` for the paper's.

    Args:
        learning_rate: of both players.
        beta1: Adam's decay of the first moment.
        beta2: Adam's decay of the second moment.
        weight: lambda.
        deviation: the standard deviation of the data.

    Returns:
        The recipe.

    >>> dragan().penalties[0].noise
    'code'

    Reference: Kodali et al., On Convergence and Stability of GANs, 2017, Algorithm 1.
    https://arxiv.org/abs/1705.07215
    """
    optimizer = adam(learning_rate, b1=beta1, b2=beta2)
    return Recipe(NonSaturating(), optimizer, optimizer, (DRAGAN(weight, deviation=deviation),))


def r1(learning_rate: Number = 1e-4, gamma: Number = 10.0, average: float = 0.999) -> Recipe:
    """The non-saturating game with the zero-centered penalty on real examples, RMSProp.

    Args:
        learning_rate: of both players.
        gamma: weight of the penalty; 20 has the effect of the authors' code, which lacks a half.
        average: decay of the generator's moving average.

    Returns:
        The recipe.

    >>> r1().penalties
    (R1(gamma=10.0),)

    Reference: Mescheder, Geiger, Nowozin, Which Training Methods for GANs do actually Converge?,
    2018, Section 5. https://arxiv.org/abs/1801.04406
    """
    optimizer = rmsprop(learning_rate, decay=0.99, eps=1e-8, eps_in_sqrt=False)
    return Recipe(NonSaturating(), optimizer, optimizer, (R1(gamma),), average=average)
