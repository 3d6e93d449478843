"""The scores of a run or of samples, kept beside them as `scores.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from jaxgan.metrics import StampedScore
from jaxgan.runs.whole import replacing

__all__ = ["SCORES", "read_scores", "write_scores"]

SCORES = "scores.json"


def write_scores(file: Path, cell: str, scores: Sequence[StampedScore]) -> None:
    """Writes the scores of a cell; those of other cells in the file stay.

    Args:
        file: the file, usually `scores.json` in the folder of a run.
        cell: the name of the training, or of the samples.
        scores: its scores.

    Raises:
        ValueError: the file exists and cannot be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_scores(Path(folder) / "scores.json", "wgan", [])
    ...     read_scores(Path(folder) / "scores.json")
    {'wgan': []}
    """
    content = {**read_scores(file), cell: list(scores)}
    with replacing(file) as new:
        new.write(msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")


def read_scores(file: Path) -> Mapping[str, Sequence[StampedScore]]:
    """The scores in a file by cell; none if there is no file.

    Args:
        file: a file of `write_scores`.

    Returns:
        Scores by cell.

    Raises:
        ValueError: the file cannot be read.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, list[StampedScore]])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError) as error:
        raise ValueError(f"{file} cannot be read ({error}): remove it and score again") from error
