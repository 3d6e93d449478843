"""Recipes whose critic estimates a Wasserstein distance, with a clip or a penalty."""

from __future__ import annotations

import dataclasses

from jaxgan.objectives import AuxiliaryClassifier, Wasserstein
from jaxgan.optimizers import adam, chain, clip_params, rmsprop
from jaxgan.penalties import Consistency, FiniteDifference, GradientPenalty, PowerPenalty
from jaxgan.recipes.decay import falling_rates
from jaxgan.training import Recipe
from jaxgan.types import Number, check_number

__all__ = [
    "ct_gan",
    "su_wgan_gp",
    "wgan",
    "wgan_div",
    "wgan_fd",
    "wgan_gp",
    "wgan_gp_one_sided",
    "wgan_gp_resnet",
]


@dataclasses.dataclass(frozen=True)
class OfficialSchedule:
    """The critic steps of the WGAN paper's code: 100 in the first 25 steps and at every 500th.

    >>> [OfficialSchedule(5)(step) for step in (0, 24, 25, 500, 501)]
    [100, 100, 5, 100, 5]

    Reference: https://github.com/martinarjovsky/WassersteinGAN, main.py.
    """

    n_critic: int

    def __post_init__(self) -> None:
        check_number("n_critic", self.n_critic, "an integer of at least 0", "the paper has 5")

    def __call__(self, step: int) -> int:
        """The number of critic steps before generator step `step`."""
        return 100 if step < 25 or step % 500 == 0 else self.n_critic


def wgan(
    learning_rate: Number = 5e-5,
    c: Number = 0.01,
    n_critic: int = 5,
    official_schedule: bool = False,
) -> Recipe:
    """WGAN with weight clipping: RMSProp, every critic parameter kept in [-c, c].

    RMSProp has the settings of PyTorch, which the paper's code uses: decay 0.99, epsilon outside
    the root. The paper clips after the update, as here. Its code clips before the update, so its
    generator is trained on a critic whose parameters are one update outside the bound.

    Args:
        learning_rate: learning rate of both networks.
        c: largest absolute value of a critic parameter.
        n_critic: critic steps per generator step.
        official_schedule: take 100 critic steps in the first 25 steps and at every 500th.

    Returns:
        The recipe.

    >>> wgan().n_critic, wgan() == wgan(), wgan() == wgan(c=0.1)
    (5, True, False)

    Reference: Arjovsky, Chintala, Bottou, Wasserstein GAN, 2017, Algorithm 1.
    https://arxiv.org/abs/1701.07875
    """
    optimizer = rmsprop(learning_rate, decay=0.99, eps=1e-8, eps_in_sqrt=False)
    return Recipe(
        Wasserstein(),
        generator_optimizer=optimizer,
        critic_optimizer=chain(optimizer, clip_params(c)),
        n_critic=OfficialSchedule(n_critic) if official_schedule else n_critic,
    )


def wgan_gp(
    learning_rate: Number = 1e-4,
    beta1: Number = 0.0,
    beta2: Number = 0.9,
    weight: Number = 10.0,
    n_critic: int = 5,
    decay_steps: int | None = None,
) -> Recipe:
    """WGAN with the two-sided gradient penalty, Adam.

    Args:
        learning_rate: learning rate of both networks.
        beta1: 0 in Algorithm 1 of the paper's last version; 0.5 in its first version, in Appendix
            E and in the code of the toy, MNIST and CIFAR experiments.
        beta2: Adam's decay of the second moment.
        weight: lambda, the weight of the penalty; 10 in the paper, 0.1 in its code for 2-D data.
        n_critic: critic steps per generator step.
        decay_steps: generator steps over which both learning rates fall linearly to 0; None for
            constant learning rates.

    Returns:
        The recipe.

    >>> wgan_gp(weight=0.1).penalties[0].weight
    0.1

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Algorithm 1.
    https://arxiv.org/abs/1704.00028
    """
    if decay_steps is None:
        optimizer = adam(learning_rate, b1=beta1, b2=beta2)
        return Recipe(Wasserstein(), optimizer, optimizer, (GradientPenalty(weight),), n_critic)
    of_generator, of_critic = (
        adam(rate, b1=beta1, b2=beta2)
        for rate in falling_rates(learning_rate, decay_steps, n_critic)
    )
    return Recipe(Wasserstein(), of_generator, of_critic, (GradientPenalty(weight),), n_critic)


def wgan_gp_resnet(
    learning_rate: Number = 2e-4,
    weight: Number = 10.0,
    decay_steps: int = 100_000,
    auxiliary: bool = False,
) -> Recipe:
    """WGAN-GP with the paper's settings for CIFAR-10: `presets.resnet`, batch size 64.

    `wgan_gp` with beta1 = 0, a learning rate that falls linearly to 0, and a generator batch twice
    the size of the critic's.

    Args:
        learning_rate: initial learning rate of both networks.
        weight: lambda, the weight of the penalty.
        decay_steps: generator steps until the learning rates are 0.
        auxiliary: whether to add the losses of the critic's classifier, with the paper's weights 1
            and 0.1, for the conditional networks `presets.resnet(..., classes=10)`.

    Returns:
        The recipe.

    >>> wgan_gp_resnet().generator_batches
    2

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Appendix F and
    gan_cifar_resnet.py. https://arxiv.org/abs/1704.00028
    """
    recipe = wgan_gp(learning_rate, weight=weight, decay_steps=decay_steps)
    objective = AuxiliaryClassifier(recipe.objective) if auxiliary else recipe.objective
    return dataclasses.replace(recipe, objective=objective, generator_batches=2)


