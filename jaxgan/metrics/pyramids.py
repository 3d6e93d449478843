"""The sliced Wasserstein distance of patches on the levels of a Laplacian pyramid."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import jax
import numpy as np
from jaxtyping import Array, Float, Key
from scipy.ndimage import convolve1d

from jaxgan.metrics.matrices import matrix_pair
from jaxgan.metrics.sample_metric import Better, SampleMetric
from jaxgan.metrics.slices import mean_slice
from jaxgan.types import check_number

__all__ = ["LaplacianSlices", "laplacian_pyramid", "laplacian_slices"]

COARSEST = 16
"""The least size of a level."""
WINDOW = 7
"""Height and width of a patch."""
TAPS = np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
"""The low-pass filter along an axis."""
CONSTANT = 1e-9
"""The standard deviation of a channel below which it is constant but for rounding."""
BLOCK = 32
"""Directions along which all patches are projected at a time."""


def laplacian_pyramid(images: Float[np.ndarray, "n height width channels"]) -> list[np.ndarray]:
    r"""The levels of a Laplacian pyramid, from the images' size to at least 16 pixels.

    $$x_0 = x, \quad x_{l+1} = \mathrm{down}(x_l), \quad L_l = x_l - \mathrm{up}(x_{l+1}), \quad
    L_{last} = x_{last}$$

    down filters with (1, 4, 6, 4, 1) / 16 along both axes, mirrored at the edges, and keeps every
    second pixel, from the first; up fills with zeros and filters with twice the taps. A level of s
    pixels is halved to (s + 1) // 2 if s is at least 32: 64 pixels have the levels 64, 32 and 16;
    28 pixels have one level, the image itself.

    Args:
        images: `[n, height, width, channels]`.

    Returns:
        A level per size, the finest first; their sum after upsampling is the images.

    >>> [len(level[0]) for level in laplacian_pyramid(np.zeros((1, 64, 64, 3)))]
    [64, 32, 16]

    Reference: Burt, Adelson, The Laplacian Pyramid as a Compact Image Code, 1983.
    https://doi.org/10.1109/TCOM.1983.1095851
    """
    levels, low = [], images
    for _ in _sizes(min(images.shape[1:3]))[1:]:
        high, low = low, _filtered(low, 1.0)[:, ::2, ::2]
        levels.append(high - _up(low, high.shape))
    return [*levels, low]


def laplacian_slices(
    real: Float[np.ndarray, "n height width channels"],
    fake: Float[np.ndarray, "m height width channels"],
    key: Key[Array, ""],
    patches: int = 128,
    projections: int = 512,
) -> dict[int, float]:
    r"""The sliced Wasserstein-1 distance of patches on each level of a Laplacian pyramid.

    $$1000 \, \mathbb{E}_u W_1(u^\top p, u^\top q)$$

    where p and q are the 7 x 7 patches of real and of generated images around random pixels of a
    level, each set normalized by its own mean and standard deviation per channel, and u is uniform
    on the unit sphere. So mean and contrast of a level are not compared. Patches of the i-th real
    and the i-th generated image are at the same places, so equal sets have distance 0.

    Args:
        real: real images, of at least 16 pixels.
        fake: generated images of the same shape.
        key: a PRNG key for places and directions.
        patches: patches per image and level.
        projections: number of directions per level.

    Returns:
        The distance for each height of a level, the finest first.

    Raises:
        ValueError: the images are smaller or differ in shape, or a number is below 1.

    >>> x = np.random.default_rng(0).normal(size=(3, 16, 16, 1))
    >>> laplacian_slices(x, x, jax.random.key(0), patches=2, projections=4)
    {16: 0.0}

    Reference: Karras, Aila, Laine, Lehtinen, Progressive Growing of GANs for Improved Quality,
    Stability, and Variation, 2018, Section 5, and sliced_wasserstein.py of its code.
    https://arxiv.org/abs/1710.10196
    """
    check_number("patches", patches, "an integer of at least 1", "the paper has 128")
    check_number("projections", projections, "an integer of at least 1", "the paper has 512")
    shape = np.shape(real)[1:]
    if np.shape(fake)[1:] != shape or len(shape) != 3 or min(shape[:2]) < COARSEST:
        raise ValueError(
            f"real images are {shape} and generated ones {np.shape(fake)[1:]}: give images of the "
            f"same [height, width, channels] with at least {COARSEST} pixels, or use "
            "sliced_wasserstein for smaller ones"
        )
    pair = [x.reshape(-1, *shape) for x in matrix_pair(real, fake, names=("real", "fake"))]
    found = {}
    for index, levels in enumerate(zip(*map(laplacian_pyramid, pair), strict=True)):
        of_places, of_directions = jax.random.split(jax.random.fold_in(key, index))
        x, y = _patches(levels, of_places, patches)
        found[levels[0].shape[1]] = 1000 * _distance(x, y, of_directions, projections)
    return found


@dataclasses.dataclass(frozen=True)
class LaplacianSlices(SampleMetric):
    """Sliced Wasserstein-1 distances of 7 x 7 patches on a Laplacian pyramid, times 1000.

    It has a score per level, named by its size, and their mean. The paper takes 8,192 images.

    >>> x = np.random.default_rng(0).normal(size=(2, 32, 32, 1))
    >>> LaplacianSlices(patches=1, projections=1)(x, x, jax.random.key(0))
    {'laplacian_slices_32': 0.0, 'laplacian_slices_16': 0.0, 'laplacian_slices_mean': 0.0}

    Reference: Karras, Aila, Laine, Lehtinen, Progressive Growing of GANs for Improved Quality,
    Stability, and Variation, 2018, Section 5, and sliced_wasserstein.py of its code.
    https://arxiv.org/abs/1710.10196
    """

    pixels: int = 32
    patches: int = 128
    projections: int = 512

    usual = False

    needs = "images"
    protocol = "1000 W1 of 7 x 7 patches, normalized per level and channel, over random directions"

    def __post_init__(self) -> None:
        remedy = "give the height of square images; for smaller ones use sliced_wasserstein"
        check_number("pixels", self.pixels, f"an integer of at least {COARSEST}", remedy)
        check_number("patches", self.patches, "an integer of at least 1", "the paper has 128")
        check_number("projections", self.projections, "an integer of at least 1", "it has 512")

    @property
    def better(self) -> Mapping[str, Better]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """A score per level, and their mean."""
        return {f"laplacian_slices_{name}": "lower" for name in (*_sizes(self.pixels), "mean")}

    def __call__(
        self,
        real: Float[np.ndarray, "n height width channels"],
        fake: Float[np.ndarray, "m height width channels"],
        key: Key[Array, ""],
    ) -> dict[str, float]:
        """See `laplacian_slices`."""
        if np.shape(real)[1:3] != (self.pixels, self.pixels):
            raise ValueError(
                f"pixels={self.pixels} of LaplacianSlices, but the images are "
                f"{np.shape(real)[1:]}: give pixels={np.shape(real)[1]} for square images"
            )
        of_levels = laplacian_slices(real, fake, key, self.patches, self.projections)
        values = *of_levels.values(), float(np.mean(list(of_levels.values())))
        return dict(zip(self.better, values, strict=True))


def _sizes(pixels: int) -> list[int]:
    """The sizes of the levels, the finest first."""
    sizes = [pixels]
    while sizes[-1] >= 2 * COARSEST:
        sizes.append((sizes[-1] + 1) // 2)
    return sizes


def _filtered(images: np.ndarray, gain: float) -> np.ndarray:
    """The images, filtered along both axes of space; their edges are mirrors."""
    for axis in (1, 2):
        images = convolve1d(images, gain * TAPS, axis, mode="mirror")
    return images


def _up(low: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A level at the size of the next finer one."""
    spread = np.zeros(shape)
    spread[:, ::2, ::2] = low
    return _filtered(spread, 2.0)


