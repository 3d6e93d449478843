"""The papers' settings as functions that return a `Recipe`; `__all__` is the registry.

A recipe compares, hashes and prints by its settings, so two equal ones compile once.
"""

from __future__ import annotations

import dataclasses

from jaxgan.objectives import Minimax, NonSaturating, Wasserstein
from jaxgan.penalties import GradientPenalty
from jaxgan.training import Recipe
from jaxgan.transforms import adam, chain, clip_params, rmsprop, sgd
from jaxgan.types import Scalar

__all__ = ["dcgan", "gan", "wgan", "wgan_gp"]


def gan(
    learning_rate: Scalar = 0.1,
    momentum: Scalar = 0.5,
    n_critic: int = 1,
    saturating: bool = False,
) -> Recipe:
    """The first GAN: k critic steps, one generator step, SGD with momentum.

    Args:
        learning_rate: of both players.
        momentum: of both players; the paper raises it from 0.5 to 0.7 in training.
        n_critic: k of Algorithm 1.
        saturating: the generator descends E log(1 - D) instead of -E log D.

    Returns:
        The recipe.

    >>> gan(saturating=True).objective
    Minimax()

    Reference: Goodfellow et al., Generative Adversarial Networks, 2014, Algorithm 1.
    https://arxiv.org/abs/1406.2661
    """
    optimizer = sgd(learning_rate, momentum=momentum)
    return Recipe(Minimax() if saturating else NonSaturating(), optimizer, optimizer, (), n_critic)


def dcgan(learning_rate: Scalar = 2e-4, beta1: Scalar = 0.5) -> Recipe:
    """DCGAN's training: the non-saturating game, one step each, Adam.

    Args:
        learning_rate: of both players.
        beta1: Adam's decay of the first moment.

    Returns:
        The recipe.

    >>> dcgan().generator_optimizer
    adam(0.0002, b1=0.5)

    Reference: Radford, Metz, Chintala, Unsupervised Representation Learning with DCGAN, 2015.
    https://arxiv.org/abs/1511.06434
    """
    optimizer = adam(learning_rate, b1=beta1)
    return Recipe(NonSaturating(), optimizer, optimizer)


@dataclasses.dataclass(frozen=True)
class OfficialSchedule:
    """The critic steps of the WGAN paper's code: 100 in the first 25 steps and at every 500th.

    >>> [OfficialSchedule()(step) for step in (0, 24, 25, 500, 501)]
    [100, 100, 5, 100, 5]

    Reference: https://github.com/martinarjovsky/WassersteinGAN, main.py.
    """

    n_critic: int = 5

    def __call__(self, step: int) -> int:
        """The critic steps before generator step `step`."""
        return 100 if step < 25 or step % 500 == 0 else self.n_critic


def wgan(
    learning_rate: Scalar = 5e-5,
    c: Scalar = 0.01,
    n_critic: int = 5,
    official_schedule: bool = False,
) -> Recipe:
    """WGAN with weight clipping: RMSProp, every critic parameter kept in [-c, c].

    RMSProp is PyTorch's, which the paper's code uses: decay 0.99, epsilon outside the root. The
    paper clips after the update, as here; its code before, so that its generator sees parameters
    one step outside the bound.

    Args:
        learning_rate: of both players.
        c: the bound of the critic's parameters.
        n_critic: critic steps per generator step.
        official_schedule: 100 critic steps in the first 25 steps and at every 500th.

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
    learning_rate: Scalar = 1e-4,
    beta1: Scalar = 0.0,
    beta2: Scalar = 0.9,
    weight: Scalar = 10.0,
    n_critic: int = 5,
) -> Recipe:
    """WGAN with the two-sided gradient penalty, Adam.

    Args:
        learning_rate: of both players.
        beta1: 0 in Algorithm 1 of the paper's last version; 0.5 in its first version, in Appendix
            E and in the code of the toy, MNIST and CIFAR experiments.
        beta2: Adam's decay of the second moment.
        weight: lambda; 10 in the paper, 0.1 in its code for two-dimensional data.
        n_critic: critic steps per generator step.

    Returns:
        The recipe.

    >>> wgan_gp(weight=0.1).penalties
    (GradientPenalty(weight=0.1, target=1.0),)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Algorithm 1.
    https://arxiv.org/abs/1704.00028
    """
    optimizer = adam(learning_rate, b1=beta1, b2=beta2)
    return Recipe(Wasserstein(), optimizer, optimizer, (GradientPenalty(weight),), n_critic)
