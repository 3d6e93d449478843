"""A preflight for one's own networks, recipe and data, before hours are spent on them."""

from jaxgan.doctor.examination import check, examine
from jaxgan.doctor.finding import Finding
from jaxgan.doctor.forecast import Forecast
from jaxgan.doctor.named import consult, named
from jaxgan.doctor.report import Report

__all__ = ["Finding", "Forecast", "Report", "check", "consult", "examine", "named"]
