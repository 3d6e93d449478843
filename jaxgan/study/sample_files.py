"""Generated images from files: a folder of pictures, or arrays of NumPy."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from jaxtyping import Num
from PIL import Image

__all__ = ["read_samples"]

ARRAYS, PICTURES = (".npy", ".npz"), (".png", ".jpg", ".jpeg")


def read_samples(path: Path) -> Num[np.ndarray, "n height width channels"]:
    """Images from a file of arrays, or from a folder of pictures or of such files.

    Args:
        path: an .npy or .npz of uint8 images, or floats in [-1, 1], `[n, h, w]` or
            `[n, h, w, channels]`; or a folder with .png or .jpg pictures, one image each, or with
            such arrays. Subfolders are read too.

    Returns:
        uint8 or float images, in the order of the file names.

    Raises:
        ValueError: there are no images, or not all of one size.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(Path(folder) / "a.npy", np.zeros((5, 8, 8), np.uint8))
    ...     read_samples(Path(folder)).shape
    (5, 8, 8, 1)
    """
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    arrays = [file for file in files if file.suffix.lower() in ARRAYS]
    pictures = [file for file in files if file.suffix.lower() in PICTURES]
    if arrays and pictures:
        raise ValueError(
            f"{path} has pictures and arrays: keep the samples in a folder of one kind"
        )
    if not arrays and not pictures:
        raise ValueError(f"{path} has no samples: give a run, or a folder of .png, .npz or .npy")
    return _joined(map(_array, arrays)) if arrays else _joined(map(_picture, pictures))


def _array(file: Path) -> tuple[Path, np.ndarray]:
    try:
        loaded = np.load(file, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"{file} cannot be read ({error})") from error
    if isinstance(loaded, np.ndarray):
        images = loaded
    else:
        with loaded:
            found = [name for name in loaded.files if loaded[name].ndim in (3, 4)]
            if len(found) != 1:
                raise ValueError(f"{file} has {len(found)} arrays of images: keep exactly one")
            images = loaded[found[0]]
    images = images[..., None] if images.ndim == 3 else images
    if images.ndim != 4 or (images.dtype != np.uint8 and np.abs(images).max(initial=0) > 1):
        raise ValueError(
            f"{file} is {images.dtype} {images.shape}: give uint8 images, or floats in [-1, 1]"
        )
    return file, images


def _picture(file: Path) -> tuple[Path, np.ndarray]:
    with Image.open(file) as opened:
        pixels = np.asarray(opened if opened.mode == "L" else opened.convert("RGB"))
    return file, pixels.reshape(1, *pixels.shape[:2], -1)


def _joined(found: Iterable[tuple[Path, np.ndarray]]) -> np.ndarray:
    parts = []
    for file, images in found:
        if parts and images.shape[1:] != parts[0].shape[1:]:
            raise ValueError(
                f"{file} is {images.shape[1:]}, the images before it are {parts[0].shape[1:]}: "
                "score images of one size"
            )
        parts.append(images)
    return np.concatenate(parts)
