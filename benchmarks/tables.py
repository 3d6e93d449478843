"""The tables of measured costs in the documents, written from `results/`.

python -m benchmarks.tables             writes the tables
python -m benchmarks.tables --check     fails if a table differs from `results/`
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from jaxgan.report.markdown import table

ROOT = Path(__file__).parents[1]
BETWEEN = re.compile(r"(<!-- measured: (\w+) -->\n).*?(<!-- end of measured -->)", re.DOTALL)
DOCUMENTS = ("docs/scaling.md",)


def exchanged() -> str:
    """Bytes that a step exchanges, from `results/scaling.json`."""
    rows = [
        [
            f"`{row['work']}`, `{row['loss']}`",
            str(row["n_critic"]),
            f"{row['critic']:,}",
            f"{row['generator']:,}",
            f"{row['gradients'] / 1e6:.3g} MB",
            f"{row['bytes'] / 1e6:.3g} MB",
            f"{row['gathered'] / 1e6:.3g} MB",
            str(row["operations"]),
        ]
        for row in _scaling()["exchanged"]
    ]
    heads = ["Work", "n_critic", "Critic", "Generator", "Gradients", "Summed", "Gathered", "Sums"]
    return table(heads, rows)


def _scaling() -> dict[str, Any]:
    return json.loads((ROOT / "results" / "scaling.json").read_text())


TABLES: dict[str, Callable[[], str]] = {"exchanged": exchanged}


def pages() -> Iterable[tuple[Path, str]]:
    """Every document with such tables, with its expected text."""
    for name in DOCUMENTS:
        path = ROOT / name
        yield path, BETWEEN.sub(lambda m: f"{m[1]}\n{TABLES[m[2]]()}\n\n{m[3]}", path.read_text())


def main(arguments: list[str]) -> int:
    """Writes all documents, or with `--check` reports those that are out of date."""
    stale = [(path, text) for path, text in pages() if path.read_text() != text]
    for path, text in stale:
        if "--check" in arguments:
            print(f"{path} is out of date: run `make tables`", file=sys.stderr)
        else:
            path.write_text(text)
    return int("--check" in arguments and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
