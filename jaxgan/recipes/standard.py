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
from jaxgan.recipes.decay import falling_rates
from jaxgan.training import Recipe
from jaxgan.types import Number, check_number

__all__ = ["dcgan", "dragan", "f_gan", "gan_2014", "lsgan", "r1", "sngan"]


def gan_2014(
    learning_rate: Number = 0.1,
    momentum: Number = 0.5,
    n_critic: int = 1,
    saturating: bool = False,
    simultaneous: bool = False,
) -> Recipe:
    """The first GAN: k critic steps, one generator step, SGD with momentum.

    Algorithm 1 of the paper alternates. Its code is `simultaneous`: both networks update at once
    from the same examples and fakes. The critic's loss is half the sum of its two cross entropies
    (here its learning rate is halved, which is the same for SGD). The learning rate is divided by
    1.000004 after every update, down to 1e-6, and the momentum rises from 0.5 to 0.7 over 250
    epochs of 500 updates. The networks are `presets.gan_2014`.

    Args:
        learning_rate: learning rate of both networks.
        momentum: momentum of both networks; its initial value if simultaneous.
        n_critic: critic steps per generator step, k of Algorithm 1.
        saturating: whether the generator minimizes E log(1 - D) instead of -E log D.
        simultaneous: whether to train as the paper's code does instead of as Algorithm 1.

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

    check_number("learning_rate", learning_rate, "at least 0", "give the rate at the start")

    def descent(share: float) -> optax.GradientTransformation:
        falling = Geometric(share * learning_rate, 1 / 1.000004, share * 1e-6)
        return scheduled_sgd(falling, momentum=Linear(momentum, 0.7, 250 * 500))

    return Recipe(objective, descent(1.0), descent(0.5), n_critic=n_critic, simultaneous=True)


def dcgan(learning_rate: Number = 2e-4, beta1: Number = 0.5, decay: float = 0.0) -> Recipe:
    """DCGAN's training: the non-saturating loss, one critic step per generator step, Adam.

    Args:
        learning_rate: learning rate of both networks.
        beta1: Adam's decay of the first moment.
        decay: weight decay that is added to the gradient, 1e-5 in the authors' code.

    Returns:
        The recipe.

    >>> dcgan().generator_optimizer
    adam(0.0002, b1=0.5)

    Reference: Radford, Metz, Chintala, Unsupervised Representation Learning with DCGAN, 2015.
    https://arxiv.org/abs/1511.06434
    """
    optimizer = adam(learning_rate, b1=beta1)
    optimizer = chain(weight_decay(decay), optimizer) if decay != 0 else optimizer
    return Recipe(NonSaturating(), optimizer, optimizer)


def lsgan(
    learning_rate: Number = 1e-3,
    beta1: Number = 0.5,
    a: Number = 0.0,
    b: Number = 1.0,
    c: Number = 1.0,
) -> Recipe:
    """LSGAN: least squares instead of cross entropies, one critic step per generator step, Adam.

    The learning rate is from the authors' code, which sums half squares over the batch; Adam
    updates are the same for a sum and a mean.

    Args:
        learning_rate: learning rate of both networks.
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
    """f-GAN: the variational bound of any f-divergence, one critic step per generator step, Adam.

    Args:
        divergence: the name of a divergence in `jaxgan.divergences`.
        learning_rate: learning rate of both networks.
        beta1: Adam's decay of the first moment.
        practical: whether the generator maximizes E g(fake) instead of minimizing -E f*(g(fake)).

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
    """SN-GAN: the hinge loss, learning rates that fall to 0, for a spectrally normalized critic.

    The normalization is part of the network: `presets.dcgan(..., critic_weights="spectral")`.

    Args:
        learning_rate: initial learning rate of both networks.
        beta1: Adam's decay of the first moment.
        beta2: Adam's decay of the second moment.
        n_critic: critic steps per generator step.
        decay_steps: generator steps until the learning rates are 0; 100,000 in the paper, 50,000
            in its code.
        generator_batches: size of the generator's batch, as a multiple of the critic's; the code
            uses 128 and 64.

    Returns:
        The recipe.

    >>> sngan(decay_steps=10).generator_optimizer
    adam(Linear(start=0.0002, end=0.0, updates=10), b1=0.0, b2=0.9)

    Reference: Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018.
    https://arxiv.org/abs/1802.05957
    """
    of_generator, of_critic = (
        adam(rate, b1=beta1, b2=beta2)
        for rate in falling_rates(learning_rate, decay_steps, n_critic)
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
    """DRAGAN: the non-saturating loss with a penalty that keeps slopes near one around real data.

    The noise is the noise of the authors' code; see `penalties.DRAGAN` for the paper's.

    Args:
        learning_rate: learning rate of both networks.
        beta1: Adam's decay of the first moment.
        beta2: Adam's decay of the second moment.
        weight: lambda, the weight of the penalty.
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
    """The non-saturating loss with the zero-centered penalty on real examples, RMSProp.

    Args:
        learning_rate: learning rate of both networks.
        gamma: weight of the penalty; 20 reproduces the authors' code, which omits the factor 1 / 2.
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
