"""Generated images from files: a folder of pictures, or arrays of NumPy."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from jaxtyping import Num
from PIL import Image

from jaxgan.data.npz import UNREADABLE

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
    if not path.exists():
        raise FileNotFoundError(f"no run or samples at {path}: give a folder or file that exists")
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
        arrays = _loaded(file)
    except UNREADABLE as error:
        why = str(error).partition(".")[0]  # NumPy goes on with how to run code
        raise ValueError(f"{file} cannot be read ({why}): write it with numpy.save") from error
    found = [array for array in arrays if array.ndim in (3, 4)]
    if len(found) != 1:
        shapes = [array.shape for array in arrays]
        raise ValueError(f"{file} has arrays {shapes}: keep exactly one of images, [n, h, w]")
    (images,) = found
    images = images[..., None] if images.ndim == 3 else images
    if images.ndim != 4 or (images.dtype != np.uint8 and np.abs(images).max(initial=0) > 1):
        raise ValueError(
            f"{file} is {images.dtype} {images.shape}: give uint8 images, or floats in [-1, 1]"
        )
    return file, images


def _loaded(file: Path) -> list[np.ndarray]:
    with file.open("rb") as opened:  # NumPy leaves a broken file open
        loaded = np.load(opened, allow_pickle=False)
        return [loaded] if isinstance(loaded, np.ndarray) else list(dict(loaded).values())


def _picture(file: Path) -> tuple[Path, np.ndarray]:
    try:
        with Image.open(file) as opened:
            pixels = np.asarray(opened if opened.mode == "L" else opened.convert("RGB"))
    except Exception as error:  # the decoders of Pillow raise errors of many types
        raise ValueError(
            f"{file} cannot be read ({type(error).__name__}: {error}): save it again or remove it"
        ) from error
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
