"""Arranges images as tiles of one picture, enlarged by a whole number."""

from __future__ import annotations

import jax
import numpy as np
from jaxtyping import Real, UInt8

__all__ = ["CHANNELS", "Images", "check_images", "mosaic", "pixels", "zoom"]

Images = (
    Real[np.ndarray, "_n _height _width _channels"] | Real[jax.Array, "_n _height _width _channels"]
)
"""uint8, or float in [-1, 1]; one channel or three."""

CHANNELS = (1, 3)
"""The numbers of channels that can be drawn: gray and color."""

NOT_FINITE = (242, 190, 196)


def pixels(images: Images) -> UInt8[np.ndarray, "_n _height _width 3"]:
    """Images as 8-bit colors: [-1, 1] becomes [0, 255], non-finite pixels become pink.

    Args:
        images: `[n, height, width, channels]`, uint8 or float, clipped to [-1, 1].

    Returns:
        `[n, height, width, 3]` colors.

    Raises:
        ValueError: neither one channel nor three.

    >>> pixels(np.array([-1.0, 0.0, 2.0]).reshape(1, 1, 3, 1))[0, 0, :, 0].tolist()
    [0, 128, 255]
    """
    array = np.asarray(images)
    if array.shape[-1:] not in ((1,), (3,)):
        raise ValueError(
            f"images must have 1 or 3 channels (last axis), got shape {array.shape}: give gray or "
            "color images"
        )
    array = np.broadcast_to(array, (*array.shape[:-1], 3))
    if array.dtype == np.uint8:
        return array
    finite = np.isfinite(array)
    scaled = np.round(127.5 * (np.clip(np.where(finite, array, 0), -1, 1) + 1))
    return np.where(finite, scaled, np.asarray(NOT_FINITE)[None, None, None]).astype(np.uint8)


def check_images(name: str, images: Images) -> None:
    """Checks that there is an image.

    Args:
        name: the images, for the error.
        images: what was given.

    Raises:
        ValueError: it is empty, or not `[n, height, width, channels]`.

    >>> check_images("real", np.zeros((9, 8, 8, 1)))
    """
    shape = np.shape(images)
    if len(shape) != 4 or 0 in shape:
        raise ValueError(
            f"images of {name} must be [n, height, width, channels], got shape {shape}: give at "
            "least one"
        )


def zoom(width: int, room: int, largest: int = 96) -> int:
    """The whole number by which an image is enlarged to fill the available width.

    Args:
        width: of an image, in pixels.
        room: available width, in device pixels.
        largest: the largest width after enlargement, in device pixels.

    Returns:
        At least 1.

    >>> zoom(28, room=90), zoom(8, room=500), zoom(256, room=90)
    (3, 12, 1)
    """
    return max(1, min(room, largest) // width)


def mosaic(
    images: Images, columns: int, scale: int, gap: tuple[int, int] = (4, 4)
) -> UInt8[np.ndarray, "_height _width 3"]:
    """Tiles on white, row by row.

    Args:
        images: see `pixels`.
        columns: tiles per row.
        scale: device pixels per pixel.
        gap: white device pixels between neighbors, across and down.

    Returns:
        One picture.

    >>> mosaic(np.zeros((3, 8, 8, 1)), columns=2, scale=2, gap=(4, 1)).shape
    (33, 36, 3)
    """
    tiles = pixels(images).repeat(scale, axis=1).repeat(scale, axis=2)
    n, height, width, _ = tiles.shape
    rows = -(-n // columns)
    sheet = np.full((rows, columns, height + gap[1], width + gap[0], 3), 255, np.uint8)
    for i, tile in enumerate(tiles):
        sheet[i // columns, i % columns, :height, :width] = tile
    flat = sheet.transpose(0, 2, 1, 3, 4).reshape(rows * (height + gap[1]), -1, 3)
    return flat[: flat.shape[0] - gap[1], : flat.shape[1] - gap[0]]
