"""Contents of JSON files with their own sha256, by which a changed byte is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

__all__ = ["checked", "digest", "summed"]

SUM = "sha256"


def summed(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content with its sum.

    Args:
        content: what a file says, as JSON.

    Returns:
        The content, and its `sha256`.

    >>> summed({"steps": 5})["sha256"][:8]
    '49bd0f44'
    """
    return {**content, SUM: digest(content)}


def checked(content: Any) -> dict[str, Any]:
    """The content without its sum, which must be right; earlier versions wrote none.

    Args:
        content: what a file says.

    Returns:
        The content without `sha256`.

    Raises:
        ValueError: it is not what was written.
        AttributeError: it is not a dictionary.

    >>> checked(summed({"steps": 5}))
    {'steps': 5}
    >>> checked({**summed({"steps": 5}), "steps": 6})
    Traceback (most recent call last):
        ...
    ValueError: its sha256 is not that of its content
    """
    found = {name: value for name, value in content.items() if name != SUM}
    if SUM in content and content[SUM] != digest(found):
        raise ValueError("its sha256 is not that of its content")
    return found


def digest(content: Mapping[str, Any]) -> str:
    """The sha256 of JSON, whatever the order of its names."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
