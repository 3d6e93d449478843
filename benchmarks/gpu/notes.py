"""The results as JSON and as tables, written after each of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.gpu.cells import Cell
from benchmarks.gpu.tables import document

__all__ = ["Notes", "brief"]

Row = dict[str, Any]


class Notes:
    """All results so far.

    Args:
        folder: the folder of `gpu.json` and `gpu.md`.
        facts: what was measured where; entries may be added later.
        done: rows of an earlier command.
    """

    def __init__(self, folder: Path, facts: dict[str, Any], done: Iterable[Row] = ()) -> None:
        self._folder, self._facts, self._begin = folder, facts, time.monotonic()
        self.rows = [row for row in done if "error" not in row and "skipped" not in row]

    def lacks(self, cell: Cell) -> bool:
        """Whether no earlier command has measured it."""
        return (cell.part, cell.name) not in {(row["part"], row["cell"]) for row in self.rows}

    def put(self, cell: Cell, found: Row) -> None:
        """Notes a result, prints it, and writes all."""
        request = cell.request | ({"flags": cell.flags} if cell.flags else {})
        row = {"part": cell.part, "cell": cell.name, "worker": cell.worker, **request, **found}
        self.rows.append(row)
        print(
            f"{time.monotonic() - self._begin:4.0f} s  {cell.part:<11}  {cell.name}: {brief(row)}",
            flush=True,
        )
        self.write()

    def write(self) -> None:
        """Writes both files; a reader sees the old or the new ones."""
        texts = {
            "gpu.json": json.dumps({**self._facts, "rows": self.rows}, indent=1),
            "gpu.md": document(self._facts, self.rows),
        }
        for name, text in texts.items():
            new = self._folder / f".{name}"
            new.write_text(text)
            new.replace(self._folder / name)


def brief(row: Row) -> str:
    """A result in a few words.

    >>> brief({"seconds": [0.002, 0.001, 0.003], "compile_seconds": 4.0})
    '2 ms, compiled in 4.0 s'
    """
    for name in ("error", "skipped"):
        if name in row:
            return f"{name}: {row[name]}"
    if "bound" in row:
        verdict = "ok" if row["off"] <= row["bound"] else "NOT OK"
        return f"off by {row['off']:.2g}, at most {row['bound']:.2g}: {verdict}"
    if "flops_per_second" in row:
        return f"{row['flops_per_second'] / 1e12:.4g} TFLOP/s"
    text = f"{1000 * median(row['seconds']):.4g} ms, compiled in {row['compile_seconds']:.1f} s"
    return f"{row['minutes']:.1f} min; {text}" if "minutes" in row else text