def _patches(levels: tuple[np.ndarray, ...], key: Key[Array, ""], patches: int) -> list[np.ndarray]:
    """Normalized patches of a level of both sets, `[patches of all images, channels * 7 * 7]`."""
    most, space = max(map(len, levels)), levels[0].shape[1:3]
    draws = (
        jax.random.randint(one, (most, patches), 0, size - WINDOW + 1)
        for one, size in zip(jax.random.split(key), space, strict=True)
    )
    rows, columns = map(np.asarray, draws)
    found = []
    for level in levels:
        n = len(level)
        windows = np.lib.stride_tricks.sliding_window_view(level, (WINDOW, WINDOW), axis=(1, 2))  # pyright: ignore[reportCallIssue, reportArgumentType]
        taken = windows[
            np.arange(n)[:, None], rows[:n], columns[:n]
        ]  # [n, patches, channels, 7, 7]
        taken = taken - taken.mean(axis=(0, 1, 3, 4), keepdims=True)
        deviation = taken.std(axis=(0, 1, 3, 4), keepdims=True)
        taken /= np.where(deviation > CONSTANT, deviation, 1)
        found.append(taken.reshape(n * patches, -1))
    return found


def _distance(x: np.ndarray, y: np.ndarray, key: Key[Array, ""], projections: int) -> float:
    """The mean Wasserstein-1 distance over all directions, a block of them at a time."""
    sizes = [min(BLOCK, projections - start) for start in range(0, projections, BLOCK)]
    keys = jax.random.split(key, len(sizes))
    means = [mean_slice(x, y, one, n, order=1) for one, n in zip(keys, sizes, strict=True)]
    return float(np.average(means, weights=sizes))
