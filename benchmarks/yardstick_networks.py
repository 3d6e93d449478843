"""The networks of `jaxgan` in PyTorch, with the same arithmetic and numbers of parameters."""
# pyright: reportMissingImports=false

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["Pair", "Rectifier", "dcgan", "mlp", "resnet"]

Pair = tuple[nn.Module, nn.Module]
"""Generator and critic."""


class Rectifier(nn.Module):
    """max(x, slope x); `by_mask` selects a form that is faster under double backward.

    The native kernels return the second derivative, which is zero, as a tensor of zeros and
    propagate it through every convolution; a product with a mask does not.
    """

    def __init__(self, slope: float = 0.0, *, inplace: bool = True) -> None:
        super().__init__()
        self.slope, self.inplace, self.by_mask = slope, inplace, False

    def forward(self, x: Tensor) -> Tensor:
        if self.by_mask:
            return x * torch.where(x > 0, 1.0, self.slope).to(x.dtype)
        return F.leaky_relu(x, self.slope, self.inplace)


def mlp(width: int, depth: int = 3) -> Pair:
    """Generator and critic for points in the plane, `jaxgan.networks.presets.mlp`."""

    def network(features: int) -> nn.Module:
        sizes = itertools.pairwise([2, *[width] * depth])
        hidden = [(nn.Linear(before, after), Rectifier()) for before, after in sizes]
        return nn.Sequential(*itertools.chain(*hidden), nn.Linear(width, features))

    return network(2), network(1)


def dcgan(pixels: int, channels: int, latent: int = 128, width: int = 64) -> Pair:
    """Generator and critic for images, `jaxgan.networks.presets.dcgan`.

    5 x 5 kernels with stride 2 double or halve the pixels. For 28 pixels, the first layer after the
    base has no output padding, which gives a 7 x 7 map; jaxgan crops one of 8 x 8.
    """
    widths = [width * 2**layer for layer in range({28: 3, 32: 3, 64: 4}[pixels])]
    widest = widths[-1]
    up = [nn.Linear(latent, 16 * widest), nn.Unflatten(1, (widest, 4, 4))]
    for before, after in itertools.pairwise([*reversed(widths), channels]):
        odd = pixels == 28 and before == widest
        up += [nn.BatchNorm2d(before), Rectifier()]
        up += [nn.ConvTranspose2d(before, after, 5, 2, padding=2, output_padding=int(not odd))]
    down = []
    for before, after in itertools.pairwise([channels, *widths]):
        down += [nn.Conv2d(before, after, 5, 2, padding=2), Rectifier(0.2)]
    critic = nn.Sequential(*down, nn.Flatten(), nn.Linear(16 * widest, 1))
    return nn.Sequential(*up, nn.Tanh()), critic


class Sum(nn.Module):
    """shortcut(x) + residual(x)."""

    def __init__(self, shortcut: nn.Module, *residual: nn.Module) -> None:
        super().__init__()
        self.shortcut, self.residual = shortcut, nn.Sequential(*residual)

    def forward(self, x: Tensor) -> Tensor:
        return self.shortcut(x) + self.residual(x)


class Halve(nn.Module):
    """Means over 2 x 2 pixels; `AvgPool2d` would propagate zeros as in `Rectifier`."""

    def forward(self, x: Tensor) -> Tensor:
        return x.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).mean((3, 5))


def resnet(width: int = 128) -> Pair:
    """Generator and critic for images of 32 x 32 pixels, `jaxgan.networks.presets.resnet`."""

    def convolution(size: int, before: int = width, after: int = width) -> nn.Module:
        return nn.Conv2d(before, after, size, padding=size // 2)

    def normalized() -> list[nn.Module]:
        return [nn.BatchNorm2d(width), Rectifier()]

    def up() -> nn.Module:
        double, shortcut = nn.Upsample(scale_factor=2), convolution(1)
        first = [*normalized(), double, convolution(3)]
        return Sum(nn.Sequential(double, shortcut), *first, *normalized(), convolution(3))

    def plain(shortcut: nn.Module) -> nn.Module:
        first = [Rectifier(inplace=False), convolution(3)]
        return Sum(shortcut, *first, Rectifier(), convolution(3))

    base = [nn.Linear(128, 16 * width), nn.Unflatten(1, (width, 4, 4))]
    pixels = [*normalized(), convolution(3, after=3), nn.Tanh()]
    entry = [convolution(3, before=3), Rectifier(), convolution(3), Halve()]
    blocks = [
        Sum(nn.Sequential(Halve(), convolution(1, before=3)), *entry),
        *(plain(convolution(1)), Halve()),
        *(plain(nn.Identity()), plain(nn.Identity())),
    ]
    score = [Rectifier(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 1)]
    generator = nn.Sequential(*base, up(), up(), up(), *pixels)
    return generator, nn.Sequential(*blocks, *score)
