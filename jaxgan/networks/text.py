"""Residual networks of one-dimensional convolutions for text, a row of characters per position."""

from __future__ import annotations

from flax import linen as nn
from jaxtyping import Array, Float

from jaxgan.networks.initializers import he_strided
from jaxgan.networks.layers import Conv, Dense
from jaxgan.networks.settings import check_settings

__all__ = ["TextCritic", "TextGenerator"]

GLOROT = nn.initializers.glorot_uniform()
"""Initializer of the dense layers."""


def _conv(features: int, window: int) -> Conv:
    return Conv(features, (window,), kernel_init=he_strided())


def _block(x: Float[Array, "batch length width"]) -> Float[Array, "batch length width"]:
    """x + 0.3 branch(x), where the branch is twice a ReLU and a convolution of window 5."""
    branch = x
    for _ in range(2):
        branch = _conv(x.shape[-1], 5)(nn.relu(branch))
    return x + 0.3 * branch


class TextGenerator(nn.Module):
    """Dense to [length, width], `depth` residual blocks, then a softmax over the characters.

    An example is `[length, characters]`: each row is a distribution over the characters, so that
    the critic's gradient reaches the generator. A text is read off by the largest entry of a row.

    >>> import jax, jax.numpy as jnp
    >>> generator = TextGenerator((16, 27), width=8)
    >>> text, _ = generator.init_with_output(jax.random.key(0), jnp.zeros((5, 128)))
    >>> text.shape, round(float(text.sum()))  # 5 texts, 16 rows that sum to 1
    ((5, 16, 27), 80)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Section 5.1 and
    gan_language.py of its code. https://arxiv.org/abs/1704.00028
    """

    shape: tuple[int, int]
    width: int = 512
    depth: int = 5

    def __post_init__(self) -> None:
        check_settings(self)
        super().__post_init__()

    @nn.compact
    def __call__(self, latent: Float[Array, "batch size"]) -> Float[Array, "batch length chars"]:
        """`[batch, latent] -> [batch, length, characters]`, rows that sum to one."""
        length, characters = self.shape
        x = Dense(length * self.width, kernel_init=GLOROT)(latent)
        x = x.reshape(-1, length, self.width)
        for _ in range(self.depth):
            x = _block(x)
        return nn.softmax(_conv(characters, 1)(x))


class TextCritic(nn.Module):
    """A convolution of window 1, `depth` residual blocks of width `width`, then one score.

    >>> import jax, jax.numpy as jnp
    >>> critic = TextCritic(width=8)
    >>> critic.init_with_output(jax.random.key(0), jnp.zeros((5, 16, 27)))[0].shape
    (5,)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Section 5.1 and
    gan_language.py of its code. https://arxiv.org/abs/1704.00028
    """

    width: int = 512
    depth: int = 5

    def __post_init__(self) -> None:
        check_settings(self)
        super().__post_init__()

    @nn.compact
    def __call__(self, x: Float[Array, "batch length chars"]) -> Float[Array, " batch"]:
        """`[batch, length, characters] -> [batch]`."""
        x = _conv(self.width, 1)(x)
        for _ in range(self.depth):
            x = _block(x)
        return Dense(1, kernel_init=GLOROT)(x.reshape(x.shape[0], -1))[:, 0]
