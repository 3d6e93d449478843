"""Self-attention between the pixels of a map."""

from __future__ import annotations

import jax.numpy as jnp
from flax import linen as nn
from jaxtyping import Array, Float

from jaxgan.networks.layers import Conv
from jaxgan.networks.norms import Weights, reweight
from jaxgan.networks.settings import check_settings

__all__ = ["SelfAttention", "attended"]

GLOROT = nn.initializers.glorot_uniform()


class SelfAttention(nn.Module):
    """x + scale v(a h(x)), where a_ij = softmax_j <f(x_i), g(x_j)> over the pixels j.

    f, g and h are 1 x 1 convolutions without bias to C / 8, C / 8 and C / 2 channels, v back to C.
    g and h are halved by 2 x 2 maxima, as in the authors' code. `scale` starts at 0. All of it is
    products, maxima and a softmax, so a gradient penalty differentiates it twice.

    >>> import jax
    >>> x = jnp.ones((2, 4, 4, 8))
    >>> y, variables = SelfAttention().init_with_output(jax.random.key(0), x, train=True)
    >>> y.shape, bool((y == x).all())  # the scale is 0
    ((2, 4, 4, 8), True)

    Reference: Zhang, Goodfellow, Metaxas, Odena, Self-Attention Generative Adversarial Networks,
    2019, Eq. 1 to 3, and non_local.py of its code. https://arxiv.org/abs/1805.08318
    """

    weights: Weights = "none"

    def __post_init__(self) -> None:
        check_settings(self)
        super().__post_init__()

    @nn.compact
    def __call__(
        self, x: Float[Array, "batch height width channels"], train: bool
    ) -> Float[Array, "batch height width channels"]:
        """`[batch, height, width, channels]` to the same shape; height and width are even."""
        channels = x.shape[-1]

        def conv(features: int, x: Array) -> Array:
            layer = Conv(features, (1, 1), use_bias=False, kernel_init=GLOROT)
            return reweight(layer, self.weights, train=train)(x)

        def pixels(x: Array) -> Array:
            return x.reshape(x.shape[0], -1, x.shape[-1])

        narrow, half = max(channels // 8, 1), max(channels // 2, 1)
        queries = pixels(conv(narrow, x))
        keys = pixels(_max_pool(conv(narrow, x)))
        values = pixels(_max_pool(conv(half, x)))
        attention = nn.softmax(jnp.einsum("bic,bjc->bij", queries, keys))
        attended = jnp.einsum("bij,bjc->bic", attention, values)
        scale = self.param("scale", nn.initializers.zeros_init(), ())
        return x + scale.astype(x.dtype) * conv(channels, attended.reshape(*x.shape[:3], half))


def attended(pixels: int) -> int:
    """The size of the map that has self-attention, in networks for images of this size.

    Args:
        pixels: height and width of the images.

    Returns:
        Height and width of the map: half of the image, at most 16.

    >>> attended(28), attended(64)
    (14, 16)
    """
    return min(pixels // 2, 16)


def _max_pool(x: Float[Array, "batch height width channels"]) -> Array:
    """The maxima of 2 x 2 pixels."""
    batch, height, width, channels = x.shape
    return x.reshape(batch, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))
