"""The objective of AC-GAN: an adversarial loss with an auxiliary classification loss."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from jaxtyping import Array, Float

from jaxgan.types import Number, Objective, Scalar, check_number

__all__ = ["AuxiliaryClassifier"]

Pairs = Float[Array, "batch 2"]
"""A score and the cross entropy -log p(label | x) of each example."""


@dataclasses.dataclass(frozen=True)
class AuxiliaryClassifier(Objective):
    """Any objective on scores, with a cross entropy of the labels for both networks.

    The critic minimizes the critic's loss of `objective` plus critic_weight * E H(real), the
    generator its loss plus generator_weight * E H(fake). H = -log p(label | x) is the cross entropy
    of the critic's classifier; the critic returns `[batch, 2]`, score and H of each example, as
    `networks.ResNetCritic(classes=10)` does. Penalties differentiate the score only. The weights
    are those of WGAN-GP for CIFAR-10.

    >>> import jax.numpy as jnp
    >>> from jaxgan.objectives import Wasserstein
    >>> real, fake = jnp.array([[3.0, 0.5]]), jnp.array([[1.0, 2.0]])
    >>> float(AuxiliaryClassifier(Wasserstein()).critic_loss(real, fake))  # 1 - 3 + 0.5
    -1.5

    Reference: Odena, Olah, Shlens, Conditional Image Synthesis with Auxiliary Classifier GANs,
    2017, Eq. 2 and 3. https://arxiv.org/abs/1610.09585 Gulrajani et al., 2017, Appendix F and
    gan_cifar_resnet.py, which classifies real examples only in the critic's loss.
    """

    objective: Objective
    critic_weight: Number = 1.0
    generator_weight: Number = 0.1
    features: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not isinstance(self.objective, Objective) or self.objective.features:
            raise TypeError(
                f"objective must be an Objective on scores, got {self.objective!r}: give an "
                "instance, such as objectives.Wasserstein()"
            )
        for name in ("critic_weight", "generator_weight"):
            check_number(name, getattr(self, name), "at least 0", "give 0 for no classification")

    def critic_loss(self, real: Pairs, fake: Pairs) -> Scalar:
        """The critic's loss of `objective` plus critic_weight * E H(real)."""
        adversarial = self.objective.critic_loss(real[:, 0], fake[:, 0])
        return adversarial + self.critic_weight * real[:, 1].mean()

    def generator_loss(self, real: Pairs, fake: Pairs) -> Scalar:
        """The generator's loss of `objective` plus generator_weight * E H(fake)."""
        adversarial = self.objective.generator_loss(real[:, 0], fake[:, 0])
        return adversarial + self.generator_weight * fake[:, 1].mean()

    def bind(self, real: Array, fake: Array) -> Objective:
        """The same with the objective for these examples."""
        return dataclasses.replace(self, objective=self.objective.bind(real, fake))

    def witness(self, scores: Pairs, real: Pairs, fake: Pairs) -> Float[Array, " batch"]:
        """The score, without the cross entropy."""
        return self.objective.witness(scores[:, 0], real[:, 0], fake[:, 0])
