"""Images from any source as a data set: prepared, checked, in memory or streamed."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple, TypedDict, TypeVar, Unpack

import numpy as np
from PIL import Image

from jaxgan.data.arrays import checked_labels, from_arrays
from jaxgan.data.collected import Digest, Memory
from jaxgan.data.dequantized import Dequantized
from jaxgan.data.preparation import Crop, Preparation
from jaxgan.data.stream import Stream
from jaxgan.types import Dataset, check_number, unknown

__all__ = ["ImageOptions", "Source", "check_options", "from_images", "preparation_of"]

T = TypeVar("T")
LIMIT_GB = 4.0
GROUP, AHEAD, SHOWN = 64, 32, 5
FLAGS = {
    "gray": (None, True, False),
    "stream": (None, True, False),
    **dict.fromkeys(("flip", "dequantize", "skip_bad"), (True, False)),
}
"""The options that are not numbers, and their values."""


class ImageOptions(TypedDict, total=False):
    """How images become a data set; every source of images takes these keywords.

    Attributes:
        size: height and width in pixels, see `Preparation`, like `crop` and `gray`.
        crop: "center", or the side in pixels of a square around the center.
        gray: whether there is one channel; as in the files if None.
        flip: whether each image is followed by its mirror image, which doubles the data: example
            2 i + 1 is example 2 i from right to left.
        dequantize: whether pixels p are drawn as p / 128 - 1 + U[0, 1) / 128 instead of
            p / 127.5 - 1, see `Dequantized`.
        skip_bad: whether images that cannot be read are left out instead of an error.
        stream: whether a run reads the images that it draws, instead of all lying on the device; if
            None, images in files are streamed if their pixels need more than `limit_gb`. All are
            read once in either case, to find bad ones and to identify the set.
        limit_gb: the limit in 10^9 bytes, 4 by default.
        workers: processes that read a stream ahead, each of which imports JAX; 0, the default, for
            threads of the run's own process.
    """

    size: int | None
    crop: Crop
    gray: bool | None
    flip: bool
    dequantize: bool
    skip_bad: bool
    stream: bool | None
    limit_gb: float
    workers: int


class Source(NamedTuple):
    """Images by index, before preparation.

    Attributes:
        names: a name per image, for messages.
        read: the image of an index; called from several threads.
        labels: `[n]` integers from 0, or None.
        classes: the number of classes, or their names by label, or None.
    """

    names: Sequence[str]
    read: Callable[[int], Image.Image]
    labels: np.ndarray | None = None
    classes: int | Sequence[str] | None = None


class _Example(NamedTuple):
    """The example of an index: an image, or after it its mirror image if there are two copies."""

    read: Callable[[int], Image.Image]
    preparation: Preparation
    kept: np.ndarray
    copies: int

    def __call__(self, index: int) -> np.ndarray:
        with self.read(int(self.kept[index // self.copies])) as image:
            pixels = self.preparation(image)
        return pixels[:, ::-1] if index % self.copies else pixels


def from_images(source: Source, **options: Unpack[ImageOptions]) -> Dataset | Stream:
    """A data set from a source of images.

    Args:
        source: the images.
        **options: see `ImageOptions`.

    Returns:
        uint8 images `[n, height, width, channels]`, labels and names of classes, on the device or
        as a stream.

    Raises:
        TypeError: an option has another type.
        ValueError: an unknown option, a number that is out of range, images that cannot be read
            (unless `skip_bad`), or images that differ in shape after preparation.

    >>> pictures = [Image.new("L", (6, 4), shade) for shade in (10, 20)]
    >>> source = Source(["a", "b"], pictures.__getitem__, np.array([1, 0]))
    >>> data = from_images(source, size=2, crop="center", flip=True)
    >>> data.real.shape, data.real[:, 0, 0, 0].tolist(), data.labels.tolist()
    ((4, 2, 2, 1), [10, 10, 20, 20], [1, 1, 0, 0])
    """
    check_options(options)
    preparation = preparation_of(options)
    copies = 2 if options.get("flip", False) else 1
    kept, store = _collect(source, preparation, copies, options)
    labels = None if source.labels is None else source.labels[kept].repeat(copies)
    kind = Dequantized if options.get("dequantize", False) else Dataset
    if isinstance(store, Memory):
        return kind(*from_arrays(store.all(), labels, source.classes))
    read = _Example(source.read, preparation, np.array(kept), copies)
    labels, named = checked_labels(labels, source.classes, len(kept) * copies)
    stream = store.stream(read, labels, kind)
    return dataclasses.replace(stream, names=named, workers=options.get("workers", 0))


def _collect(
    source: Source, preparation: Preparation, copies: int, options: Mapping[str, Any]
) -> tuple[list[int], Memory | Digest]:
    """Reads all images once: the indices of those that can be read, and their pixels or digest."""
    kept: list[int] = []
    shape: tuple[int, ...] = ()
    store: Memory | Digest | None = None
    for index, image in _readable(source, preparation, skip_bad=options.get("skip_bad", False)):
        if store is None:
            shape, n = image.shape, len(source.names) * copies
            stream = options.get("stream")
            if stream is None:
                stream = n * image.size > options.get("limit_gb", LIMIT_GB) * 1e9
            store = Digest(shape) if stream else Memory((n, *shape))
        if image.shape != shape:
            raise _differ(source.names[kept[0]], shape, source.names[index], image.shape)
        for pixels in (image, image[:, ::-1])[:copies]:
            store.add(pixels)
        kept.append(index)
    if store is None:
        raise ValueError(
            f"none of {len(source.names)} images can be read, {source.names[0]} and others: "
            "correct them, or give another path"
        )
    return kept, store


def check_options(options: Mapping[str, Any]) -> None:
    """Checks the names and values of image options.

    Args:
        options: keywords that should be those of `ImageOptions`.

    Raises:
        TypeError: a value has another type.
        ValueError: an option has another name, or a number is out of range.

    >>> check_options({"size": 64, "flip": True})
    """
    for name in options:
        if name not in ImageOptions.__annotations__:
            raise unknown("image option", name, ImageOptions.__annotations__)
    for name, known in FLAGS.items():
        if not any(options.get(name, False) is one for one in known):
            raise TypeError(
                f"{name} must be one of {', '.join(map(str, known))}, got {options[name]!r}: "
                "choose one of them"
            )
    workers, limit = options.get("workers", 0), options.get("limit_gb", LIMIT_GB)
    check_number("workers", workers, "an integer of at least 0", "give 0 to read in threads")
    check_number("limit_gb", limit, "at least 0", "give it in 10^9 bytes")
    preparation_of(options)


def preparation_of(options: Mapping[str, Any]) -> Preparation:
    """The preparation that image options describe.

    Args:
        options: see `ImageOptions`.

    Returns:
        A function of images.

    >>> preparation_of({"size": 64, "flip": True})
    Preparation(size=64, crop=None, gray=None)
    """
    names = [field.name for field in dataclasses.fields(Preparation)]
    return Preparation(**{name: options[name] for name in names if name in options})


def _readable(
    source: Source, preparation: Preparation, *, skip_bad: bool
) -> Iterator[tuple[int, np.ndarray]]:
    """The prepared images in order; after the last one, an error that names all bad ones."""
    bad: list[str] = []

    def read(index: int) -> np.ndarray | str:
        try:
            with source.read(index) as image:
                return preparation(image)
        except Exception as error:  # the decoders of Pillow raise errors of many types
            return f"{source.names[index]} ({type(error).__name__}: {error})"

    for index, found in enumerate(_in_threads(read, len(source.names))):
        if isinstance(found, str):
            bad.append(found)
        elif skip_bad or not bad:
            yield index, found
    if bad and not skip_bad:
        shown = "; ".join(bad[:SHOWN]) + ("; ..." if len(bad) > SHOWN else "")
        raise ValueError(
            f"{len(bad)} of {len(source.names)} images cannot be used: {shown}. Correct or remove "
            "them, or leave them out with skip_bad=True"
        )


def _in_threads(function: Callable[[int], T], n: int) -> Iterator[T]:
    """`function` of 0..n - 1 in order, a few groups ahead in as many threads as processors."""
    with ThreadPoolExecutor() as pool:
        ahead: deque[Future[list[T]]] = deque()
        for start in range(0, n, GROUP):
            group = range(start, min(start + GROUP, n))
            ahead.append(pool.submit(lambda group=group: [function(i) for i in group]))
            if len(ahead) > AHEAD:
                yield from ahead.popleft().result()
        while ahead:
            yield from ahead.popleft().result()


def _differ(first: str, shape: tuple[int, ...], other: str, another: tuple[int, ...]) -> ValueError:
    if shape[:2] == another[:2]:
        what, remedy = "channels", "gray=True or gray=False"
    else:
        what, remedy = "shape", "size=64 and crop='center'"
    return ValueError(
        f"the images differ in {what}: {first} is {list(shape)}, that is height, width, channels, "
        f"and {other} is {list(another)}: give {remedy}"
    )
