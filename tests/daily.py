"""Which of many similar cases run every day; the others run in `make test-slow`."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import Any

import pytest


def daily_if(condition: bool, *values: Any) -> Any:
    """A case of a parametrized test, `slow` unless the condition holds."""
    return pytest.param(*values, marks=[] if condition else pytest.mark.slow)


def first_of_each(kinds: Mapping[str, Hashable]) -> Collection[str]:
    """The first name of each kind."""
    return {kind: name for name, kind in reversed(kinds.items())}.values()
