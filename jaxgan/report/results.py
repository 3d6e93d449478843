"""The results of a run as they lie in its folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

__all__ = ["Results", "read_results"]

Results = dict[str, Any]
"""What `results.json` holds."""

KEYS = (
    *("experiment", "title", "paper", "url", "summary", "differs", "protocol", "command"),
    *("seeds", "steps", "batch_size", "claims", "metrics", "scores", "arms", "pictures"),
    "provenance",
)
PARTS = {
    "claims": ("claim", "published", "measured", "interval", "threshold", "values", "verdict"),
    "metrics": ("label", "better", "reference"),
    "arms": ("recipe", "networks", "seconds"),
    "pictures": ("file", "caption"),
}


def read_results(folder: str | os.PathLike[str]) -> Results:
    """The results of the run in a folder.

    Args:
        folder: of one run.

    Returns:
        What `results.json` holds, with every key that a report needs.

    Raises:
        ValueError: no such file, or not what `jaxgan run` and `jaxgan train` write.

    >>> read_results("nowhere")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ValueError: nowhere/results.json does not exist: give a folder that ...
    """
    path = Path(folder) / "results.json"
    remedy = "give a folder that `jaxgan run` or `jaxgan train` has finished"
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{path} does not exist: {remedy}") from None
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} cannot be read ({error}): {remedy}") from error
    if lacking := _lacking(results):
        raise ValueError(f"{path} lacks {', '.join(lacking)}: {remedy} with this version")
    return results


def _lacking(results: object) -> list[str]:
    """Names of the keys that are missing."""
    if not isinstance(results, dict):
        return ["everything: it is no JSON object"]
    lacking = [key for key in KEYS if key not in results]
    for name, keys in PARTS.items():
        parts = results.get(name, ())
        entries = parts.items() if isinstance(parts, dict) else enumerate(parts)
        lacking += [
            f"{name}[{at!r}].{key}" for at, part in entries for key in keys if key not in part
        ]
    return lacking
