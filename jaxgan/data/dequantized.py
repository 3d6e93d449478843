"""Images with noise on their pixels."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key, UInt8

from jaxgan.types import Dataset

__all__ = ["Dequantized"]


class Dequantized(Dataset):
    r"""uint8 images that get noise when they are drawn, so that their values are continuous.

    $$x = p / 128 - 1 + u / 128, \quad u \sim U[0, 1),$$

    with new noise u for each draw of a pixel p.

    >>> images = Dequantized(jnp.full((1, 8, 8, 1), 255, jnp.uint8))
    >>> drawn = images.scale(images.real, jax.random.key(0))
    >>> bool(drawn.min() >= 255 / 128 - 1), bool(drawn.max() < 1), bool(drawn.std() > 0)
    (True, True, True)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, the authors'
    gan_cifar_resnet.py, https://github.com/igul222/improved_wgan_training
    """

    __slots__ = ()

    @staticmethod
    def scale(pixels: UInt8[Array, "*shape"], key: Key[Array, ""]) -> Float[Array, "*shape"]:
        """Pixels as networks receive them, with the noise of a key."""
        noise = jax.random.uniform(key, pixels.shape, jnp.float32)
        return pixels / 128 - 1 + noise / 128