def wgan_gp_one_sided(
    learning_rate: Number = 1e-4,
    beta1: Number = 0.0,
    beta2: Number = 0.9,
    weight: Number = 10.0,
    n_critic: int = 5,
) -> Recipe:
    """WGAN-GP that penalizes only slopes above one, weight * E max(0, ||grad|| - 1)^2 (WGAN-LP).

    Args:
        learning_rate: learning rate of both networks.
        beta1: Adam's decay of the first moment.
        beta2: Adam's decay of the second moment.
        weight: lambda, the weight of the penalty.
        n_critic: critic steps per generator step.

    Returns:
        The recipe.

    >>> wgan_gp_one_sided().penalties[0].form
    'one_sided'

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Appendix C.
    https://arxiv.org/abs/1704.00028
    """
    optimizer = adam(learning_rate, b1=beta1, b2=beta2)
    penalty = GradientPenalty(weight, form="one_sided")
    return Recipe(Wasserstein(), optimizer, optimizer, (penalty,), n_critic)


def su_wgan_gp(learning_rate: Number = 1e-4, weight: Number = 10.0, n_critic: int = 5) -> Recipe:
    """Su's WGAN-GP: the one-sided linear penalty weight * E max(||grad||, 1), Adam.

    His critic has the opposite sign (fakes score high); his networks are `presets.su`.

    Args:
        learning_rate: learning rate of both networks.
        weight: lambda, the weight of the penalty.
        n_critic: critic steps per generator step.

    Returns:
        The recipe.

    >>> su_wgan_gp().penalties[0].form
    'one_sided_linear'

    Reference: Su, The art of adversarial training: GAN and WGAN, 2017, and mnist_gangp.py of
    its code. https://spaces.ac.cn/archives/4439
    """
    optimizer = adam(learning_rate, b1=0.5)
    penalty = GradientPenalty(weight, form="one_sided_linear")
    return Recipe(Wasserstein(), optimizer, optimizer, (penalty,), n_critic)


def wgan_fd(learning_rate: Number = 1e-4, weight: Number = 10.0, n_critic: int = 5) -> Recipe:
    """Su's WGAN with a finite difference between two interpolates instead of a gradient.

    Args:
        learning_rate: learning rate of both networks.
        weight: lambda, the weight of the penalty.
        n_critic: critic steps per generator step.

    Returns:
        The recipe.

    >>> wgan_fd().penalties
    (FiniteDifference(weight=10.0, target=1.0, form='one_sided_linear'),)

    Reference: Su, The art of adversarial training: GAN and WGAN, 2017.
    https://spaces.ac.cn/archives/4439
    """
    optimizer = adam(learning_rate, b1=0.5)
    return Recipe(Wasserstein(), optimizer, optimizer, (FiniteDifference(weight),), n_critic)


def ct_gan(
    learning_rate: Number = 1e-4,
    beta1: Number = 0.5,
    weight: Number = 10.0,
    consistency: Number = 2.0,
    n_critic: int = 5,
) -> Recipe:
    """WGAN-GP with a consistency term: real examples should score alike under two dropout masks.

    The critic needs dropout, `presets.dcgan(..., dropout=0.5)`; without it the term is 0.

    Args:
        learning_rate: learning rate of both networks.
        beta1: Adam's decay of the first moment; the decay of the second is 0.9.
        weight: lambda, the weight of the gradient penalty.
        consistency: lambda_2, the weight of the consistency term.
        n_critic: critic steps per generator step.

    Returns:
        The recipe.

    >>> len(ct_gan().penalties)
    2

    Reference: Wei et al., Improving the Improved Training of Wasserstein GANs, 2018.
    https://arxiv.org/abs/1803.01541
    """
    optimizer = adam(learning_rate, b1=beta1, b2=0.9)
    penalties = (GradientPenalty(weight), Consistency(consistency))
    return Recipe(Wasserstein(), optimizer, optimizer, penalties, n_critic)


def wgan_div(
    learning_rate: Number = 2e-4,
    weight: Number = 2.0,
    power: Number = 6.0,
    n_critic: int = 5,
) -> Recipe:
    """WGAN-div: the Wasserstein divergence, weight / 2 * (E_real + E_fake) ||grad||^power.

    The points and Adam's settings are from Su's code, wgan_div_celeba.py.

    Args:
        learning_rate: learning rate of both networks.
        weight: k, the weight of the penalty.
        power: p, the power of the gradient's norm.
        n_critic: critic steps per generator step.

    Returns:
        The recipe.

    >>> wgan_div().penalties
    (PowerPenalty(weight=2.0, power=6.0, at='both'),)

    Reference: Wu et al., Wasserstein Divergence for GANs, 2018.
    https://arxiv.org/abs/1712.01026
    """
    optimizer = adam(learning_rate, b1=0.5)
    penalty = PowerPenalty(weight, power, at="both")
    return Recipe(Wasserstein(), optimizer, optimizer, (penalty,), n_critic)
