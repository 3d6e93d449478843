"""Figures of a run from arrays, without pyplot."""

from jaxgan.figures.contact_sheet import contact_sheet
from jaxgan.figures.curves import line_plots
from jaxgan.figures.densities import density
from jaxgan.figures.fields import vector_fields
from jaxgan.figures.files import save, save_images
from jaxgan.figures.interpolations import interpolation
from jaxgan.figures.neighbors import nearest_neighbors
from jaxgan.figures.plans import transport_plans
from jaxgan.figures.sample_tables import sample_table
from jaxgan.figures.samples import sample_grid
from jaxgan.figures.style import arm_colors
from jaxgan.figures.successes import successes
from jaxgan.figures.surfaces import contours
from jaxgan.figures.texts import text_blocks
from jaxgan.figures.time_lapse import progress_grid

__all__ = [
    "arm_colors",
    "contact_sheet",
    "contours",
    "density",
    "interpolation",
    "line_plots",
    "nearest_neighbors",
    "progress_grid",
    "sample_grid",
    "sample_table",
    "save",
    "save_images",
    "successes",
    "text_blocks",
    "transport_plans",
    "vector_fields",
]
