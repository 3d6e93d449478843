"""How the labels of a conditional network reach its layers.

A network with a field `classes` is conditional if that is a number: its `__call__` then needs
`labels`, integers from 0.
"""

from __future__ import annotations

import inspect

import jax
import jax.numpy as jnp
from flax import linen as nn
from jaxtyping import Array, Float, Integer

__all__ = ["ConditionalBatchNorm", "Labels", "cross_entropy", "join", "one_hot", "takes_labels"]

Labels = Integer[Array, " batch"] | None
"""The class of each example, counted from 0; None for a network without classes."""


def takes_labels(module: nn.Module) -> bool:
    """Whether a network uses labels: it declares them, and its field `classes`, if any, is set.

    Args:
        module: any network.

    Returns:
        Whether its `__call__` is given `labels`.

    >>> from jaxgan.networks import MLPCritic
    >>> takes_labels(MLPCritic()), takes_labels(MLPCritic(classes=10))
    (False, True)
    """
    declared = "labels" in inspect.signature(type(module).__call__).parameters
    return declared and getattr(module, "classes", True) is not None


def one_hot(labels: Labels, classes: int) -> Float[Array, "batch classes"]:
    """The labels as rows with a single one; zeros for a label that is out of range.

    Args:
        labels: `[batch]`.
        classes: number of classes.

    Returns:
        `[batch, classes]`.

    Raises:
        ValueError: there are no labels.

    >>> one_hot(jnp.array([2, 0]), 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    return jax.nn.one_hot(_given(labels, classes), classes)


def join(
    x: Float[Array, "batch *shape"], labels: Labels, classes: int | None
) -> Float[Array, "batch *_shape"]:
    """Appends the one-hot label of each example to its channels, at every pixel.

    Args:
        x: `[batch, ..., channels]`.
        labels: `[batch]`.
        classes: number of classes; None returns x.

    Returns:
        `[batch, ..., channels + classes]`.

    Raises:
        ValueError: there are classes but no labels.

    >>> join(jnp.zeros((5, 4, 4, 3)), jnp.arange(5), 10).shape
    (5, 4, 4, 13)

    Reference: Mirza, Osindero, Conditional Generative Adversarial Nets, 2014, Section 3.2.
    https://arxiv.org/abs/1411.1784
    """
    if classes is None:
        return x
    rows = one_hot(labels, classes).astype(x.dtype)
    rows = rows.reshape(x.shape[0], *(1,) * (x.ndim - 2), classes)
    return jnp.concatenate([x, jnp.broadcast_to(rows, (*x.shape[:-1], classes))], axis=-1)


def cross_entropy(logits: Float[Array, "batch classes"], labels: Labels) -> Float[Array, " batch"]:
    """-log p(label), where p is the softmax of the logits.

    Args:
        logits: `[batch, classes]`.
        labels: `[batch]`.

    Returns:
        `[batch]`.

    Raises:
        ValueError: there are no labels.

    >>> cross_entropy(jnp.zeros((1, 4)), jnp.array([2])).tolist()  # log 4
    [1.3862943649291992]
    """
    rows = one_hot(labels, logits.shape[-1]).astype(logits.dtype)
    return -(rows * jax.nn.log_softmax(logits)).sum(axis=-1)


class ConditionalBatchNorm(nn.Module):
    """Batch normalization with a scale and an offset for each class and channel.

    y = scale_{label, c} (x - mean_c) / sqrt(var_c + 1e-5) + offset_{label, c} with the moments of
    the whole batch, all classes together. Scales start at 1, offsets at 0.

    >>> x, labels = jax.random.normal(jax.random.key(0), (4, 2, 2, 3)), jnp.arange(4)
    >>> y, variables = ConditionalBatchNorm(10).init_with_output(jax.random.key(1), x, labels, True)
    >>> variables["params"]["scale"]["embedding"].shape
    (10, 3)

    Reference: Dumoulin, Shlens, Kudlur, A Learned Representation for Artistic Style, 2017, Eq. 5.
    https://arxiv.org/abs/1610.07629
    """

    classes: int

    @nn.compact
    def __call__(
        self, x: Float[Array, "batch *shape"], labels: Labels, train: bool
    ) -> Float[Array, "batch *shape"]:
        """`[batch, ..., channels]` to the same shape."""
        labels = _given(labels, self.classes)
        options = {"momentum": 0.9, "epsilon": 1e-5, "use_scale": False, "use_bias": False}
        y = nn.BatchNorm(use_running_average=not train, **options)(x)

        def per_class(name: str, init: nn.initializers.Initializer) -> Array:
            rows = nn.Embed(self.classes, x.shape[-1], embedding_init=init, name=name)(labels)
            return rows.reshape(x.shape[0], *(1,) * (x.ndim - 2), -1).astype(x.dtype)

        ones, zeros = nn.initializers.ones_init(), nn.initializers.zeros_init()
        return y * per_class("scale", ones) + per_class("offset", zeros)


def _given(labels: Labels, classes: int) -> Integer[Array, " batch"]:
    if labels is None:
        raise ValueError(
            f"a network with classes={classes} needs labels: give data with labels, the labels of "
            "the examples to draw, or classes=None"
        )
    return labels
