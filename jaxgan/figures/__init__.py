"""Pictures of a run for paper and screen: figures without pyplot, as arrays go in."""

from jaxgan.figures.curves import training_curves
from jaxgan.figures.densities import density
from jaxgan.figures.files import save
from jaxgan.figures.interpolations import interpolation
from jaxgan.figures.pairs import neighbors
from jaxgan.figures.samples import sample_grid
from jaxgan.figures.style import arm_colors
from jaxgan.figures.time_lapse import progress_grid

__all__ = [
    "arm_colors",
    "density",
    "interpolation",
    "neighbors",
    "progress_grid",
    "sample_grid",
    "save",
    "training_curves",
]
