"""The results of `benchmarks.gpu` as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any

__all__ = ["document"]

Row = dict[str, Any]
Columns = dict[str, Callable[[Row], str]]
GOAL = 30.0
"""Minutes for 100,000 steps; the paper's code took three days, a V100 23 hours."""


def document(facts: dict[str, Any], rows: Sequence[Row]) -> str:
    """A Markdown document of all results.

    Args:
        facts: what was measured where.
        rows: the results.

    Returns:
        The document; a part without results has no table.
    """
    measured = [row for row in rows if "error" not in row and "skipped" not in row]
    lines = ["# On a GPU", "", *(f"- {name}: {value}" for name, value in facts.items())]
    for part, columns in _columns(measured).items():
        of_part = [row for row in measured if row["part"] == part]
        if of_part:
            lines += ["", f"## {part.capitalize()}", "", _table(columns, of_part)]
    for row in measured:
        if isinstance(row.get("kernels"), list):
            lines += ["", f"## A step of {row['cell']}", "", _table(KERNELS, row["kernels"])]
    for name, title in (("error", "Failed"), ("skipped", "Skipped")):
        found = [f"- {row['part']}, {row['cell']}: {row[name]}" for row in rows if name in row]
        if found:
            lines += ["", f"## {title}", "", *found]
    return "\n".join(lines) + "\n"


def _table(columns: Columns, rows: Iterable[Any]) -> str:
    """`jaxgan.report` has tables, too, but needs packages that a GPU machine may lack."""
    cells = ([value(row) for value in columns.values()] for row in rows)
    return "\n".join(f"| {' | '.join(x)} |" for x in (columns, ["---"] * len(columns), *cells))


def _columns(measured: Sequence[Row]) -> dict[str, Columns]:
    """The columns of each part, given all results."""
    steps = {_key(row): row for row in measured if row["part"] in ("steps", "eager", "compiled")}
    single = {row["work"]: row for row in measured if row.get("members") == 1}
    speed: Columns = {
        "TFLOP/s": lambda row: f"{_speed(row) / 1e12:.4g}",
        "Of the roof": lambda row: _ratio(_speed(row), _roof(measured, row["precision"]), ".1%"),
    }
    work: Columns = {"Work": lambda row: row["work"], "Precision": lambda row: row["precision"]}
    return {
        "smoke": SMOKE,
        "roof": ROOF,
        "steps": {
            "Loss": lambda row: row["loss"],
            **work,
            "jaxgan, ms": _milliseconds,
            **speed,
            **_beside(steps),
            "Trace, s": lambda row: f"{row['trace_seconds']:.1f}",
            **COMPILE,
            "Finite": lambda row: "yes" if row["finite"] else "**no**",
        },
        "populations": {**work, **_members(single), **COMPILE},
        "forecast": {**FORECAST, **speed},
        "batches": {**work, **BATCHES, **speed},
        "flags": {
            **work,
            "Flags": lambda row: f"`{row['flags']}`",
            "ms": _milliseconds,
            "Without, ms": lambda row: _milliseconds(steps.get(_key(row))),
            **COMPILE,
        },
    }


def _beside(steps: dict[Any, Row]) -> Columns:
    """PyTorch's steps, and the ratio to the fastest of them."""

    def other(way: str) -> Callable[[Row], Row | None]:
        return lambda row: steps.get((*_key(row)[:3], way))

    ways = {way: other(way) for way in ("eager", "channels_last", "compile")}

    def ratio(row: Row) -> str:
        found = [median(way["seconds"]) for way in (of(row) for of in ways.values()) if way]
        return _ratio(median(row["seconds"]), min(found, default=0.0), ".2f")

    columns: Columns = {
        f"PyTorch {way}, ms": lambda row, of=of: _milliseconds(of(row)) for way, of in ways.items()
    }
    return {**columns, "jaxgan / PyTorch": ratio}


def _members(single: dict[str, Row]) -> Columns:
    """Each member's part of a step, also relative to the step of one."""

    def each(row: Row) -> float:
        return median(row["seconds"]) / row["members"]

    def relative(row: Row) -> str:
        one = single.get(row["work"])
        return _ratio(each(row), each(one) if one else 0.0, ".3g")

    return {
        "Members": lambda row: str(row["members"]),
        "Way": lambda row: row["way"],
        "Step, ms": _milliseconds,
        "Per member, ms": lambda row: f"{1000 * each(row):.4g}",
        "Relative to one": relative,
    }


def _key(row: Row) -> tuple[Any, ...]:
    return row["work"], row["loss"], row["precision"], row.get("way")


def _milliseconds(row: Row | None) -> str:
    return f"{1000 * median(row['seconds']):.4g}" if row else ""


def _ratio(value: float, unit: float, form: str) -> str:
    return format(value / unit, form) if unit else ""


def _speed(row: Row) -> float:
    return row["flops"] / median(row["seconds"])


def _roof(measured: Iterable[Row], precision: str) -> float:
    """The fastest product in this precision, of either library; 0 if there is none."""
    roofs = (row for row in measured if row["part"] == "roof" and row["precision"] == precision)
    return max((row["flops_per_second"] for row in roofs), default=0.0)


SMOKE: Columns = {
    "Check": lambda row: row["cell"],
    "Off by": lambda row: f"{row['off']:.2g}",
    "At most": lambda row: f"{row['bound']:.2g}",
    "": lambda row: "ok" if row["off"] <= row["bound"] else "**not ok**",
}
ROOF: Columns = {
    "Library": lambda row: row["worker"],
    "Precision": lambda row: row["precision"] or "JAX's default",
    "Size": lambda row: str(row["size"]),
    "TFLOP/s": lambda row: f"{row['flops_per_second'] / 1e12:.4g}",
}
FORECAST: Columns = {
    "Precision": lambda row: row["precision"],
    "With labels": lambda row: "yes" if row["auxiliary"] else "no",
    "Step, ms": _milliseconds,
    "Minutes for 100,000 steps": lambda row: f"{row['minutes']:.1f}",
    f"Under {GOAL:.0f}": lambda row: "yes" if row["minutes"] < GOAL else "no",
}
BATCHES: Columns = {
    "Batch": lambda row: str(row["batch"]),
    "Step, ms": _milliseconds,
    "Examples/s": lambda row: f"{row['batch'] / median(row['seconds']):.4g}",
}
COMPILE: Columns = {"Compile, s": lambda row: f"{row['compile_seconds']:.1f}"}
KERNELS: dict[str, Callable[[Any], str]] = {
    "Kernel": lambda row: f"`{row[0]}`",
    "Calls": lambda row: str(row[1]),
    "ms": lambda row: f"{1000 * row[2]:.4g}",
}
