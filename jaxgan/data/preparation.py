"""What is done with every image before training: orientation, channels, crop and size."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageOps

from jaxgan.types import check_number

__all__ = ["Crop", "Preparation"]

Crop = Literal["center"] | int | None
EIGHT_BITS = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "LAB"}
"""The modes of Pillow that `convert` maps to 0..255 without clipping."""
ONE_CHANNEL = {"1", "L", "LA"}


@dataclasses.dataclass(frozen=True)
class Preparation:
    """A function of an image: turn it as its EXIF tag says, choose channels, crop, resize.

    Attributes:
        size: height and width of the result, in pixels; unchanged if None. Images are resized with
            Pillow's Lanczos filter, which averages over the pixels that become one.
        crop: "center", the largest square around the center; a number, the square with this side
            around the center, in pixels (108 in DCGAN's code, for CelebA); nothing if None.
        gray: whether the result has one channel (luma, ITU-R 601-2); as in the file if None.

    Raises:
        TypeError: a value has another type, or `crop` is another text.
        ValueError: a number is not an integer of at least 1.

    >>> image = Image.fromarray(np.arange(24, dtype=np.uint8).reshape(4, 6))
    >>> Preparation(crop="center")(image)[0, :, 0].tolist()
    [1, 2, 3, 4]
    >>> Preparation(crop=2, gray=False)(image).shape
    (2, 2, 3)

    Reference: crop and size as in Radford, Metz, Chintala, Unsupervised Representation Learning
    with Deep Convolutional Generative Adversarial Networks, 2016, Section 4.
    https://arxiv.org/abs/1511.06434; the filter as in Karras et al., Progressive Growing of GANs,
    2018. https://arxiv.org/abs/1710.10196
    """

    size: int | None = None
    crop: Crop = None
    gray: bool | None = None

    def __post_init__(self) -> None:
        if self.size is not None:
            check_number("size", self.size, "an integer of at least 1", "give it in pixels")
        if self.crop not in (None, "center"):
            remedy = "give it in pixels, or 'center'"
            check_number("crop", self.crop, "an integer of at least 1", remedy)

    def __call__(self, image: Image.Image) -> UInt8[np.ndarray, "height width channels"]:
        """The pixels of an image.

        Raises:
            ValueError: more than 8 bits per channel, an image smaller than the crop, or one that
                is not square although it gets a size.
        """
        if image.mode not in EIGHT_BITS:
            raise ValueError(f"its mode is {image.mode}: convert it to 8 bits per channel")
        gray = image.mode in ONE_CHANNEL if self.gray is None else self.gray
        square = self._cropped(ImageOps.exif_transpose(image).convert("L" if gray else "RGB"))
        if self.size is not None and square.width != square.height:
            raise ValueError(
                f"it has {square.width} x {square.height} pixels, and size={self.size} makes "
                "squares: give crop='center', too"
            )
        if self.size is not None and self.size != square.width:
            square = square.resize((self.size, self.size), Image.Resampling.LANCZOS)
        pixels = np.asarray(square)
        return pixels[..., None] if gray else pixels

    def _cropped(self, image: Image.Image) -> Image.Image:
        if self.crop is None:
            return image
        side = min(image.size) if self.crop == "center" else int(self.crop)
        if side > min(image.size):
            raise ValueError(f"it has {image.width} x {image.height} pixels, less than crop={side}")
        left, top = (image.width - side) // 2, (image.height - side) // 2
        return image.crop((left, top, left + side, top + side))
