"""The file of a campaign, written after each row, so that it goes on where it was stopped.

A row says of which commit it is: after a repair only the faults that were not survived are tried
again.
"""

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
    commit: str
    tried: int
    survived: int
    lost: int
    wrong: int
    seconds: float
    differences: list[str]


class Report(msgspec.Struct):
    """The contents of `results/reliability.json`."""

    quick: bool
    versions: dict[str, object]
    rows: list[Row]

    @classmethod
    def begun(cls, path: Path | None, *, quick: bool) -> Report:
        """The report in a file if it is of this size and of these versions, or a new one.

        Args:
            path: the file, which need not exist.
            quick: whether few cases are tried.
        """
        known = {name: x for name, x in provenance().items() if name not in ("commit", "dirty")}
        new = cls(quick, known, [])
        if path is None or not path.is_file():
            return new
        found = msgspec.json.decode(path.read_bytes(), type=cls)
        return found if (found.quick, found.versions) == (new.quick, new.versions) else new

    @property
    def survived(self) -> set[str]:
        """The faults of which every case survived; the others are tried again."""
        return {row.fault for row in self.rows if row.tried == row.survived}

    def add(self, row: Row, path: Path | None) -> None:
        """Adds a row, or replaces it, and writes the file."""
        places = [i for i, known in enumerate(self.rows) if known.fault == row.fault]
        self.rows[slice(places[0], places[0] + 1) if places else slice(len(self.rows), None)] = [
            row
        ]
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as file:
                file.write(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")
