"""Which of many similar cases run every day; the others run in `make test-slow`."""

from __future__ import annotations

from typing import Any

import pytest


def daily_if(condition: bool, *values: Any) -> Any:
    """A case of a parametrized test, `slow` unless the condition holds."""
    return pytest.param(*values, marks=[] if condition else pytest.mark.slow)
