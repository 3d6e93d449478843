"""Pictures as a name and settings, so that a report redraws them without the experiment."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import msgspec

from jaxgan.study import pictures
from jaxgan.study.picture import Picture

__all__ = ["from_settings", "settings_of"]


def settings_of(picture: Picture) -> dict[str, Any]:
    """The fields of a picture, as JSON.

    >>> settings_of(pictures.Samples())["array"]
    'samples'
    """
    return msgspec.to_builtins(dataclasses.asdict(picture))


def from_settings(kind: str, settings: Mapping[str, Any]) -> Picture | None:
    """The picture of this class with these fields.

    Args:
        kind: name of the picture's class.
        settings: see `settings_of`.

    Returns:
        The picture, or None if the class is not in `jaxgan.study.pictures`.

    >>> from_settings("Samples", {"file": "a.png", "caption": "a"}).array
    'samples'
    """
    known = getattr(pictures, kind) if kind in pictures.__all__ else None
    if not (isinstance(known, type) and issubclass(known, Picture)):
        return None
    return msgspec.convert(settings, known)
