"""Objectives that compare two sets of samples directly, and the kernels of one of them."""

from jaxgan.matching.histogram import HistogramJS
from jaxgan.matching.kernels import (
    Energy,
    Gaussian,
    Kernel,
    Linear,
    Polynomial,
    RationalQuadratic,
)
from jaxgan.matching.mmd import MMD, mmd2, witness
from jaxgan.matching.moments import Moments

__all__ = [
    "MMD",
    "Energy",
    "Gaussian",
    "HistogramJS",
    "Kernel",
    "Linear",
    "Moments",
    "Polynomial",
    "RationalQuadratic",
    "mmd2",
    "witness",
]
