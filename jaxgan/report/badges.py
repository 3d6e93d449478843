"""Verdicts as colored labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from jaxgan.study.results import ClaimResult

__all__ = ["DIFFERS", "VERDICTS", "badges", "counted", "counts", "together"]

VERDICTS = {"holds": "✓", "does not hold": "✕", "undecided": "?", "not judged": "–"}
"""The verdicts and their marks."""

DIFFERS = "differs between sets"
SEVERAL = {"holds": "hold", "does not hold": "do not hold", DIFFERS: "differ between sets"}


def badges(claim: ClaimResult) -> str:
    """The verdicts of a claim as HTML, one per set of seeds.

    Args:
        claim: the claim.

    Returns:
        HTML; empty for a claim whose seeds have not ended.
    """
    return "".join(
        _badge(one.verdict, " again" if i else "") for i, one in enumerate(claim.verdicts)
    )


def counts(claims: Iterable[ClaimResult]) -> str:
    """The number of claims with each verdict on all sets, as HTML labels.

    Args:
        claims: the claims.

    Returns:
        HTML.
    """
    found = Counter(map(together, claims))
    return "".join(_badge(name, f": {found[name]}") for name in [*VERDICTS, DIFFERS] if found[name])


def counted(found: Mapping[str, int]) -> str:
    """Numbers of claims by verdict, in words.

    Args:
        found: the numbers, by the verdict of all sets.

    Returns:
        Text; empty without claims.

    >>> counted({"undecided": 2, "holds": 3, DIFFERS: 1})
    '3 hold, 2 undecided, 1 differs between sets'
    """
    names = [name for name in (*VERDICTS, DIFFERS) if found.get(name)]
    words = (name if found[name] == 1 else SEVERAL.get(name, name) for name in names)
    return ", ".join(f"{found[name]} {word}" for name, word in zip(names, words, strict=True))


def together(claim: ClaimResult) -> str:
    """The verdict of all sets of seeds, `DIFFERS` if they are not the same.

    Args:
        claim: the claim.

    Returns:
        A verdict; "not judged" for a claim without any.
    """
    found: Sequence[str] = list(dict.fromkeys(one.verdict for one in claim.verdicts))
    return DIFFERS if len(found) > 1 else (found or ["not judged"])[0]


def _badge(verdict: str, more: str) -> str:
    kind = "undecided" if verdict == DIFFERS else verdict.replace(" ", "-")
    return f'<span class="badge {kind}">{VERDICTS.get(verdict, "±")} {verdict}{more}</span>'
