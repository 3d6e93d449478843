"""Verdicts as colored labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from jaxgan.study.results import ClaimResult

__all__ = ["DIFFERS", "VERDICTS", "badges", "counts", "together"]

VERDICTS = {"holds": "✓", "does not hold": "✕", "undecided": "?", "not judged": "–"}
"""The verdicts and their marks."""

DIFFERS = "differs between sets"


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
