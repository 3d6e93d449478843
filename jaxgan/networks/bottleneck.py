"""The networks of 101 layers: residual blocks with bottlenecks of half the channels."""

from __future__ import annotations

from typing import Literal

from flax import linen as nn
from jaxtyping import Array, Float

from jaxgan.networks.conditional import Labels
from jaxgan.networks.dcgan import doublings_of
from jaxgan.networks.initializers import he_strided
from jaxgan.networks.layers import Conv, ConvTranspose, Dense
from jaxgan.networks.norms import Norm, normalize
from jaxgan.networks.projection import projection
from jaxgan.networks.settings import check_conditional_norm, check_settings

__all__ = ["BottleneckCritic", "BottleneckGenerator"]

GLOROT = nn.initializers.glorot_uniform()


class BottleneckBlock(nn.Module):
    """x + 0.3 f(x), f = ReLU, 1 x 1; ReLU, 3 x 3; ReLU, 1 x 1 convolution; normalization.

    The first two convolutions have half the channels. "up" doubles the pixels by a transposed
    3 x 3 convolution and, on the shortcut, by a 1 x 1 convolution to four times the channels, which
    are the four pixels; "down" halves them by strides of both. With `classes` the batch
    normalization has a scale and an offset per class.
    """

    features: int
    norm: Norm
    resample: Literal["up", "down", "none"] = "none"
    classes: int | None = None

    @nn.compact
    def __call__(
        self, x: Float[Array, "batch height width channels"], train: bool, labels: Labels = None
    ) -> Float[Array, "batch _height _width features"]:
        """`[batch, height, width, channels] -> [batch, height', width', features]`."""
        y = nn.relu(x)
        y = Conv(max(x.shape[-1] // 2, 1), (1, 1), kernel_init=he_strided())(y)
        y = self._resampled(nn.relu(y), max(self.features // 2, 1))
        y = Conv(self.features, (1, 1), use_bias=False, kernel_init=he_strided())(nn.relu(y))
        by_class = {"labels": labels, "classes": self.classes, "train": train}
        return self._shortcut(x) + 0.3 * normalize(y, self.norm, **by_class)

    def _resampled(self, y: Array, features: int) -> Array:
        if self.resample == "up":
            init = he_strided(2, transposed=True)
            return ConvTranspose(features, (3, 3), (2, 2), kernel_init=init)(y)
        stride = 2 if self.resample == "down" else 1
        return Conv(features, (3, 3), (stride, stride), kernel_init=he_strided(stride))(y)

    def _shortcut(self, x: Array) -> Array:
        if self.resample == "none":
            return x
        if self.resample == "down":
            init = he_strided(2, scale=2.0)
            return Conv(self.features, (1, 1), (2, 2), kernel_init=init, name="shortcut")(x)
        x = Conv(4 * self.features, (1, 1), kernel_init=GLOROT, name="shortcut")(x)
        batch, height, width, _ = x.shape
        x = x.reshape(batch, height, width, 2, 2, self.features).swapaxes(2, 3)
        return x.reshape(batch, 2 * height, 2 * width, self.features)


class BottleneckGenerator(nn.Module):
    """Dense to 4 x 4, `depth` blocks per size with blocks that double it between; tanh(x / 5).

    With `width` d and k doublings the channels are d 2^(k-1), ..., 2d, d, d / 2; the largest map
    has one block fewer. With 64 pixels and depth 6 it has 101 layers. With `classes` the batch
    normalizations have a scale and an offset per class.

    >>> import jax, jax.numpy as jnp
    >>> generator = BottleneckGenerator((16, 16, 1), width=4, depth=1)
    >>> generator.init_with_output(jax.random.key(0), jnp.zeros((5, 8)))[0].shape
    (5, 16, 16, 1)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Figure 2 and
    gan_64x64.py of its code. https://arxiv.org/abs/1704.00028
    """

    shape: tuple[int, int, int]
    width: int = 64
    depth: int = 6
    norm: Norm = "batch"
    classes: int | None = None

    def __post_init__(self) -> None:
        check_settings(self)
        check_conditional_norm(self)
        super().__post_init__()

    @nn.compact
    def __call__(
        self, latent: Float[Array, "batch size"], train: bool = True, labels: Labels = None
    ) -> Float[Array, "batch height width channels"]:
        """`[batch, latent] -> [batch, height, width, channels]` in [-1, 1]."""
        pixels, _, colors = self.shape
        maps = _features(self.width, doublings_of(pixels))[::-1]
        x = Dense(4 * 4 * maps[0], kernel_init=GLOROT)(latent).reshape(-1, 4, 4, maps[0])
        for level, features in enumerate(maps):
            if level:
                x = BottleneckBlock(features, self.norm, "up", self.classes)(x, train, labels)
            x = x[:, :7, :7] if pixels == 28 and level == 1 else x
            for _ in range(self.depth - (level == len(maps) - 1)):
                x = BottleneckBlock(features, self.norm, "none", self.classes)(x, train, labels)
        return nn.tanh(Conv(colors, (1, 1), kernel_init=GLOROT)(x) / 5)


class BottleneckCritic(nn.Module):
    """The mirror image of `BottleneckGenerator`: a 1 x 1 convolution, blocks, then one score / 5.

    With `classes` the score is (<embed(y), phi> + psi(phi)) / 5, as in `ProjectionCritic`: phi is
    the flattened last map, psi the last layer.

    >>> import jax, jax.numpy as jnp
    >>> critic = BottleneckCritic(width=4, depth=1)
    >>> critic.init_with_output(jax.random.key(0), jnp.zeros((5, 16, 16, 1)))[0].shape
    (5,)

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Figure 2 and
    gan_64x64.py of its code. https://arxiv.org/abs/1704.00028 Miyato, Koyama, cGANs with Projection
    Discriminator, 2018, Eq. 3. https://arxiv.org/abs/1802.05637
    """

    width: int = 64
    depth: int = 6
    norm: Norm = "layer"
    classes: int | None = None

    def __post_init__(self) -> None:
        check_settings(self)
        super().__post_init__()

    @nn.compact
    def __call__(
        self,
        x: Float[Array, "batch height width channels"],
        train: bool = True,
        labels: Labels = None,
    ) -> Float[Array, " batch"]:
        """`[batch, height, width, channels] -> [batch]` scores."""
        maps = _features(self.width, doublings_of(x.shape[1]))
        x = Conv(maps[0], (1, 1), kernel_init=GLOROT)(x)
        for level, features in enumerate(maps):
            if level:
                x = BottleneckBlock(features, self.norm, "down")(x, train)
            for _ in range(self.depth - (level == 0)):
                x = BottleneckBlock(features, self.norm)(x, train)
        phi = x.reshape(x.shape[0], -1)
        psi = Dense(1, kernel_init=GLOROT)(phi)[:, 0]
        if self.classes is None:
            return psi / 5
        return (psi + projection(phi, labels, self.classes, GLOROT, train=train)) / 5


def _features(width: int, doublings: int) -> tuple[int, ...]:
    """The channels of the maps, from the largest map to 4 x 4."""
    return (max(width // 2, 1), *(width * 2**level for level in range(doublings)))
