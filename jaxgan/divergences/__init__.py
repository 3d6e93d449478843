"""Distances between two distributions: f-divergences, quadrature on the line, optimal transport."""

from jaxgan.divergences.densities import (
    divergence,
    gaussian_divergences,
    jeffreys,
    jensen_shannon,
)
from jaxgan.divergences.potentials import Potential, kantorovich_potential
from jaxgan.divergences.sinkhorn import sinkhorn_cost
from jaxgan.divergences.table import FDivergence, Name, f_divergence
from jaxgan.divergences.transport import transport_plan, wasserstein1

__all__ = [
    "FDivergence",
    "Name",
    "Potential",
    "divergence",
    "f_divergence",
    "gaussian_divergences",
    "jeffreys",
    "jensen_shannon",
    "kantorovich_potential",
    "sinkhorn_cost",
    "transport_plan",
    "wasserstein1",
]
