"""A finding: the name of a fault, what was measured, why it matters, what to do."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Finding", "error_text"]


class Finding(NamedTuple):
    """One finding of a diagnosis.

    Attributes:
        name: name of its section in `docs/doctor.md`.
        what: what was measured and where.
        why: the effect on a training.
        remedy: what to change.
        fault: whether it spoils a training; otherwise it is a note.

    >>> Finding("dead-critic", "no slope", "nothing is learned", "lower the bias").link
    'docs/doctor.md#dead-critic'
    """

    name: str
    what: str
    why: str
    remedy: str
    fault: bool = True

    @property
    def link(self) -> str:
        """The section of the documentation that explains it."""
        return f"docs/doctor.md#{self.name}"

    def __str__(self) -> str:
        """The finding as the command line shows it."""
        kind = "fault" if self.fault else "note"
        lines = [f"{kind}: {self.name}", f"  what    {self.what}", f"  why     {self.why}"]
        return "\n".join([*lines, f"  remedy  {self.remedy}", f"  see     {self.link}"])


def error_text(error: Exception) -> str:
    """The type of an error and the beginning of its message, on one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {' '.join(lines[:3])}"
