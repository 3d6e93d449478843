"""The projection of a critic's features on an embedding of the label."""

from __future__ import annotations

from flax import linen as nn
from jaxtyping import Array, Float

from jaxgan.networks.conditional import Labels, one_hot
from jaxgan.networks.layers import Dense
from jaxgan.networks.norms import Weights, reweight

__all__ = ["projection"]


def projection(
    phi: Float[Array, "batch features"],
    labels: Labels,
    classes: int,
    init: nn.initializers.Initializer,
    weights: Weights = "none",
    *,
    train: bool,
) -> Float[Array, " batch"]:
    """<embed(y), phi>, with a row of a matrix for each class; call it inside a compact module.

    Args:
        phi: the critic's features, `[batch, features]`.
        labels: the classes of the examples.
        classes: number of classes.
        init: how the matrix starts.
        weights: normalization of the matrix.
        train: whether the statistics of that normalization are updated.

    Returns:
        `[batch]`, to be added to the score of the features.

    Raises:
        ValueError: there are no labels.

    Reference: Miyato, Koyama, cGANs with Projection Discriminator, 2018, Eq. 3.
    https://arxiv.org/abs/1802.05637
    """
    layer = Dense(phi.shape[-1], use_bias=False, kernel_init=init, name="embedding")
    embedded = reweight(layer, weights, train=train)(one_hot(labels, classes))
    return (embedded.astype(phi.dtype) * phi).sum(axis=1)
