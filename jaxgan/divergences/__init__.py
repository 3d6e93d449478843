"""Distances of two laws: f-divergences, their quadrature on the line, and optimal transport."""

from jaxgan.divergences.densities import (
    divergence,
    gaussian_divergences,
    jeffreys,
    jensen_shannon,
)
from jaxgan.divergences.sinkhorn import sinkhorn_cost
from jaxgan.divergences.table import FDivergence, Name, f_divergence
from jaxgan.divergences.transport import wasserstein1

__all__ = [
    "FDivergence",
    "Name",
    "divergence",
    "f_divergence",
    "gaussian_divergences",
    "jeffreys",
    "jensen_shannon",
    "sinkhorn_cost",
    "wasserstein1",
]
