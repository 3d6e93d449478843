"""The file of a campaign, written after each row, so that it goes on where it was stopped."""

from __future__ import annotations

from pathlib import Path

import msgspec

from jaxgan.runs.provenance import provenance
from jaxgan.runs.whole import replacing

__all__ = ["Report", "Row"]


class Row(msgspec.Struct):
    """What came out of one fault: how often a run survived, lost something, or was wrong."""

    fault: str
    note: str
    tried: int
    survived: int
    lost: int
    wrong: int
    seconds: float
    differences: list[str]


class Report(msgspec.Struct):
    """The contents of `results/reliability.json`."""

    quick: bool
    provenance: dict[str, object]
    rows: list[Row]

    @classmethod
    def begun(cls, path: Path | None, *, quick: bool) -> Report:
        """The report in a file if it is of this commit and size, or a new one.

        Args:
            path: the file, which need not exist.
            quick: whether few cases are tried.
        """
        new = cls(quick, provenance(), [])
        if path is None or not path.is_file():
            return new
        found = msgspec.json.decode(path.read_bytes(), type=cls)
        same = (found.quick, found.provenance) == (new.quick, new.provenance)
        return found if same and not new.provenance["dirty"] else new

    def add(self, row: Row, path: Path | None) -> None:
        """Adds a row and writes the file."""
        self.rows.append(row)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as file:
                file.write(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")
