"""Pictures made small enough for a gallery."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

__all__ = ["thumbnail"]

COLORS = 256


def thumbnail(path: Path, width: int = 720) -> bytes:
    """A picture scaled down to a width, as a PNG with a palette.

    Args:
        path: the picture.
        width: the largest width, in pixels; a smaller picture keeps its size.

    Returns:
        The bytes of the PNG.

    Raises:
        OSError: the file does not exist or is not a picture.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Image.new("RGB", (1440, 700)).save(Path(folder) / "large.png")
    ...     small = thumbnail(Path(folder) / "large.png")
    >>> Image.open(io.BytesIO(small)).size
    (720, 350)
    """
    with Image.open(path) as image:
        height = round(image.height * min(1.0, width / image.width))
        small = image.convert("RGB").resize((min(width, image.width), height), Image.Resampling.BOX)
    target = io.BytesIO()
    # By coverage of the color space: by frequency, titles in few pixels would lose their colors.
    few = small.quantize(COLORS, method=Image.Quantize.MAXCOVERAGE)
    few.save(target, "PNG", optimize=True)
    return target.getvalue()
