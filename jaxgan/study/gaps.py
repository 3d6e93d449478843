"""The critic's gaps on training and on held-out examples, which show how it overfits."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float, Num

from jaxgan.metrics.classifier import in_range
from jaxgan.study.moment import Moment
from jaxgan.training import score

__all__ = ["critic_gaps"]


def critic_gaps(
    moment: Moment, held_out: Num[Array, "n *shape"], fakes: Float[Array, "m *shape"]
) -> dict[str, float]:
    """The mean scores of training and of held-out examples, less that of fakes.

    Scores are those without dropout and with running statistics.

    Args:
        moment: the moment; its data are in memory.
        held_out: further real examples, uint8 images or in the units of the training batches.
        fakes: generated examples.

    Returns:
        The gaps `train` and `held_out`, and their difference `apart`, which grows as the critic
        overfits.

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Section 5.3.
    https://arxiv.org/abs/1704.00028
    """
    sets = moment.setup.data.real, held_out, fakes
    train, other, fake = (
        float(score(moment.setup.networks, moment.state, in_range(jnp.asarray(x))).mean())
        for x in sets
    )
    return {"train": train - fake, "held_out": other - fake, "apart": train - other}
