"""The type and values of the data."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject

__all__ = ["constant_features", "data_not_finite", "data_type"]


def data_type(subject: Subject) -> Iterator[Finding]:
    """Anything but uint8 images and floats of at least 32 bits."""
    real = subject.setup.data.real
    kind = str(real.dtype)
    if kind == "uint8" and real.ndim != 4:
        problem = f"uint8 of shape {real.shape}: uint8 must be images [n, height, width, channels]"
    elif kind not in ("uint8", "float32", "float64"):
        problem = f"{kind} of shape {real.shape}"
    else:
        return
    yield Finding(
        "data-type",
        f"data.real is {problem}",
        "uint8 pixels are mapped to [-1, 1] and float32 is used unchanged; other integers would "
        "reach the networks unscaled, and 16-bit floats are too coarse for penalties",
        "use jaxgan.data.from_arrays: pixels with .astype(np.uint8), other data with "
        ".astype(np.float32)",
    )


def data_not_finite(subject: Subject) -> Iterator[Finding]:
    """NaN or infinite examples."""
    real = np.asarray(subject.setup.data.real)
    if not np.issubdtype(real.dtype, np.floating):
        return
    finite = np.isfinite(real).reshape(len(real), -1).all(axis=1)
    if not finite.all():
        yield Finding(
            "data-not-finite",
            f"{np.sum(~finite)} of {len(real)} examples of data.real contain NaN or infinity, the "
            f"first at index {int(np.argmin(finite))}",
            "one such example makes the losses of its step and the parameters of both networks NaN",
            "remove or fix these examples",
        )


def constant_features(subject: Subject) -> Iterator[Finding]:
    """Columns of tables with a single value; constant pixels of images are common."""
    real = np.asarray(subject.setup.data.real)
    if real.ndim != 2 or len(real) < 2:
        return
    constant = np.flatnonzero(np.ptp(real, axis=0) == 0)
    if constant.size:
        yield Finding(
            "constant-features",
            f"{constant.size} of {real.shape[1]} features of data.real have one value, first "
            f"feature {constant[0]} with {real[0, constant[0]]:g}",
            "any deviation there tells a fake from a real example, and the critic becomes as steep "
            "as it can in that direction",
            "remove these features",
            fault=False,
        )
