"""Files of JSON lines, each of a step, that go on where a checkpoint has left them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from jaxgan.runs.whole import replacing, sync

__all__ = ["Lines", "read_rows"]

Row = dict[str, int | float | bool | None]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The lines of a JSONL file that can be read: the last one may be incomplete.

    Args:
        path: path of the file, which need not exist.

    Returns:
        One dictionary per line, with its `step`; numbers that were not finite are None.
    """
    rows = []
    for line in path.read_bytes().splitlines() if path.is_file() else []:
        with contextlib.suppress(msgspec.MsgspecError):
            row = msgspec.json.decode(line, type=Row)
            if type(row.get("step")) is int:
                rows.append(row)
    return rows


class Lines:
    """The lines of one file.

    Args:
        path: path of the file, which `restore` creates in an existing folder.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._sum = path, hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The sha256 of all lines."""
        return self._sum.hexdigest()

    def restore(self, last: int, sha256: str | None) -> list[dict[str, Any]]:
        """Drops the lines after a step, which come again; warns if the others were changed.

        Args:
            last: the step.
            sha256: that of the lines up to this step when they were written, if it is known.

        Returns:
            The lines up to this step.
        """
        rows = [row for row in read_rows(self._path) if row["step"] <= last]
        content = b"".join(map(_line, rows))
        with replacing(self._path) as file:
            file.write(content)
        self._sum = hashlib.sha256(content)
        if sha256 not in (None, self.sha256):
            warnings.warn(
                f"{self._path} is damaged: its lines up to step {last} are not those that were "
                "written. Those that can be read are kept; the training is not affected",
                stacklevel=4,
            )
        return rows

    def append(self, step: int, values: Mapping[str, float]) -> None:
        """Writes a line; numbers that are not finite become null.

        Args:
            step: its step.
            values: numbers by name.

        Raises:
            FileNotFoundError: the file was removed.
        """
        finite = {k: v if math.isfinite(v) else None for k, v in values.items()}
        line = _line({"step": step} | finite)
        with self._present(), self._path.open("r+b") as file:
            file.seek(0, os.SEEK_END)
            file.write(line)
        self._sum.update(line)

    def sync(self) -> None:
        """Waits until the lines are on the disk.

        Raises:
            FileNotFoundError: the file was removed.
        """
        with self._present():
            sync(self._path)

    @contextlib.contextmanager
    def _present(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f"{self._path} was removed during the run: start the run again, which goes on from "
                "the last checkpoint that is there"
            ) from error


def _line(row: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(row)}\n".encode()
