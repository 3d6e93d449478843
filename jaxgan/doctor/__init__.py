"""A check of your networks, recipe and data before a long training."""

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.forecast import Forecast
from jaxgan.doctor.report import Report
from jaxgan.doctor.stages import check, examine

__all__ = ["Finding", "Forecast", "Report", "check", "examine"]
