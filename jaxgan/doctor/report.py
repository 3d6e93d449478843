"""The result of an examination."""

from __future__ import annotations

from typing import NamedTuple

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.forecast import Forecast

__all__ = ["Report"]


class Report(NamedTuple):
    """The findings, a forecast of the training's cost, and what was not examined.

    >>> print(Report((), None, ("devices: there is one",)))
    nothing found
    not examined: devices: there is one
    """

    findings: tuple[Finding, ...]
    forecast: Forecast | None
    skipped: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[Finding, ...]:
        """The findings that spoil a training."""
        return tuple(finding for finding in self.findings if finding.fault)

    def __str__(self) -> str:
        """The report as the command line shows it."""
        lines = [str(finding) for finding in self.findings] or ["nothing found"]
        lines += [] if self.forecast is None else [str(self.forecast)]
        return "\n".join([*lines, *(f"not examined: {reason}" for reason in self.skipped)])
