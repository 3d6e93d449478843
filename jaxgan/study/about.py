"""The description of an experiment, parsed from the docstring of its module."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["About", "read_about"]

WORDS = ("Claim", "Paper", "Differs", "Expect")


class About(NamedTuple):
    """The parts of a docstring, each on one line; a missing part is empty.

    Attributes:
        title: the first line, without its full stop.
        claim: the expected result.
        paper: authors, title, year, and figure or table.
        url: the first URL in the paper's paragraph.
        differs: every difference from the paper.
        expect: duration, machine and measured results.
    """

    title: str
    claim: str
    paper: str
    url: str
    differs: str
    expect: str


def read_about(docstring: str) -> About:
    '''The parts of the docstring of an experiment.

    Args:
        docstring: a first line, then paragraphs that begin with Claim, Paper, Differs and Expect.

    Returns:
        The parts.

    >>> about = read_about("""A critic beside a classifier.
    ...
    ... Claim     the critic keeps a slope,
    ...           the classifier does not.
    ... Paper     Arjovsky et al., 2017. https://arxiv.org/abs/1701.07875
    ... """)
    >>> about.title, about.claim
    ('A critic beside a classifier', 'the critic keeps a slope, the classifier does not.')
    >>> about.paper, about.url
    ('Arjovsky et al., 2017.', 'https://arxiv.org/abs/1701.07875')
    '''
    lines = docstring.strip().splitlines()
    found = dict.fromkeys(WORDS, "")
    for word in WORDS:
        paragraph = re.search(rf"^{word} {{2,}}(.*(?:\n {{2,}}.*)*)", docstring, re.MULTILINE)
        found[word] = " ".join(paragraph[1].split()) if paragraph else ""
    url = re.search(r"https?://\S+[^\s.,;]", found["Paper"])
    paper = re.sub(r"\s*https?://\S+[^\s.,;]", "", found["Paper"])
    return About(
        lines[0].removesuffix(".") if lines else "",
        found["Claim"],
        paper,
        url[0] if url else "",
        found["Differs"],
        found["Expect"],
    )
