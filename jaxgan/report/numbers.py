"""Numbers as text: four digits, means rounded to their interval, durations."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from jaxgan.study.claims import half_width

__all__ = ["MISSING", "Value", "duration", "number", "spread", "with_interval"]

MISSING = "missing"

Value = int | float | None
"""A measured number, or None if there is none."""


def number(value: Value) -> str:
    """A number with four significant digits, or without decimals from 1e4 to 1e9.

    Args:
        value: a number, or None if it was not measured.

    Returns:
        Text; "missing" for None, and "not finite" for NaN or infinity.

    >>> number(0.123456), number(45678.9), number(None), number(float("nan"))
    ('0.1235', '45,679', 'missing', 'not finite')
    """
    if value is None:
        return MISSING
    if not math.isfinite(value):
        return "not finite"
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.4g}"


def with_interval(measured: Value, interval: tuple[float, float] | None) -> str:
    """A mean with its interval, both rounded to two digits of half the interval's width.

    Args:
        measured: the mean, or None if it was not measured.
        interval: its lower and upper end, or None.

    Returns:
        Text.

    >>> with_interval(0.0764, (0.0353, 0.1158)), with_interval(2e-9, None)
    ('0.076 [0.035, 0.116]', '2e-09')
    """
    if measured is None or interval is None:
        return number(measured)
    low, high = interval
    digits = _digits((high - low) / 2)
    if digits is None:
        return f"{number(measured)} [{number(low)}, {number(high)}]"
    return f"{measured:,.{digits}f} [{low:,.{digits}f}, {high:,.{digits}f}]"


def spread(values: Sequence[Value]) -> str:
    """Mean over seeds and the half-width of its 95 % interval.

    mean +- t(0.975, n - 1) sd / sqrt(n), two-sided Student, rounded to two digits of the latter.

    Args:
        values: one per seed; missing and non-finite values are left out, and the text says so.

    Returns:
        Text.

    >>> spread([1.0, 2.0, 3.0])  # t(0.975, 2) / sqrt(3) = 2.48
    '2.0 ± 2.5'
    >>> spread([1.0, None]), spread([None])
    ('1 (1 of 2 seeds)', 'missing')
    """
    finite = [float(value) for value in values if value is not None and math.isfinite(value)]
    if not finite:
        return number(values[0]) if len(values) else MISSING
    left_out = f" ({len(finite)} of {len(values)} seeds)" if len(finite) < len(values) else ""
    mean = float(np.mean(finite))
    if len(finite) == 1:
        return number(mean) + left_out
    half = half_width(finite)
    digits = _digits(half)
    if digits is None:
        return f"{number(mean)} ± {number(half)}{left_out}"
    return f"{mean:,.{digits}f} ± {half:,.{digits}f}{left_out}"


def duration(seconds: Value) -> str:
    """A duration in its two largest units.

    Args:
        seconds: the duration, or None if it was not measured.

    Returns:
        Text.

    >>> duration(4.25), duration(75), duration(4000), duration(None)
    ('4.2 s', '1 min 15 s', '1 h 6 min', 'missing')
    """
    if seconds is None or not math.isfinite(seconds):
        return number(seconds)
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def _digits(half: float) -> int | None:
    """Decimals that keep two digits of a half-width, or None if it is too small or too large."""
    return max(0, 1 - math.floor(math.log10(half))) if 1e-6 < half < 1e4 else None
