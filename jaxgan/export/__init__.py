"""Trained generators for other programs: functions, and files in three formats."""

from jaxgan.export.generator import Generator
from jaxgan.export.write import FORMATS, export

__all__ = ["FORMATS", "Generator", "export"]
